package stream

import (
	"fmt"
	"sort"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/burner/subcode"
	"github.com/burnfs/burnfs/mmc/addr"
)

const (
	subBytes     = image.SubFrameBytes
	packBytes    = 24 // symbols, one byte each
	packsOfFrame = subBytes / packBytes
	// reach is over how many more frames a pack is spread on the disc.
	reach = (subcode.InterleaveLag + packsOfFrame - 1) / packsOfFrame
	// windowFrames is how many frames are made from one window.
	windowFrames = 64
)

// subRun is frames that have a source of Sub-channel.
type subRun struct {
	start  addr.LBA
	frames int
	track  int // its number
	sub    image.Sub
}

func (r *subRun) end() addr.LBA { return r.start + addr.LBA(r.frames) }

// subRuns gives those of a plan, ascending.
func subRuns(p *layout.Plan) (runs []subRun) {
	for i := range p.Extents {
		x := &p.Extents[i]
		at := x.Start
		for _, s := range x.Sources {
			if s.Sub.Form != image.NoSub {
				runs = append(runs, subRun{at, s.Frames, p.Tracks[x.Track].Number, s.Sub})
			}
			at += addr.LBA(s.Frames)
		}
	}
	return runs
}

// rwEncoder adds to P and Q of a plan what an image has of the Sub-channel.
type rwEncoder struct {
	form  SubChannel
	clone bool
	text  [][packBytes]byte // CD-TEXT of the Lead-in, in symbols
	runs  []subRun
	win   window
}

func newRWEncoder(p *layout.Plan, s SubChannel, clone bool) rwEncoder {
	e := rwEncoder{form: s, clone: clone}
	if s == Raw {
		e.text = textSymbols(p.Image.Text)
	}
	if s != PQ || clone {
		e.runs = subRuns(p)
	}
	return e
}

// textSymbols cuts packs of CD-TEXT into symbols.
func textSymbols(text []byte) (packs [][packBytes]byte) {
	for ; len(text) >= subcode.TextPackSize; text = text[subcode.TextPackSize:] {
		packs = append(packs, [packBytes]byte{})
		subcode.TextSymbols(&packs[len(packs)-1], (*[subcode.TextPackSize]byte)(text))
	}
	return packs
}

// putText writes R to W of the frame that is the nth of its Lead-in. The packs
// run on without a break from frame to frame.
func putText(dst *[subBytes]byte, packs [][packBytes]byte, n int) {
	for i := range packsOfFrame {
		copy(dst[i*packBytes:], packs[(n*packsOfFrame+i)%len(packs)][:])
	}
}

// add completes n frames of one extent, which have P and Q and lie in dst
// stride bytes apart.
func (e *rwEncoder) add(r *reader, dst []byte, stride int, at addr.LBA, n int, x *layout.Extent) error {
	if x.Kind == layout.LeadIn {
		return e.leadIn(dst, stride, at, n, x)
	}
	// A pack reaches into the frames after its own.
	if !e.touch(at-reach, at+addr.LBA(n)) {
		return nil
	}
	for n > 0 {
		k := min(n, windowFrames)
		if err := e.program(r, dst, stride, at, k); err != nil {
			return err
		}
		if n -= k; n > 0 {
			dst = dst[k*stride:]
			at += addr.LBA(k)
		}
	}
	return nil
}

func (e *rwEncoder) leadIn(dst []byte, stride int, at addr.LBA, n int, x *layout.Extent) error {
	if len(e.text) == 0 {
		return nil
	}
	for i := range n {
		var rw [subBytes]byte
		putText(&rw, e.text, int(at-x.Start)+i)
		subcode.MergeRW((*[subBytes]byte)(dst[i*stride:]), &rw)
	}
	return nil
}

// touch says whether any frame from from up to to has a source.
func (e *rwEncoder) touch(from, to addr.LBA) bool {
	i := sort.Search(len(e.runs), func(i int) bool { return e.runs[i].end() > from })
	return i < len(e.runs) && e.runs[i].start < to
}

// program completes n frames of the program area or of the Lead-out.
func (e *rwEncoder) program(r *reader, dst []byte, stride int, at addr.LBA, n int) error {
	switch e.form {
	case Raw:
		if err := e.win.fill(r, e.runs, at-reach, n+reach); err != nil {
			return err
		}
		e.interleave(dst, stride, n)
	case Packed:
		if err := e.win.fill(r, e.runs, at, n+reach); err != nil {
			return err
		}
		e.pack(dst, stride, n)
	case PQ:
		if err := e.win.fill(r, e.runs, at, n); err != nil {
			return err
		}
		for i := range n {
			if raw := e.win.raw(i); raw != nil {
				p, q := subcode.ParseRaw96(raw)
				subcode.PQ16((*[16]byte)(dst[i*stride:]), p, &q)
			}
		}
	}
	return nil
}

