package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/sgio/sgtest"
)

// announced is what a program told a drive before a session at once: the last
// write parameters page and the cue sheet that was taken.
type announced struct {
	page  []byte
	sheet []byte
}

// announcement runs a program with an emulated drive and gives what it told it.
func announcement(t *testing.T, dir string, program ...string) (a announced) {
	t.Helper()
	trace, disc := filepath.Join(t.TempDir(), "trace.txt"), filepath.Join(t.TempDir(), "disc.rawcd")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, builtBinary, append([]string{"emulate", "--disc", disc, "--trace", trace, "--"}, program...)...)
	c.Dir = dir
	require.Zero(t, finished(t, c).code)
	text, err := os.ReadFile(trace)
	require.NoError(t, err)
	transcript, err := sgtest.Parse(string(text))
	require.NoError(t, err)
	for _, command := range transcript {
		if command.Err != nil || a.sheet != nil {
			continue
		}
		switch command.CDB[0] {
		case 0x55:
			if page := command.Data[8:]; page[0]&0x3F == 5 {
				a.page = page
			}
		case 0x5D:
			a.sheet = command.Data
		}
	}
	require.NotEmpty(t, a.page)
	require.NotEmpty(t, a.sheet)
	return a
}

// differences names the fields in which two announcements differ.
func (a announced) differences(o announced) (all map[string]string) {
	all = make(map[string]string)
	differ := func(field string, mine, theirs []byte) {
		if !bytes.Equal(mine, theirs) {
			all[field] = fmt.Sprintf("% X, not % X", theirs, mine)
		}
	}
	for at, field := range []string{2: "page: write type and bits", 3: "page: multi-session and track mode",
		4: "page: data block type", 5: "page: link size", 8: "page: session format"} {
		if field != "" {
			differ(field, a.page[at:at+1], o.page[at:at+1])
		}
	}
	differ("page: audio pause length", a.page[14:16], o.page[14:16])
	differ("page: catalog number", a.page[16:32], o.page[16:32])
	differ("page: ISRC", a.page[32:48], o.page[32:48])
	if len(a.sheet) != len(o.sheet) {
		differ("sheet: number of lines", []byte{byte(len(a.sheet) / 8)}, []byte{byte(len(o.sheet) / 8)})
		return all
	}
	for at := 0; at < len(a.sheet); at += 8 {
		mine, theirs := a.sheet[at:at+8], o.sheet[at:at+8]
		line := "track"
		switch {
		case mine[0]&0x0F == 2:
			line = "MCN"
		case mine[0]&0x0F == 3:
			line = "ISRC"
		case mine[1] == 0:
			line = "Lead-in"
		case mine[1] == 0xAA:
			line = "Lead-out"
		}
		differ("sheet: "+line+" control", mine[:1], theirs[:1])
		differ("sheet: "+line+" number", mine[1:3], theirs[1:3])
		differ("sheet: "+line+" form", mine[3:5], theirs[3:5])
		differ("sheet: "+line+" time", mine[5:], theirs[5:])
	}
	return all
}

// What we tell a drive before a session at once is what others tell it, but
// for what has a reason. The image has all that a sheet can tell: MCN, ISRC,
// flags, a Pre-gap, CD-TEXT.
func TestSheetsOfOthers(t *testing.T) {
	const catalog = "wodim and cdrskin repeat the catalog number there; the sheet tells it, and with one the drive does not look at the page's"
	for _, c := range []struct {
		program string
		reasons map[string]string
	}{
		{"wodim dev={} gracetime=2 -dao -text cuefile=told.cue", map[string]string{"page: catalog number": catalog}},
		{"cdrskin dev={} -sao -text cuefile=told.cue", map[string]string{"page: catalog number": catalog}},
		{"cdrdao write --driver generic-mmc:0x10 --device {} -n told.cue", map[string]string{
			"page: multi-session and track mode": "cdrdao leaves the track mode as the drive had it; a cue sheet overrides it",
			"page: data block type":              "cdrdao says 3 with CD-TEXT at once; we and the others say 0 first and 3 to a drive that refuses it",
			"sheet: Lead-in time":                "cdrdao tells the real start of the Lead-in with CD-TEXT first; we and the others 00:00:00, and the real one to a drive that refuses it",
			"sheet: Lead-out control":            "cdrdao gives the Lead-out no flags; on a disc it has those of the last track, as wodim and cdrskin say",
		}},
	} {
		program := strings.Fields(c.program)
		t.Run(program[0], func(t *testing.T) {
			t.Parallel()
			need(t, program[0])
			img := told("WAVE")(t, t.TempDir(), plainMaterial)
			theirs := announcement(t, img.dir, program...)
			ours := announcement(t, img.dir, builtBinary, "burn", "--device", "{}", "--mode", "sao", "--set", "speed-check=off", "told.cue")
			requireExplained(t, ours.differences(theirs), c.reasons)
		})
	}
}
