package main_test

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Images of cdrdao and of Nero, written byte by byte as those in
// roundtrip_images_test.go.

// tocForm is how an image of cdrdao holds its tracks.
type tocForm struct {
	head string // CD_DA, CD_ROM, CD_ROM_XA
	mode string // of the data
	size int    // of its sectors
	swap bool   // the low byte of sound comes first
}

// asTOC writes one file of frames, and a .toc.
func asTOC(form tocForm) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		var b strings.Builder
		line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
		line("%s", form.head)
		if d.mcn != "" {
			line("CATALOG %q", d.mcn)
		}
		var bin []byte
		for i, w := range d.tracks {
			from, at := max(0, w.start()), len(bin)
			if w.mode != "audio" {
				bin = append(bin, d.frames(from, w.end, form.size, nil)...)
				line("TRACK %s\nDATAFILE \"disc.bin\" #%d %s", form.mode, at, fileTime(w.end-from))
			} else {
				bin = append(bin, d.frames(from, w.end, frameSize, nil)...)
				order := " SWAP"
				if !form.swap {
					order = ""
					for k := at; k < len(bin); k += 2 {
						bin[k], bin[k+1] = bin[k+1], bin[k]
					}
				}
				line("TRACK AUDIO")
				for _, flag := range strings.Fields(strings.NewReplacer("DCP", "COPY", "PRE", "PRE_EMPHASIS").Replace(w.flags())) {
					line("%s", flag)
				}
				if w.isrc != "" {
					line("ISRC %q", w.isrc)
				}
				line(`FILE "disc.bin"%s #%d 0 %s`, order, at, fileTime(w.end-from))
			}
			if i > 0 && w.pregap != nil {
				line("START %s", fileTime(w.indexes[0]-from))
			}
			for _, x := range w.indexes[1:] {
				line("INDEX %s", fileTime(x-w.indexes[0]))
			}
		}
		writeFile(t, dir, "disc.bin", bin)
		return writeFile(t, dir, "disc.toc", []byte(b.String()))
	}
}

// nrgForm is how an image of Nero holds its tracks.
type nrgForm struct {
	wide bool // version 2
	mode byte // of the data
	size int  // of its sectors
	sub  bool // 96 bytes behind each frame
}

// asNRG writes a session Disc At Once: the frames from LBA -150 on, then what
// they are.
func asNRG(form nrgForm) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		be := binary.BigEndian
		offset := func(b []byte, n int) []byte {
			if form.wide {
				return be.AppendUint64(b, uint64(n))
			}
			return be.AppendUint32(b, uint32(n))
		}
		var places []byte
		place := func(control, track, index, lba int) {
			places = append(places, byte(control<<4|1), byte(track), byte(index))
			if form.wide {
				places = be.AppendUint32(append(places, 0), uint32(int32(lba)))
			} else {
				places = append(append(places, 0, 0), msf(lba)...)
			}
		}
		first, last := d.tracks[0], d.tracks[len(d.tracks)-1]
		place(first.control, 0, 0, firstFrame)
		var file, tracks []byte
		for _, w := range d.tracks {
			number := w.number/10<<4 | w.number%10
			start := w.start()
			place(w.control, number, 0, start)
			for k, at := range w.indexes {
				place(w.control, number, k+1, at)
			}
			mode, size := byte(0x07), frameSize
			if w.mode != "audio" {
				mode, size = form.mode, form.size
			}
			step := size
			var extra func(lba int) []byte
			if form.sub {
				extra, step, mode = d.sub, size+96, map[byte]byte{7: 0x10, 5: 0x0F, 6: 0x11}[mode]
			}
			tracks = append(tracks, w.isrc...)
			tracks = append(tracks, make([]byte, 12-len(w.isrc))...)
			tracks = append(be.AppendUint16(tracks, uint16(step)), mode, 0, 0, 1)
			tracks = offset(tracks, len(file))
			file = append(file, d.frames(start, w.indexes[0], size, extra)...)
			tracks = offset(tracks, len(file))
			file = append(file, d.frames(w.indexes[0], w.end, size, extra)...)
			tracks = offset(tracks, len(file))
		}
		place(last.control, 0xAA, 1, d.leadOut)
		session := make([]byte, 22)
		be.PutUint32(session, uint32(22+len(tracks)))
		copy(session[4:], d.mcn)
		session[18] = (d.discType()[0] - '0') << 4
		session[20], session[21] = byte(first.number), byte(last.number)
		version := "SI"
		if form.wide {
			version = "XX"
		}
		return writeFile(t, dir, "disc.nrg", nrgEnd(form.wide, file,
			"CUE"+version[:1], places, "DAO"+version[1:], append(session, tracks...), len(d.tracks)))
	}
}

