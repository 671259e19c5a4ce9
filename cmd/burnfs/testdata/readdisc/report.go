package main

import (
	"fmt"
	"io"
	"strings"
)

// report is what readdisc prints with -json.
type report struct {
	First       int        `json:"first"`       // LBA of the first written frame
	Last        int        `json:"last"`        // LBA of the last written frame
	LeadInStart *int       `json:"leadInStart"` // LBA, null without a lead-in
	LeadInTime  string     `json:"leadInTime"`  // "absolute", "from-zero" or "other"
	LeadOut     *int       `json:"leadOut"`     // LBA of its first frame, null without a lead-out
	End         int        `json:"end"`         // LBA after the last frame
	TOC         []tocEntry `json:"toc"`
	Tracks      []*track   `json:"tracks"`
	MCN         string     `json:"mcn"`
	MCNFrames   int        `json:"mcnFrames"`
	P           pChannel   `json:"p"`
	Sessions    []*session `json:"sessions"`
	RW          rwChannels `json:"rw"`
	Problems    []*problem `json:"problems"`
}

// tocEntry is one POINT of the lead-in.
type tocEntry struct {
	Point   string `json:"point"`   // "A0", "A1", "A2", "01" to "99"
	Control int    `json:"control"` // the nibble, 4 for data
	MSF     string `json:"msf"`     // PMIN:PSEC:PFRAME
	Frames  int    `json:"frames"`  // frames that say so
}

// track is a track as the programme area shows it.
type track struct {
	Number     int    `json:"number"`
	Mode       string `json:"mode"` // audio, mode0, mode1, mode2, mode2form1, mode2form2, mode2mixed
	Control    int    `json:"control"`
	SCMS       bool   `json:"scms"`    // the copy bit alternates every four frames
	Pregap     *int   `json:"pregap"`  // LBA of INDEX 00, null without
	Indexes    []int  `json:"indexes"` // LBAs of INDEX 01, 02, ...
	End        int    `json:"end"`     // LBA after its last frame
	ISRC       string `json:"isrc"`
	ISRCFrames int    `json:"isrcFrames"`

	gapEnd    int // where the pre-gap's time says that INDEX 01 is
	isrcAt    []int
	copySince int // start of the run of equal copy bits
	copyRuns  int // how many such runs have ended
	copyNow   int
	// copyIrregular: the copy bit changes, but not every four frames
	copyIrregular bool
	mode          int // of the first sector of INDEX 01; -1 unknown
	kindFrames    [kindUnknown + 1]int
}

// start gives the LBA of the track's first frame.
func (t *track) start() int {
	if t.Pregap != nil {
		return *t.Pregap
	}
	return t.Indexes[0]
}

// run is a row of frames, both ends included.
type run struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// pChannel says where P is 1.
type pChannel struct {
	Ones    []run    `json:"ones"`    // before the lead-out
	LeadOut []string `json:"leadOut"` // the first runs of the lead-out: "0x150", "1x19", ...
}

// rwChannels counts the frames in which R to W are not all zero.
type rwChannels struct {
	LeadIn  int `json:"leadIn"`
	Program int `json:"program"`
	LeadOut int `json:"leadOut"`
}

// problem is everything of one kind that is wrong with a disc.
type problem struct {
	Kind   string `json:"kind"`
	Count  int    `json:"count"`
	First  []int  `json:"first"`  // LBAs of the first ones
	Detail string `json:"detail"` // the first one in words
}

// problems keeps one problem of each kind, in the order of their discovery.
type problems struct{ list []*problem }

const problemAddresses = 10

// add counts a problem at lba. The detail is made for the first of a kind only.
func (p *problems) add(kind string, lba int, format string, args ...any) {
	var of *problem
	for _, seen := range p.list {
		if seen.Kind == kind {
			of = seen
		}
	}
	if of == nil {
		of = &problem{Kind: kind, First: []int{}, Detail: fmt.Sprintf(format, args...)}
		p.list = append(p.list, of)
	}
	of.Count++
	if len(of.First) < problemAddresses {
		of.First = append(of.First, lba)
	}
}

// print writes the report for a person.
func (r *report) print(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("written: LBA %d to %d", r.First, r.Last)
	for i, one := range r.Sessions {
		one.print(i+1, line)
	}
	if r.LeadOut != nil {
		line("P in the last lead-out: %s ...", strings.Join(r.P.LeadOut, " "))
	}
	for _, p := range r.P.Ones {
		line("P is 1: LBA %d to %d", p.First, p.Last)
	}
	line("R to W used in: lead-in %d, programme area %d, lead-out %d frames", r.RW.LeadIn, r.RW.Program, r.RW.LeadOut)
	for _, p := range r.Problems {
		line("PROBLEM %s, %d times, first at %v: %s", p.Kind, p.Count, p.First, p.Detail)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *session) print(n int, line func(format string, args ...any)) {
	if s.LeadIn < s.Program {
		line("lead-in of session %d: %s, LBA %d, %d frames, time %s", n, clockAt(s.LeadIn), s.LeadIn, s.Program-s.LeadIn, s.leadInTime)
	}
	for _, e := range s.TOC {
		line("  POINT %s control %d %s in %d frames", e.Point, e.Control, e.MSF, e.Frames)
	}
	for _, p := range s.Pointers {
		line("  POINT %s control %d %s, %d, %s in %d frames of ADR 5", p.Point, p.Control, p.First, p.Count, p.MSF, p.Frames)
	}
	for _, t := range s.Text {
		t.print(line)
	}
	for _, t := range s.Tracks {
		gap := "none"
		if t.Pregap != nil {
			gap = fmt.Sprint(*t.Pregap)
		}
		line("track %02d: %s control %d, pre-gap %s, indexes %v, end %d", t.Number, t.Mode, t.Control, gap, t.Indexes, t.End)
		if t.ISRC != "" {
			line("  ISRC %s in %d frames", t.ISRC, t.ISRCFrames)
		}
	}
	if s.mcn != "" {
		line("MCN %s in %d frames", s.mcn, s.mcnFrames)
	}
	if s.Symbols != nil {
		s.Symbols.print(line)
	}
	if s.LeadOut != nil {
		line("lead-out: LBA %d, %d frames", *s.LeadOut, s.End-*s.LeadOut)
	}
}
