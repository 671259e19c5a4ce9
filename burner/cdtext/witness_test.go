package cdtext

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// run runs another program, which must be there in CI.
func run(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	require.NoError(t, err, "%s: %s", program, out)
	return string(out)
}

// cdrskin writes packs as an input sheet.
func readByCdrskin(t *testing.T, packs []byte) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.cdt"), packs, 0o600))
	_, sheet, _ := strings.Cut(run(t, dir, "cdrskin", "textfile_to_v07t=a.cdt"), "\n")
	return sheet
}

// What Encode makes is read by cdrskin as what it was made from.
func TestWitnessCdrskin(t *testing.T) {
	everything := Block{
		Language: 0x08, Disc: Entry{"Größe", "Ann", "Bob", "Cy", "Di", "Ed", "1234567890123"}, DiscID: "ABC 1",
		Genre: 0x17, GenreText: "Rock of the sixties, from somewhere", Closed: "geschloßen", Copyright: 3, First: 12,
		Tracks: []Entry{
			{"Une longue chanson, plus longue que tout un paquet", "Ann", "", "", "", "", "USRC17607839"},
			{"Deux", "Ann", "Été", "", "", "", ""},
			{"Trois", "Ann", "Été", "", "x", "", "USRC17607841"},
		},
	}
	for name, b := range map[string]Block{
		"everything": everything,
		"MS-JIS": {
			Language: 0x69, Charset: MSJIS, First: 1, Disc: Entry{Title: "夜の音楽第一集", Performer: "猫の楽団"},
			Tracks: tracks("喜びの歌", "ソ連の表と能力、とても長い題名の曲です", "ニャー"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			packs, problems, err := Encode([]Block{b})
			require.NoError(t, err)
			require.Empty(t, problems)
			got, problems, err := ReadSheet([]byte(readByCdrskin(t, packs)))
			require.NoError(t, err)
			require.Empty(t, problems)
			require.Equal(t, []Block{b}, got)
		})
	}
}

// cdrskin knows every language and genre by the name that we have for it.
func TestWitnessNames(t *testing.T) {
	for from := 0; from < 128; from += maxBlocks {
		var blocks []Block
		for code := from; code < from+maxBlocks; code++ {
			blocks = append(blocks, Block{Language: uint8(code), Genre: uint16(code % len(genres)), GenreText: "x", Tracks: tracks("a")})
		}
		packs, _, err := Encode(blocks)
		require.NoError(t, err)
		var known []string
		for line := range strings.Lines(readByCdrskin(t, packs)) {
			if key, value, _ := strings.Cut(line, "="); strings.HasSuffix(strings.TrimSpace(key), " Code") && !strings.HasPrefix(key, "Text") {
				known = append(known, strings.TrimSpace(value))
			}
		}
		require.Len(t, known, 2*maxBlocks)
		for i, b := range blocks {
			require.Equal(t, languages[b.Language], known[2*i])
			require.Equal(t, GenreName(b.Genre), known[2*i+1])
		}
	}
}
