package main_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Images in all formats, written byte by byte from the disc that they must
// become.

// mixedDisc is a track of data and two of sound, the first of them behind a
// gap of two seconds; without a kind of data it is sound alone. With codes it
// has all that Q can tell of it.
func mixedDisc(data string, codes bool) wantDisc {
	var d wantDisc
	sound := func(frames int) int {
		start := len(d.content)
		return d.put(frames, func(n, lba int) []byte { return noise(uint64(start<<20+n), frameSize) })
	}
	k, mixed := kinds[data]
	if mixed {
		gap := d.put(-firstFrame, k.empty)
		d.track(wantTrack{mode: k.mode, control: 4, pregap: &gap})
		d.tracks[0].indexes = []int{d.put(311, k.full)}
	} else {
		gap := d.put(-firstFrame, silence)
		d.track(wantTrack{mode: "audio", pregap: &gap})
		d.tracks[0].indexes = []int{sound(305)}
	}
	gap := d.put(150, silence)
	d.tracks[0].end = gap
	d.track(wantTrack{mode: "audio", pregap: &gap, end: d.leadOut})
	two := &d.tracks[1]
	two.indexes = []int{sound(200)}
	if codes {
		two.indexes = append(two.indexes, d.leadOut)
	}
	sound(123)
	d.track(wantTrack{mode: "audio"})
	d.tracks[2].indexes = []int{sound(300)}
	if codes {
		d.mcn = "4006381333931"
		d.tracks[1].isrc, d.tracks[2].isrc = "GBAYE0000351", "USRC17607839"
		d.tracks[1].control, d.tracks[2].control = 3, 2
	}
	return d
}

// dataDisc is one track of data and nothing else: a volume of 320 sectors, if
// its kind has user data.
func dataDisc(data string) wantDisc {
	const frames = 320
	var d wantDisc
	k := kinds[data]
	gap := d.put(-firstFrame, k.empty)
	d.track(wantTrack{mode: k.mode, control: 4, pregap: &gap})
	d.tracks[0].indexes = []int{d.put(frames, func(n, lba int) []byte {
		if data != "mode1" || n != 16 {
			return k.full(n, lba)
		}
		volume := make([]byte, userSize)
		copy(volume, "\x01CD001\x01")
		binary.LittleEndian.PutUint32(volume[80:], frames)
		binary.LittleEndian.PutUint16(volume[128:], userSize)
		return mode1Sector(lba, volume)
	})}
	return d
}

// soundDisc is sound alone, with what else an image may have of it.
func soundDisc() wantDisc { return mixedDisc("", false) }

// frames gives what an image holds of the frames from one LBA up to another:
// size bytes of each, and behind them what extra gives, if it is not nil.
func (d wantDisc) frames(from, to, size int, extra func(lba int) []byte) []byte {
	var b bytes.Buffer
	for lba := from; lba < to; lba++ {
		b.Write(stored(d.main(lba), size))
		if extra != nil {
			b.Write(extra(lba))
		}
	}
	return b.Bytes()
}

// sub gives P to W of a frame, as on the disc.
func (d wantDisc) sub(lba int) []byte {
	q, _, p := composeQ(d, lba, composedLeadIn)
	return d.withRW(composeSubcode(q, p), lba)
}

// flags gives those of a cue sheet or of a .ccd.
func (w wantTrack) flags() string {
	return strings.TrimSpace(map[int]string{2: "DCP", 3: "DCP PRE", 1: "PRE"}[w.control&3])
}

func writeFile(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, data, 0o666))
	return path
}

// imageWriter writes the image of a disc to a folder and gives the path of its
// head.
type imageWriter func(t *testing.T, dir string, d wantDisc) string

// asCue writes one .bin, the data in sectors of a size, and a sheet that calls
// them so.
func asCue(data string, size int) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		end := d.leadOut
		if len(d.tracks) > 1 {
			end = *d.tracks[1].pregap
		}
		bin := d.frames(0, end, size, nil)
		if end < d.leadOut {
			bin = append(bin, d.frames(end, d.leadOut, frameSize, nil)...)
		}
		writeFile(t, dir, "disc.bin", bin)
		return cueSheet(t, dir, d, "BINARY", data)
	}
}

// asMotorola is sound with the high byte first.
func asMotorola(t *testing.T, dir string, d wantDisc) string {
	bin := d.frames(0, d.leadOut, frameSize, nil)
	for i := 0; i < len(bin); i += 2 {
		bin[i], bin[i+1] = bin[i+1], bin[i]
	}
	writeFile(t, dir, "disc.bin", bin)
	return cueSheet(t, dir, d, "MOTOROLA", "AUDIO")
}

