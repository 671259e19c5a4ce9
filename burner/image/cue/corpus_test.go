package cue_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/cdtext"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/cue"
)

// expected is an entry of testdata/expected.txt, which says what its lines are.
type expected struct {
	sheet    string
	has      []string
	says     []string // settings, MCN, sessions, tracks and text
	warnings []string
	errors   []string
}

func readExpected(t *testing.T) []expected {
	t.Helper()
	data, err := os.ReadFile("testdata/expected.txt")
	require.NoError(t, err)
	var all []expected
	for line := range strings.SplitSeq(string(data), "\n") {
		rest, inside := strings.CutPrefix(line, "\t")
		switch {
		case line == "", line[0] == '#':
			continue
		case !inside:
			all = append(all, expected{sheet: line})
			continue
		}
		e := &all[len(all)-1]
		word, argument, _ := strings.Cut(rest, " ")
		switch word {
		case "has":
			e.has = append(e.has, argument)
		case "warning":
			e.warnings = append(e.warnings, argument)
		case "error":
			e.errors = append(e.errors, argument)
		default:
			e.says = append(e.says, rest)
		}
	}
	return all
}

// unescape reads \xNN, which stands for bytes that are no text.
func unescape(t *testing.T, s string) string {
	s, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
	require.NoError(t, err)
	return s
}

var hasLine = regexp.MustCompile(`^("(?:[^"\\]|\\.)*") (bin|wav|copy) (.*)$`)

// make puts the files of an entry into a folder. They are sparse.
func (e *expected) make(t *testing.T, path string) {
	t.Helper()
	for _, line := range e.has {
		m := hasLine.FindStringSubmatch(line)
		require.NotNil(t, m, line)
		name, err := strconv.Unquote(m[1])
		require.NoError(t, err)
		if m[2] == "copy" {
			data, err := os.ReadFile(m[3])
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(path, name), data, 0o600))
			continue
		}
		size, head := sum(t, m[3]), ""
		if m[2] == "wav" {
			w := wav(size)
			size, head = w.size, w.head
		}
		require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte(head), 0o600))
		require.NoError(t, os.Truncate(filepath.Join(path, name), size))
	}
}

// sum reads a sum of products.
func sum(t *testing.T, s string) (total int64) {
	for part := range strings.SplitSeq(strings.ReplaceAll(s, "-", "+-"), "+") {
		product := int64(1)
		for factor := range strings.SplitSeq(part, "*") {
			n, err := strconv.ParseInt(factor, 10, 64)
			require.NoError(t, err)
			product *= n
		}
		total += product
	}
	return total
}

// say writes an image as expected.txt does.
func say(t *testing.T, sheet *cue.Sheet, img *image.Image) []string {
	var out []string
	for _, kv := range sheet.Settings() {
		out = append(out, "set "+kv[0]+"="+kv[1])
	}
	if img.MCN != "" {
		out = append(out, "mcn "+img.MCN)
	}
	for s := img; s != nil; s = s.Next {
		require.Equal(t, img.MCN, s.MCN)
		if s != img || s.Session != image.CDDA {
			out = append(out, "session "+map[image.SessionFormat]string{image.CDDA: "CDDA", image.CDI: "CDI", image.XA: "XA"}[s.Session])
		}
		for _, track := range s.Tracks {
			out = append(out, sayTrack(track))
		}
	}
	if img.Text != nil {
		require.Empty(t, cdtext.Verify(img.Text))
		out = append(out, "text "+cdtext.Title(img.Text))
	}
	return out
}

func sayTrack(track image.Track) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%02d %s", track.Number, track.Mode)
	if track.Control != 0 {
		fmt.Fprintf(&b, "/%d", track.Control)
	}
	if track.SCMS {
		b.WriteString(" scms")
	}
	if track.ISRC != "" {
		b.WriteString(" " + track.ISRC)
	}
	for _, x := range track.Indexes {
		fmt.Fprintf(&b, " %d@%d", x.Number, x.Start)
	}
	b.WriteString(" =")
	for _, e := range track.Extents {
		name := "empty"
		if e.Source != nil {
			name = e.Source.(image.File).Name()
		}
		if e.Sub.Form == image.SubPacks {
			name += "+packs"
		}
		fmt.Fprintf(&b, " %s*%d", name, e.Frames)
	}
	return b.String()
}

// requireTold compares problems with lines of "line:column part of the text".
func requireTold(t *testing.T, sheet string, list []*image.Problem, want []string) {
	t.Helper()
	var got []string
	for i, p := range list {
		require.Equal(t, sheet, p.File)
		at := fmt.Sprintf("%d:%d ", p.Line, p.Column)
		if i < len(want) {
			if part, ok := strings.CutPrefix(want[i], at); ok && strings.Contains(p.Msg, part) {
				got = append(got, want[i])
				continue
			}
		}
		got = append(got, at+p.Msg)
	}
	require.Equal(t, want, got)
}

func TestCorpus(t *testing.T) {
	all := readExpected(t)
	names := []string{"expected.txt", ".gitattributes"}
	for _, e := range all {
		names = append(names, e.sheet)
		t.Run(e.sheet, func(t *testing.T) {
			path := t.TempDir()
			e.make(t, path)
			data, err := os.ReadFile(filepath.Join("testdata", e.sheet))
			require.NoError(t, err)
			folder, err := image.OpenFolder(path)
			require.NoError(t, err)
			defer func() { require.NoError(t, folder.Close()) }()

			var img *image.Image
			sheet, err := cue.Parse(e.sheet, data)
			if err == nil {
				img, err = sheet.Image(folder)
			}
			if len(e.errors) > 0 {
				require.Error(t, err)
				requireTold(t, e.sheet, told(t, err), e.errors)
				return
			}
			require.NoError(t, err)
			for s := img; s != nil; s = s.Next {
				requireSound(t, s)
			}
			want := slices.Clone(e.says)
			for i := range want {
				want[i] = unescape(t, want[i])
			}
			require.Equal(t, want, say(t, sheet, img))
			requireTold(t, e.sheet, img.Warnings, e.warnings)
			require.NoError(t, img.Close())
		})
	}
	there, err := os.ReadDir("testdata")
	require.NoError(t, err)
	for _, entry := range there {
		require.True(t, entry.IsDir() || slices.Contains(names, entry.Name()), "%s is not expected to be anything", entry.Name())
	}
}
