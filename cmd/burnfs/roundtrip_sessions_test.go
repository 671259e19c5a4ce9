package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// extraDisc is a CD-Extra: two tracks of sound, and a session of data.
func extraDisc() (d wantDisc, leadOut int) {
	d = twoTracks(mixedDisc("", true))
	leadOut = d.leadOut
	// Lead-out, Lead-in and Pre-gap between them are the drive's.
	const leadOutFrames, leadInFrames, pregap = 6750, 4500, 150
	d.leadOut += leadOutFrames + leadInFrames
	end := d.tracks[1].end
	gap := d.put(pregap, emptyForm2)
	d.tracks[1].end = end
	k := kinds["mode2form1"]
	d.track(wantTrack{mode: k.mode, control: 4, pregap: &gap})
	d.tracks[2].indexes = []int{d.put(300, k.full)}
	return d, leadOut
}

// asExtraCue writes a .bin for each session.
func asExtraCue(track string, size int) imageWriter {
	return func(t *testing.T, dir string, d wantDisc) string {
		data := d.tracks[2]
		writeFile(t, dir, "data.bin", d.frames(data.indexes[0], data.end, size, nil))
		sound := d
		sound.tracks, sound.leadOut = d.tracks[:2], d.tracks[1].end
		head := asCue("AUDIO", frameSize)(t, dir, sound)
		text, err := os.ReadFile(head)
		require.NoError(t, err)
		return writeFile(t, dir, filepath.Base(head), []byte("REM SESSION 01\r\n"+string(text)+
			"REM SESSION 02\r\nFILE \"data.bin\" BINARY\r\n  TRACK 03 "+track+"\r\n    INDEX 01 00:00:00\r\n"))
	}
}

// asExtraCCD writes one .img, the second session right behind the first.
func asExtraCCD(t *testing.T, dir string, d wantDisc) string {
	sound, data := d.tracks[:2], d.tracks[2]
	var b strings.Builder
	section := func(name string, lines ...string) {
		fmt.Fprintf(&b, "[%s]\r\n%s\r\n", name, strings.Join(lines, "\r\n"))
	}
	section("CloneCD", "Version=3")
	section("Disc", "TocEntries=9", "Sessions=2", "DataTracksScrambled=0", "CDTextLength=0", "CATALOG="+d.mcn)
	section("Session 1", "PreGapMode=0", "PreGapSubC=0")
	section("Session 2", "PreGapMode=2", "PreGapSubC=0")
	entries := 0
	entry := func(session, point, control int, p []byte) {
		section(fmt.Sprintf("Entry %d", entries), ccdEntry(session, point, control, p)...)
		entries++
	}
	entry(1, 0xA0, 0, []byte{1, 0x20, 0})
	entry(1, 0xA1, 0, []byte{2, 0, 0})
	entry(1, 0xA2, 0, msf(sound[1].end))
	for _, w := range sound {
		entry(1, w.number, w.control, msf(w.indexes[0]))
	}
	entry(2, 0xA0, 4, []byte{3, 0x20, 0})
	entry(2, 0xA1, 4, []byte{3, 0, 0})
	entry(2, 0xA2, 4, msf(d.leadOut))
	entry(2, 3, 4, msf(data.indexes[0]))
	section("TRACK 1", "MODE=0", "INDEX 1=0")
	two := sound[1]
	lines := []string{"MODE=0", "ISRC=" + two.isrc, "FLAGS=" + two.flags(), fmt.Sprintf("INDEX 0=%d", *two.pregap)}
	for k, at := range two.indexes {
		lines = append(lines, fmt.Sprintf("INDEX %d=%d", k+1, at))
	}
	section("TRACK 2", lines...)
	section("TRACK 3", "MODE=2", "INDEX 1=0")
	writeFile(t, dir, "disc.img", append(d.frames(0, two.end, frameSize, nil), d.frames(data.indexes[0], data.end, frameSize, nil)...))
	return writeFile(t, dir, "disc.ccd", []byte(b.String()))
}

// Images of two sessions become discs of two sessions, in the only mode that
// makes them.
func TestRoundTripOfSessions(t *testing.T) {
	d, leadOut := extraDisc()
	for _, c := range []struct {
		name  string
		write imageWriter
	}{
		{"cue, 2048", asExtraCue("MODE2/2048", 2048)},
		{"cue, 2336", asExtraCue("MODE2/2336", 2336)},
		{"cue, 2352", asExtraCue("MODE2/2352", 2352)},
		{"ccd", asExtraCCD},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			head := c.write(t, t.TempDir(), d)
			ran := runBinary(t, "check", "--json", head)
			require.Zero(t, ran.code)
			var checked checkedAll
			require.NoError(t, json.Unmarshal([]byte(ran.stdout), &checked))
			require.Equal(t, 2, checked.Sessions)
			require.Empty(t, checked.Warnings)
			require.Equal(t, d.leadOut, checked.LeadOut)
			require.Len(t, checked.Tracks, 3)
			for i, session := range []int{1, 1, 2} {
				w, have := d.tracks[i], checked.Tracks[i]
				require.Equal(t, session, have.Session)
				require.Equal(t, w.indexes, have.Indexes)
				require.Equal(t, w.end-w.indexes[0], have.Length)
			}
			for _, m := range checked.Modes {
				require.Equal(t, m.Mode != "sao", strings.Contains(strings.Join(m.Lost, "\n"), "several sessions"), m.Mode)
			}

			disc := filepath.Join(t.TempDir(), "disc.rawcd")
			ran = runBinary(t, "burn", "--emulate", "--disc", disc, "--verify", head)
			require.Zero(t, ran.code)
			require.Contains(t, ran.stdout, "mode: sao")
			require.Contains(t, ran.stdout, "sectors equal")
			require.Contains(t, ran.stdout, "table of contents: equal")
			r := readDisc(t, disc)
			require.Empty(t, r.Problems)
			require.Len(t, r.Sessions, 2)
			require.Equal(t, leadOut, *r.Sessions[0].LeadOut)
			require.Equal(t, d.leadOut, *r.Sessions[1].LeadOut)
			require.Equal(t, *d.tracks[2].pregap, r.Sessions[1].Program)
			require.Equal(t, d.mcn, r.MCN)
			require.Len(t, r.Tracks, len(d.tracks))
			for i, w := range d.tracks {
				have := r.Tracks[i]
				require.Equal(t, w.number, have.Number)
				require.Equal(t, w.mode, have.Mode)
				require.Equal(t, w.control, have.Control)
				require.Equal(t, w.pregap, have.Pregap)
				require.Equal(t, w.indexes, have.Indexes)
				require.Equal(t, w.end, have.End)
				require.Equal(t, w.isrc, have.ISRC)
				lba, same := sameFrames(t, w, d, disc)
				require.True(t, same, "the main channel of LBA %d", lba)
			}

			ran = runBinary(t, "burn", "--emulate", "--disc", filepath.Join(t.TempDir(), "raw.rawcd"), "--mode", "raw96r", head)
			require.Equal(t, 4, ran.code)
			require.Contains(t, ran.stderr, "several sessions")
		})
	}
}
