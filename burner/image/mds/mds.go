// Package mds reads the images of Alcohol 120%: NAME.mds, which describes a
// disc, and NAME.mdf with its sectors.
//
// There is no description of the format from its maker. What stands here was
// found out by others from files, and is what several programs read alike.
//
// # The file
//
// Numbers have the lowest byte first. Offsets count from the start of the file.
//
//	header, at 0
//	  0  16  "MEDIA DESCRIPTOR"
//	 16   2  version: 1 and any
//	 18   2  medium: 0, 1, 2 CD-ROM, CD-R, CD-RW; 10h, 12h DVD
//	 20   2  number of sessions
//	 80   4  offset of the session blocks
//
//	session block, 24 bytes
//	  0   4  LBA of its start, 150 frames before its first track
//	  4   4  LBA of its Lead-out
//	  8   2  number, from 1
//	 10   1  number of track blocks
//	 20   4  offset of its track blocks
//
//	track block, 80 bytes
//	  0   1  mode, in the lower three bits: 0, 3, 7 Mode 2; 1 audio; 2 Mode 1;
//	         4, 5 Mode 2, Form 1 or 2
//	  1   1  Sub-channel: 0 none; 8 96 bytes after each frame, as on the disc
//	  2   1  ADR and control as READ TOC format 2 gives them, control in the
//	         lower bits
//	  4   1  point: A0h to A2h, or the track's number; not BCD
//	  9   3  PMIN, PSEC, PFRAME; not BCD
//	 12   4  offset of the extra block
//	 16   2  bytes of a frame, those of the Sub-channel included
//	 36   4  LBA of INDEX 01
//	 40   8  offset of the track's first frame in NAME.mdf
//	 48   4  number of files
//	 52   4  offset of the footers, one for each file
//
//	extra block, 8 bytes
//	  0   4  frames of its Pre-gap; 150 for the first track of a session
//	  4   4  frames from INDEX 01 on
//
//	footer, 16 bytes
//	  0   4  offset of the file's name, which ends in a zero
//	  4   4  1 if the name is of 16 bits a character (UTF-16), else of 8
//
// A name may be "*.mdf", where the star stands for the name of this file.
//
// Version 2 (DAEMON Tools' .mdx and .mds) is another format, partly encrypted,
// and is refused, as are DVDs.
//
// # Where the bytes lie
//
// Data has 2352 bytes a frame as on the disc and not scrambled, or fewer, as
// its mode says; audio is little-endian. If there are several files, they are
// one after the other what a single file would be.
//
// # Decisions
//
// The LBA of INDEX 01 and the number of frames say where a track lies; frames
// between two tracks are the Pre-gap of the second. They are read from the
// file if the offsets leave room for them, else they are silence, or empty
// sectors: the format often leaves them out. The same goes for what
// lies between LBA 0 and track 1, a hidden track, with a warning if the file has
// none of it. A
// Pre-gap that has no room between two tracks is none, with a warning. The
// format has neither ISRC nor MCN nor INDEX 02; they may be in Q of the
// Sub-channel, which is not searched for them.
package mds

import (
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
)

// Sheet is a description without errors in itself.
type Sheet struct {
	name     string
	sessions []session
	warnings []*image.Problem
}

var _ image.Sheet = (*Sheet)(nil)

// session is one session.
type session struct {
	format image.SessionFormat
	tracks []track
}

// track is one track.
type track struct {
	number  int
	mode    image.Mode
	form    image.Form
	control image.Control
	sub     bool
	step    int // bytes of a frame in the file
	start   int // LBA of INDEX 01
	pregap  int // frames as the extra block tells them
	length  int // frames from INDEX 01 on
	offset  int64
	files   []string
}

// Files gives the names of the files, each once, in order.
func (s *Sheet) Files() []string {
	var names []string
	seen := map[string]bool{}
	for _, x := range s.sessions {
		for _, t := range x.tracks {
			for _, f := range t.files {
				if !seen[f] {
					seen[f] = true
					names = append(names, f)
				}
			}
		}
	}
	return names
}

// Settings gives none.
func (s *Sheet) Settings() [][2]string { return nil }

// problems collects those of one kind.
type problems struct {
	file string
	list []*image.Problem
}

func (p *problems) add(cause error, format string, args ...any) {
	p.list = append(p.list, &image.Problem{File: p.file, Msg: fmt.Sprintf(format, args...), Err: cause})
}

func (p *problems) join() error {
	var errs []error
	for _, problem := range p.list {
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}
