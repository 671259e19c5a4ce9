package sector

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

// vector is one sector of testdata/sectors.txt.
type vector struct {
	name      string
	mode      Mode
	counts    bool // user data
	at        addr.LBA
	parts     []part
	sha256    string // of the sector
	scrambled string // of the sector, scrambled
}

// part is a piece of the sector that the file shows.
type part struct {
	at    int
	bytes []byte
}

var vectorModes = map[string]Mode{
	"M1": Mode1, "M2 form 1": Mode2Form1, "M2 form 2": Mode2Form2, "M2 formless": Mode2, "mode 0": Mode0,
}

var (
	firstLine = regexp.MustCompile(`^(M1|M2 form 1|M2 form 2|M2 formless|mode 0)(?: ([ZC]))? LBA (-?\d+).*: bytes 12-23 ([0-9A-F ]+?)   EDC ([0-9A-F ]+|-)$`)
	partsLine = regexp.MustCompile(`^  P\[0\.\.7\] (.+)  P\[86\.\.93\] (.+)  Q\[0\.\.7\] (.+)  Q\[52\.\.59\] (.+)  last 8 (.+)$`)
	sumsLine  = regexp.MustCompile(`^  sha256 ([0-9a-f]{64}) scrambled ([0-9a-f]{64})$`)
)

func readVectors(t *testing.T) (vectors []*vector) {
	t.Helper()
	file, err := os.Open("testdata/sectors.txt")
	require.NoError(t, err)
	defer file.Close()
	var v *vector
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		if m := firstLine.FindStringSubmatch(line); m != nil {
			lba, err := strconv.Atoi(m[3])
			require.NoError(t, err)
			v = &vector{name: strings.SplitN(line, ":", 2)[0], mode: vectorModes[m[1]], counts: m[2] == "C", at: addr.LBA(lba)}
			v.add(t, 12, m[4])
			if m[5] != "-" {
				v.add(t, layouts[v.mode].edcAt, m[5])
			}
			vectors = append(vectors, v)
		} else if m := partsLine.FindStringSubmatch(line); m != nil {
			for i, at := range []int{2076, 2162, 2248, 2300, 2344} {
				v.add(t, at, m[i+1])
			}
		} else if m := sumsLine.FindStringSubmatch(line); m != nil {
			v.sha256, v.scrambled = m[1], m[2]
		} else {
			require.Fail(t, "a line that is no vector", line)
		}
	}
	require.NoError(t, lines.Err())
	require.Len(t, vectors, 12)
	return vectors
}

func (v *vector) add(t *testing.T, at int, text string) {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	v.parts = append(v.parts, part{at, b})
}

// sector makes the vector's sector.
func (v *vector) sector() *[Size]byte {
	s := new([Size]byte)
	if v.counts {
		s = counted(v.mode)
	}
	if v.mode == Mode2Form1 || v.mode == Mode2Form2 {
		PutSubheader(s, v.mode)
	}
	Finish(s, v.at.MSF(), v.mode)
	return s
}

func TestVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(v.name, func(t *testing.T) {
			s := v.sector()
			for _, p := range v.parts {
				require.Equal(t, p.bytes, s[p.at:p.at+len(p.bytes)], "from byte %d", p.at)
			}
			require.Equal(t, v.sha256, sum(s[:]))

			m, problem := Check(s, v.at.MSF())
			require.Zero(t, problem, problem)
			want := v.mode
			if want == Mode2 {
				want = Mode2Form1 // all zero: also a sector of Form 1
			}
			require.Equal(t, want, m)

			plain := *s
			Scramble(s)
			require.Equal(t, v.scrambled, sum(s[:]))
			Scramble(s)
			require.Equal(t, plain, *s)
		})
	}
}

func TestScramblerStream(t *testing.T) {
	const (
		first = "01 80 00 60 00 28 00 1E 80 08 60 06 A8 02 FE 81 80 60 60 28 28 1E 9E 88 68 66 AE AA FC 7F 01 E0"
		last  = "C3 5A D1 FB 1C 43 49 F1 F6 C4 46 D3 72 DD E5 99"
		begin = "00 FF FF FF FF FF FF FF FF FF FF 00 01 82 00 61 00 28 00 1E 80 08 60 06 A8 02 FE 81 80 60 60 28"
	)
	require.Equal(t, first, fmt.Sprintf("% X", scrambler[:32]))
	require.Equal(t, last, fmt.Sprintf("% X", scrambler[len(scrambler)-16:]))
	require.Equal(t, "12e23b47b7728bbf5fb5c8e36a3aa7040df6e6586f1cc5e35a9eafd83fedd4b6", sum(scrambler[:]))

	var s [Size]byte
	Finish(&s, addr.LBA(0).MSF(), Mode1)
	Scramble(&s)
	require.Equal(t, begin, fmt.Sprintf("% X", s[:32]))
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