// interleave makes n frames as they are on the disc from a window that begins
// reach frames earlier. Where the source has the disc's own form that is what
// is burned, even if packs from before would reach into it.
func (e *rwEncoder) interleave(dst []byte, stride, n int) {
	var v subcode.Interleaver
	for i := range n + reach {
		packs := e.win.packs(i)
		if packs == nil {
			packs = &noPacks
		}
		raw := e.win.raw(i)
		if i < reach || raw != nil {
			var unused [subBytes]byte
			v.Frame(&unused, packs)
		}
		if i < reach {
			continue
		}
		out := (*[subBytes]byte)(dst[(i-reach)*stride:])
		switch {
		case raw == nil:
			v.Frame(out, packs)
		case e.clone:
			*out = *raw
		default:
			subcode.MergeRW(out, raw)
		}
	}
}

// pack makes n frames of packs from a window that ends reach frames later. A
// pack of a source in the disc's own form is gathered from the frames that it
// is spread over; those that began before the source are lost.
func (e *rwEncoder) pack(dst []byte, stride, n int) {
	var v subcode.Deinterleaver
	var late [subBytes]byte // the packs that a frame has completed
	next := func(i int) {
		raw := e.win.raw(i)
		if raw == nil {
			raw = &noPacks
		}
		v.Frame(&late, raw)
	}
	for i := range reach {
		next(i)
	}
	// The lag is one pack short of whole frames.
	const first = subBytes - packBytes
	for i := range n {
		var packs [subBytes]byte
		copy(packs[:], late[first:])
		next(i + reach)
		copy(packs[packBytes:], late[:first])
		out := (*[subBytes]byte)(dst[i*stride:])
		if raw := e.win.raw(i); raw != nil {
			if e.clone {
				*out = *raw
			}
			subcode.MergeRW(out, &packs)
		} else if given := e.win.packs(i); given != nil {
			for k := range packsOfFrame {
				subcode.SealPack((*[packBytes]byte)(given[k*packBytes:]))
			}
			subcode.MergeRW(out, given)
		}
	}
}

// noPacks is a frame of R to W without a source.
var noPacks [subBytes]byte

// window is the sources of some frames in a row.
type window struct {
	buf   []byte // 96 bytes a frame
	forms []image.SubForm
}

// fill reads n frames from at on. Planes are turned into the raw form.
func (w *window) fill(r *reader, runs []subRun, at addr.LBA, n int) error {
	if w.buf == nil {
		const most = windowFrames + reach
		w.buf, w.forms = make([]byte, most*subBytes), make([]image.SubForm, most)
	}
	clear(w.forms)
	end := at + addr.LBA(n)
	for i := sort.Search(len(runs), func(i int) bool { return runs[i].end() > at }); i < len(runs) && runs[i].start < end; i++ {
		run := &runs[i]
		from, to := max(at, run.start), min(end, run.end())
		dst := w.buf[int(from-at)*subBytes : int(to-at)*subBytes]
		step := run.sub.Step()
		if err := r.read(dst, run.sub.Source, run.sub.Offset+int64(from-run.start)*int64(step), subBytes, step); err != nil {
			return fmt.Errorf("track %d, Sub-channel of LBA %d: %w", run.track, from, err)
		}
		form := run.sub.Form
		if form == image.SubPlanes {
			form = image.SubRaw
			for ; len(dst) > 0; dst = dst[subBytes:] {
				subcode.FromPlanes((*[subBytes]byte)(dst), (*[subBytes]byte)(dst))
			}
		}
		for k := int(from - at); k < int(to-at); k++ {
			w.forms[k] = form
		}
	}
	return nil
}

// raw gives frame i of the window if its source has the disc's own form, and
// otherwise nil.
func (w *window) raw(i int) *[subBytes]byte { return w.frame(i, image.SubRaw) }

// packs gives frame i of the window if its source has packs, and otherwise nil.
func (w *window) packs(i int) *[subBytes]byte { return w.frame(i, image.SubPacks) }

func (w *window) frame(i int, f image.SubForm) *[subBytes]byte {
	if w.forms[i] != f {
		return nil
	}
	return (*[subBytes]byte)(w.buf[i*subBytes:])
}