func cueSheet(t *testing.T, dir string, d wantDisc, file, first string) string {
	var lines []string
	line := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if d.mcn != "" {
		line("CATALOG %s", d.mcn)
	}
	line(`FILE "disc.bin" %s`, file)
	for i, w := range d.tracks {
		mode := "AUDIO"
		if i == 0 {
			mode = first
		}
		line("  TRACK %02d %s", w.number, mode)
		if f := w.flags(); f != "" {
			line("    FLAGS %s", f)
		}
		if w.isrc != "" {
			line("    ISRC %s", w.isrc)
		}
		if i > 0 && w.pregap != nil {
			line("    INDEX 00 %s", fileTime(*w.pregap))
		}
		for k, at := range w.indexes {
			line("    INDEX %02d %s", k+1, fileTime(at))
		}
	}
	return writeFile(t, dir, "disc.cue", []byte(strings.Join(lines, "\r\n")+"\r\n"))
}

// asCCD writes CloneCD's three files, or two.
func asCCD(sub bool) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		var b strings.Builder
		section := func(name string, lines ...string) {
			fmt.Fprintf(&b, "[%s]\r\n%s\r\n", name, strings.Join(lines, "\r\n"))
		}
		section("CloneCD", "Version=3")
		disc := []string{fmt.Sprintf("TocEntries=%d", 3+len(d.tracks)), "Sessions=1", "DataTracksScrambled=0", "CDTextLength=0"}
		if d.mcn != "" {
			disc = append(disc, "CATALOG="+d.mcn)
		}
		section("Disc", disc...)
		section("Session 1", "PreGapMode=0", "PreGapSubC=0")
		entries := 0
		entry := func(point, control int, p []byte) {
			section(fmt.Sprintf("Entry %d", entries), ccdEntry(1, point, control, p)...)
			entries++
		}
		first, last := d.tracks[0], d.tracks[len(d.tracks)-1]
		entry(0xA0, first.control, []byte{1, (d.discType()[0] - '0') << 4, 0})
		entry(0xA1, last.control, []byte{byte(last.number), 0, 0})
		entry(0xA2, last.control, msf(d.leadOut))
		for _, w := range d.tracks {
			entry(w.number, w.control, msf(w.indexes[0]))
		}
		for i, w := range d.tracks {
			lines := []string{"MODE=" + map[byte]string{'a': "0", '1': "1", '2': "2"}[modeDigit(w.mode)]}
			if w.isrc != "" {
				lines = append(lines, "ISRC="+w.isrc)
			}
			if f := w.flags(); f != "" {
				lines = append(lines, "FLAGS="+f)
			}
			if i > 0 && w.pregap != nil {
				lines = append(lines, fmt.Sprintf("INDEX 0=%d", *w.pregap))
			}
			for k, at := range w.indexes {
				lines = append(lines, fmt.Sprintf("INDEX %d=%d", k+1, at))
			}
			section(fmt.Sprintf("TRACK %d", w.number), lines...)
		}
		writeFile(t, dir, "disc.img", d.frames(0, d.leadOut, frameSize, nil))
		if sub {
			var planes []byte
			for lba := range d.leadOut {
				planes = append(planes, inPlanes(d.sub(lba))...)
			}
			writeFile(t, dir, "disc.sub", planes)
		}
		return writeFile(t, dir, "disc.ccd", []byte(b.String()))
	}
}

// ccdEntry gives the lines of an entry of the table of contents; p is in BCD.
func ccdEntry(session, point, control int, p []byte) []string {
	m, s, f := unpacked(p[0]), unpacked(p[1]), unpacked(p[2])
	return []string{fmt.Sprintf("Session=%d", session), fmt.Sprintf("Point=0x%02x", point), "ADR=0x01",
		fmt.Sprintf("Control=0x%02x", control), "TrackNo=0", "AMin=0", "ASec=0", "AFrame=0", "ALBA=-150", "Zero=0",
		fmt.Sprintf("PMin=%d", m), fmt.Sprintf("PSec=%d", s), fmt.Sprintf("PFrame=%d", f), fmt.Sprintf("PLBA=%d", (m*60+s)*75+f-150)}
}

func unpacked(bcd byte) int { return int(bcd>>4*10 + bcd&15) }

// modeDigit tells the modes of data by their digit, and sound by an a.
func modeDigit(mode string) byte {
	if mode == "audio" {
		return 'a'
	}
	return mode[len("mode")]
}

// inPlanes puts the bits of each channel of a frame together: 12 bytes of P,
// then of Q, and so on.
func inPlanes(sub []byte) []byte {
	out := make([]byte, 96)
	for i, symbol := range sub {
		for channel := range 8 {
			out[12*channel+i/8] |= symbol >> (7 - channel) & 1 << (7 - i%8)
		}
	}
	return out
}