// asNRGOfTracks writes a session Track At Once: gaps are in no file.
func asNRGOfTracks(mode byte, size int) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		be := binary.BigEndian
		var file, tracks []byte
		for _, w := range d.tracks {
			kind, bytes := uint32(7), frameSize
			if w.mode != "audio" {
				kind, bytes = uint32(mode), size
			}
			frames := d.frames(w.indexes[0], w.end, bytes, nil)
			tracks = be.AppendUint64(be.AppendUint64(tracks, uint64(len(file))), uint64(len(frames)))
			tracks = be.AppendUint64(be.AppendUint32(be.AppendUint32(tracks, kind), uint32(w.indexes[0])), 0)
			file = append(file, frames...)
		}
		return writeFile(t, dir, "disc.nrg", nrgEnd(true, file, "ETN2", tracks, "", nil, len(d.tracks)))
	}
}

// nrgEnd puts the chunks behind the sectors.
func nrgEnd(wide bool, file []byte, one string, first []byte, two string, second []byte, tracks int) []byte {
	be := binary.BigEndian
	start := len(file)
	chunk := func(name string, body []byte) {
		file = append(be.AppendUint32(append(file, name...), uint32(len(body))), body...)
	}
	chunk(one, first)
	if two != "" {
		chunk(two, second)
	}
	chunk("SINF", be.AppendUint32(nil, uint32(tracks)))
	chunk("MTYP", be.AppendUint32(nil, 1))
	chunk("END!", nil)
	if wide {
		return be.AppendUint64(append(file, "NER5"...), uint64(start))
	}
	return be.AppendUint32(append(file, "NERO"...), uint32(start))
}

// gapless is sound without gaps.
func gapless() (d wantDisc) {
	gap := d.put(-firstFrame, silence)
	for n := range 3 {
		d.track(wantTrack{mode: "audio"})
		d.tracks[n].indexes = []int{d.put(300+n, func(k, _ int) []byte { return noise(uint64(n*1000+k), frameSize) })}
	}
	d.tracks[0].pregap = &gap
	return d
}

// asWaves writes a file for each track, and gives their folder.
func asWaves(t *testing.T, dir string, d wantDisc) string {
	for _, w := range d.tracks {
		plainMaterial.wav(t, filepath.Join(dir, fmt.Sprintf("Track %d.wav", w.number)), d.frames(w.indexes[0], w.end, frameSize, nil))
	}
	return dir
}

// asPlaylist puts a list of them beside them, and other sound that it does not
// name.
func asPlaylist(t *testing.T, dir string, d wantDisc) string {
	asWaves(t, dir, d)
	plainMaterial.wav(t, filepath.Join(dir, "Bonus.wav"), noise(3, 400*frameSize))
	return writeFile(t, dir, "list.m3u", []byte("#EXTM3U\r\nTrack 1.wav\r\n\r\nTrack 2.wav\r\nTrack 3.wav\r\n"))
}

// twoTracks is the disc without its third track.
func twoTracks(d wantDisc) wantDisc {
	d.tracks = d.tracks[:2]
	d.leadOut = d.tracks[1].end
	d.content = d.content[:len(d.content)-1]
	return d
}

