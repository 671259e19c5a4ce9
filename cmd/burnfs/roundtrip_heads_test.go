package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What check shows of CD-TEXT.
func TestCheckShowsText(t *testing.T) {
	for _, x := range exports() {
		head, _ := x.make(t, t.TempDir())
		ran := runBinary(t, "check", "--json", head)
		require.Zero(t, ran.code)
		var c checkedAll
		require.NoError(t, json.Unmarshal([]byte(ran.stdout), &c))
		if !x.text {
			require.Empty(t, c.Text)
			continue
		}
		require.Equal(t, []checkedText{{
			Session: 1, Language: "English", Charset: "ISO 8859-1",
			Disc:   map[string]string{"title": "Of frames", "performer": "The packs"},
			Tracks: []map[string]string{{"title": "One"}, {"title": "Two"}, {"title": "Three"}},
		}}, c.Text)
		require.Contains(t, runBinary(t, "check", head).stdout, "CD-TEXT, English: The packs - Of frames")

		disc := filepath.Join(t.TempDir(), "disc.rawcd")
		require.Zero(t, runBinary(t, "burn", "--emulate", "--disc", disc, head).code)
		r := readDisc(t, disc)
		require.Empty(t, r.Problems)
		found := map[string]string{}
		for _, i := range r.Sessions[0].Text[0].Items {
			found[fmt.Sprintf("%s %d", i.Type, i.Track)] = i.Text
		}
		for key, text := range map[string]string{"title 0": "Of frames", "performer 0": "The packs", "title 1": "One", "title 2": "Two", "title 3": "Three"} {
			require.Equal(t, text, found[key], key)
		}
		// Read as an image, the disc tells the same.
		requireSameContents(t, head, disc)
	}
}

// Heads that are cut off, filled with one byte or changed in places are told
// to be wrong, or are as good as they were; nothing panics.
func TestCheckOfHostileHeads(t *testing.T) {
	var writers []roundTrip
	seen := map[string]bool{}
	for _, r := range append(roundTrips(), otherRoundTrips()...) {
		if !seen[r.format] {
			seen[r.format] = true
			writers = append(writers, r)
		}
	}
	require.Len(t, writers, 8)
	places := 3
	if os.Getenv("BURNFS_LONG") != "" {
		places = 150
	}
	for _, r := range writers {
		t.Run(r.format, func(t *testing.T) {
			t.Parallel()
			head := r.write(t, t.TempDir(), r.disc)
			good, err := os.ReadFile(head)
			require.NoError(t, err)
			check := func(what string, data []byte, refused bool) {
				require.NoError(t, os.WriteFile(head, data, 0o666))
				e := runBinary(t, "check", "--json", head)
				require.Contains(t, []int{0, 3}, e.code, what)
				require.Empty(t, e.stderr, what)
				var c checkedAll
				require.NoError(t, json.Unmarshal([]byte(e.stdout), &c), what)
				require.Equal(t, e.code == 3, len(c.Errors) > 0, what)
				if refused {
					require.Equal(t, 3, e.code, what)
				}
			}
			check("nothing", nil, true)
			check("one byte", good[:1], true)
			// A text may end early and still be one; and what no sheet
			// describes may be any length.
			check("a third", good[:len(good)/3], r.format != "rawcd" && r.format != "iso")
			check("all but the last", good[:len(good)-1], r.format == "nrg" || r.format == "rawcd" || r.format == "iso")
			for _, fill := range []byte{0, 0x20, '9', 0xFF} {
				check(fmt.Sprintf("all %02X", fill), bytes.Repeat([]byte{fill}, min(len(good), 1<<16)), true)
			}
			check("noise", noise(7, 1<<16), true)
			check("a head on noise", append(bytes.Clone(good[:min(len(good), 64)]), noise(8, 1<<16)...), true)
			if r.format == "ccd" || r.format == "cue" || r.format == "toc" {
				for _, number := range []string{"-1", "99999999999999999999", "2147483647", "0x7fffffff"} {
					changed := strings.NewReplacer("=1", "="+number, "00:", number+":", " 01", " "+number, "#", "#"+number).Replace(string(good))
					check("numbers of "+number, []byte(changed), true)
				}
				return
			}
			// What tells of the disc lies at the end in one and at the start in the other.
			from := 0
			if r.format == "nrg" {
				from = len(good) - 400
			}
			for i := range places {
				for _, fill := range []byte{0, 0x7F, 0xFF} {
					data := bytes.Clone(good)
					at := from + i*397/places
					copy(data[min(at, len(data)):min(at+4, len(data))], bytes.Repeat([]byte{fill}, 4))
					check(fmt.Sprintf("%02X at %d", fill, at), data, false)
				}
			}
		})
	}
}