// mdsForm is how an Alcohol image holds its tracks.
type mdsForm struct {
	mode byte // of the data
	size int  // of its sectors
	sub  bool // 96 bytes behind each frame
	gaps bool // the gap of the second track is in the file
}

// asMDS writes Alcohol's two files.
func asMDS(form mdsForm) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		le16, le32, le64 := binary.LittleEndian.PutUint16, binary.LittleEndian.PutUint32, binary.LittleEndian.PutUint64
		const headerBytes, sessionBytes, trackBytes, extraBytes = 88, 24, 80, 8
		blocks := 3 + len(d.tracks)
		extras := headerBytes + sessionBytes + blocks*trackBytes
		footer := extras + blocks*extraBytes
		b := make([]byte, footer+16, footer+32)
		copy(b, "MEDIA DESCRIPTOR\x01\x05")
		le16(b[20:], 1) // session
		le32(b[80:], headerBytes)
		session := b[headerBytes:]
		le32(session, uint32(0xFFFFFFFF-149)) // -150
		le32(session[4:], uint32(d.leadOut))
		session[8], session[10], session[11] = 1, byte(blocks), 3
		le32(session[20:], headerBytes+sessionBytes)
		block := func(i int) []byte { return b[headerBytes+sessionBytes+i*trackBytes:] }
		for i := range 3 {
			block(i)[2], block(i)[4] = byte(0x10|d.tracks[0].control), byte(0xA0+i)
		}
		block(0)[9], block(0)[10] = 1, (d.discType()[0]-'0')<<4

		var mdf []byte
		for i, w := range d.tracks {
			x, mode, size := block(3+i), byte(0xA9), frameSize
			if w.mode != "audio" {
				mode, size = form.mode, form.size
			}
			var extra func(lba int) []byte
			step := size
			if form.sub {
				extra, step = d.sub, size+96
				x[1] = 8
			}
			gap := 0
			switch {
			case i == 0:
				gap = 150
			case w.pregap != nil:
				gap = w.indexes[0] - *w.pregap
				if form.gaps {
					mdf = append(mdf, d.frames(*w.pregap, w.indexes[0], size, extra)...)
				}
			}
			x[0], x[2], x[4] = mode, byte(0x10|w.control), byte(w.number)
			at := msf(w.indexes[0])
			x[9], x[10], x[11] = byte(unpacked(at[0])), byte(unpacked(at[1])), byte(unpacked(at[2]))
			le32(x[12:], uint32(extras+(3+i)*extraBytes))
			le16(x[16:], uint16(step))
			le32(x[36:], uint32(w.indexes[0]))
			le64(x[40:], uint64(len(mdf)))
			le32(x[48:], 1)
			le32(x[52:], uint32(footer))
			le32(b[extras+(3+i)*extraBytes:], uint32(gap))
			le32(b[extras+(3+i)*extraBytes+4:], uint32(w.end-w.indexes[0]))
			mdf = append(mdf, d.frames(w.indexes[0], w.end, size, extra)...)
		}
		le32(b[footer:], uint32(footer+16))
		writeFile(t, dir, "disc.mdf", mdf)
		return writeFile(t, dir, "disc.mds", append(b, "*.mdf\x00"...))
	}
}

// asISO writes the sectors of a disc of one track, in a file of that name.
func asISO(name string, size int) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		return writeFile(t, dir, name, d.frames(0, d.leadOut, size, nil))
	}
}

// discLeadIn is the LBA at which an emulated disc begins.
const discLeadIn = -12508

// asStream writes the disc itself.
func asStream(t *testing.T, dir string, d wantDisc) string {
	path := filepath.Join(dir, "disc.rawcd")
	composeDiscFrom(t, d, path, discLeadIn)
	return path
}

// asShortStream writes blocks of 2368 bytes.
func asShortStream(t *testing.T, dir string, d wantDisc) string {
	whole, err := os.ReadFile(asStream(t, t.TempDir(), d))
	require.NoError(t, err)
	var b []byte
	for ; len(whole) > 0; whole = whole[recordedSize:] {
		b = append(append(b, whole[:frameSize]...), shortSub(whole[frameSize:recordedSize])...)
	}
	return writeFile(t, dir, "disc.rawcd", b)
}

// shortSub gives the 16 bytes that stand for P and Q of a frame.
func shortSub(sub []byte) []byte {
	b := make([]byte, 16)
	for i, symbol := range sub {
		b[i/8] |= symbol >> 6 & 1 << (7 - i%8)
	}
	b[15] = sub[0] & 0x80
	return b
}