func otherRoundTrips() []roundTrip {
	return []roundTrip{
		{name: "playlist", format: "album", disc: gapless(), write: asPlaylist},
		{name: "folder of waves", format: "album", disc: gapless(), write: asWaves, sao: true},
		{name: "toc AUDIO", format: "toc", disc: mixedDisc("", true), write: asTOC(tocForm{head: "CD_DA", swap: true}), sao: true},
		{name: "toc AUDIO, high byte first", format: "toc", disc: mixedDisc("", true), write: asTOC(tocForm{head: "CD_DA"})},
		{name: "toc MODE1", format: "toc", disc: mixedDisc("mode1", true), write: asTOC(tocForm{"CD_ROM", "MODE1", 2048, true})},
		{name: "toc MODE1_RAW", format: "toc", disc: mixedDisc("mode1", true), write: asTOC(tocForm{"CD_ROM", "MODE1_RAW", 2352, true})},
		{name: "toc MODE2", format: "toc", disc: mixedDisc("mode2mixed", true), write: asTOC(tocForm{"CD_ROM_XA", "MODE2", 2336, true})},
		{name: "toc MODE2_FORM1", format: "toc", disc: mixedDisc("mode2form1", true), write: asTOC(tocForm{"CD_ROM_XA", "MODE2_FORM1", 2048, true})},
		{name: "toc MODE2_FORM2", format: "toc", disc: mixedDisc("mode2form2", true), write: asTOC(tocForm{"CD_ROM_XA", "MODE2_FORM2", 2324, true})},
		{name: "toc MODE2_FORM_MIX", format: "toc", disc: mixedDisc("mode2mixed", true), write: asTOC(tocForm{"CD_ROM_XA", "MODE2_FORM_MIX", 2336, true}), sao: true},
		{name: "toc MODE2_RAW", format: "toc", disc: mixedDisc("mode2mixed", true), write: asTOC(tocForm{"CD_ROM_XA", "MODE2_RAW", 2352, true})},
		{name: "nrg AUDIO", format: "nrg", disc: mixedDisc("", true), write: asNRG(nrgForm{wide: true}), sao: true},
		{name: "nrg AUDIO, 2448", format: "nrg", disc: mixedDisc("", true), write: asNRG(nrgForm{wide: true, sub: true})},
		{name: "nrg Mode 1, version 1", format: "nrg", disc: mixedDisc("mode1", true), write: asNRG(nrgForm{mode: 0, size: 2048})},
		{name: "nrg Mode 1", format: "nrg", disc: mixedDisc("mode1", true), write: asNRG(nrgForm{wide: true, mode: 0, size: 2048})},
		{name: "nrg Mode 1, 2352", format: "nrg", disc: mixedDisc("mode1", true), write: asNRG(nrgForm{wide: true, mode: 5, size: 2352})},
		{name: "nrg Mode 1, 2448", format: "nrg", disc: mixedDisc("mode1", true), write: asNRG(nrgForm{wide: true, mode: 5, size: 2352, sub: true})},
		{name: "nrg Form 1", format: "nrg", disc: mixedDisc("mode2form1", true), write: asNRG(nrgForm{wide: true, mode: 2, size: 2048})},
		{name: "nrg Mode 2, 2336", format: "nrg", disc: mixedDisc("mode2mixed", true), write: asNRG(nrgForm{wide: true, mode: 3, size: 2336}), sao: true},
		{name: "nrg Mode 2, 2352", format: "nrg", disc: mixedDisc("mode2mixed", true), write: asNRG(nrgForm{wide: true, mode: 6, size: 2352})},
		{name: "nrg Mode 2, 2448", format: "nrg", disc: mixedDisc("mode2mixed", true), write: asNRG(nrgForm{wide: true, mode: 6, size: 2352, sub: true})},
		{name: "nrg of tracks, Mode 1", format: "nrg", disc: twoTracks(mixedDisc("mode1", false)), write: asNRGOfTracks(0, 2048)},
		{name: "nrg of tracks, Mode 2", format: "nrg", disc: twoTracks(mixedDisc("mode2mixed", false)), write: asNRGOfTracks(3, 2336)},
	}
}
