package stream

import (
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/layout"
	"github.com/burnfs/burnfs/mmc/addr"
)

const sampleBytes = 4 // 16 bits, stereo

// main fills the main channel of frames of one extent, which lie in dst stride
// bytes apart.
func (e *Encoder) main(dst []byte, stride int, at addr.LBA, x *layout.Extent, scrambled bool) error {
	if e.offset == 0 || !e.audio(x) {
		return e.reader.sectors(dst, stride, at, e.plan, x, scrambled)
	}
	return e.shifted(dst, stride, at)
}

func (e *Encoder) audio(x *layout.Extent) bool { return e.plan.Tracks[x.Track].Mode == image.Audio }

// shifted fills frames of audio with samples from elsewhere. Whatever is not
// audio counts as silence there.
func (e *Encoder) shifted(dst []byte, stride int, at addr.LBA) error {
	n := len(dst) / stride
	from := int(at)*sectorBytes - e.offset*sampleBytes // byte of the audio, from LBA 0 on
	skip := from % sectorBytes
	if skip < 0 {
		skip += sectorBytes
	}
	first := addr.LBA((from - skip) / sectorBytes)
	need := (n + 1) * sectorBytes
	if len(e.around) < need {
		e.around = make([]byte, need)
	}
	around := e.around[:need]
	for i := 0; i <= n; {
		at := first + addr.LBA(i)
		k := e.plan.Find(at)
		run := 1
		if k >= 0 {
			run = min(n+1-i, int(e.plan.Extents[k].End()-at))
		}
		part := around[i*sectorBytes:][:run*sectorBytes]
		if k < 0 || !e.audio(&e.plan.Extents[k]) {
			clear(part)
		} else if err := e.reader.sectors(part, sectorBytes, at, e.plan, &e.plan.Extents[k], false); err != nil {
			return err
		}
		i += run
	}
	for i := range n {
		copy(dst[i*stride:][:sectorBytes], around[skip+i*sectorBytes:])
	}
	return nil
}
