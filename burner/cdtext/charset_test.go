package cdtext

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestFits(t *testing.T) {
	for _, c := range []struct {
		text              string
		ascii, latin, jis bool
	}{
		{"", true, true, true},
		{"Song of Joy", true, true, true},
		{"Été", false, true, false},
		{"E\u0301te\u0301", false, true, false}, // decomposed, as file systems may have it
		{"Dvořák", false, false, false},
		{"Don’t", false, false, true},
		{"夜の音楽", false, false, true},
		{"Love 愛", false, false, true},
		{"ｶﾞ", false, false, true}, // half wide
		{"夜〜朝", false, false, true},
		{"夜～朝", false, false, true},
		{"愛é", false, false, false},
		{"\x80", false, false, false}, // no UTF-8
		{"a\tb", false, false, false},
		{"a\nb", false, false, false},
		{"a\x00", false, false, false},
		{"\u0085", false, false, false},
		{"\u2028", false, false, false},
		{"\u00A0ÿ", false, true, false},
		{"🎵", false, false, false},
	} {
		require.Equal(t, c.ascii, Fits(ASCII, c.text), "%q in ASCII", c.text)
		require.Equal(t, c.latin, Fits(ISO88591, c.text), "%q in ISO 8859-1", c.text)
		require.Equal(t, c.jis, Fits(MSJIS, c.text), "%q in MS-JIS", c.text)
		require.False(t, Fits(0x81, c.text), "in a code page that is not known")
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  Charset
		fits  bool
	}{
		{nil, ISO88591, true},
		{[]string{"Joy", ""}, ISO88591, true},
		{[]string{"Joy", "Été"}, ISO88591, true},
		{[]string{"Joy", "愛"}, MSJIS, true},
		{[]string{"Été", "愛"}, ISO88591, false},
		{[]string{"Don’t"}, ISO88591, false}, // MS-JIS has it, but no reader of English would
		{[]string{"Привет"}, ISO88591, false},
	} {
		got, fits := Choose(c.texts...)
		require.Equal(t, c.want, got, "%q", c.texts)
		require.Equal(t, c.fits, fits, "%q", c.texts)
	}
}

// Whatever a code page takes comes back as itself, or as its wide form.
func TestEveryCharacter(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune && r < 0x20000; r++ {
		for _, cs := range []Charset{ISO88591, ASCII, MSJIS} {
			s := string(r)
			b, err := cs.encode(s)
			if err != nil {
				continue
			}
			require.NotContains(t, b, byte(0), "%U in %v", r, cs)
			if cs == MSJIS {
				require.Zero(t, len(b)%2, "%U", r)
				s = wide(s)
			}
			got, odd := cs.decode(b)
			require.Empty(t, odd, "%U in %v", r, cs)
			if cs == MSJIS {
				require.Equal(t, s, got, "%U in %v", r, cs)
			} else {
				require.Equal(t, len(b), len([]rune(got)))
				require.True(t, Fits(cs, got), "%U in %v", r, cs)
			}
		}
	}
}

func TestWide(t *testing.T) {
	for in, want := range map[string]string{
		"Love 愛": "Ｌｏｖｅ\u3000愛",
		"ｶﾞｷﾞ":   "ガギ",
		"(1)":    "（１）",
		"夜〜朝":    "夜～朝",
		"夜の音楽":   "夜の音楽",
	} {
		require.Equal(t, want, wide(in))
		b, err := MSJIS.encode(in)
		require.NoError(t, err)
		got, odd := MSJIS.decode(b)
		require.Empty(t, odd)
		require.Equal(t, want, got)
	}
}

// JIS X 0208 and ISO 8859-1, from their tables.
func TestCodes(t *testing.T) {
	for _, c := range []struct {
		cs   Charset
		text string
		want string
	}{
		{MSJIS, "夜の音楽", "96E9 82CC 89B9 8A79"},
		{MSJIS, "表", "955C"},
		{MSJIS, "A1", "8260 8250"},
		{MSJIS, " ", "8140"},
		{ISO88591, "Été", "C974E9"},
		{ASCII, "~", "7E"},
	} {
		b, err := c.cs.encode(c.text)
		require.NoError(t, err)
		require.Equal(t, unhex(t, c.want), b, c.text)
	}
}

func TestForeignBytes(t *testing.T) {
	for _, c := range []struct {
		cs        Charset
		bytes     string
		want, odd string
	}{
		{ISO88591, "44 6F 6E 92 74", "Don’t", "has bytes that are no ISO 8859-1, read as Windows code page 1252"},
		{ASCII, "C9", "É", "has bytes that are no ASCII, read as ISO 8859-1"},
		{MSJIS, "8E 4F 41", "三A", ""}, // mixed, as many programs write it
		{MSJIS, "8E", "\uFFFD", "has bytes that are no MS-JIS"},
		{MSJIS, "FF FF", "\uFFFD\uFFFD", "has bytes that are no MS-JIS"},
	} {
		s, odd := c.cs.decode(unhex(t, c.bytes))
		require.Equal(t, c.want, s)
		require.Equal(t, c.odd, odd)
	}
}
