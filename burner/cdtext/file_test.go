package cdtext

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFileForms(t *testing.T) {
	packs := unhex(t, demoDisc) // 126 bytes
	header := []byte{0, 128, 0, 0}
	for name, data := range map[string][]byte{
		"packs":                       packs,
		"a zero after them":           append(slices.Clone(packs), 0),
		"a header before them":        slices.Concat(header, packs),
		"header and zero around them": slices.Concat(header, packs, []byte{0}),
	} {
		got, problems, err := ReadFile(data)
		require.NoError(t, err, name)
		require.Empty(t, problems, name)
		require.Equal(t, packs, got, name)
	}
}

func TestFileProblems(t *testing.T) {
	packs := unhex(t, demoDisc)
	bare := slices.Clone(packs)
	for i := 0; i < len(bare); i += PackBytes {
		bare[i+crcAt], bare[i+crcAt+1] = 0, 0
	}
	got, problems, err := ReadFile(bare)
	require.NoError(t, err)
	require.Equal(t, []string{"the packs have no CRC; it is made"}, problems)
	require.Equal(t, packs, got)

	wrong := slices.Clone(packs)
	wrong[5] ^= 1
	got, problems, err = ReadFile(wrong)
	require.NoError(t, err)
	require.Equal(t, []string{"pack 0 has a wrong CRC"}, problems)
	require.Equal(t, wrong, got, "packs come as they are")

	_, problems, err = ReadFile([]byte("Album Title = ń\nTrack 01 Title = a"))
	require.NoError(t, err)
	require.Equal(t, []string{
		"the sheet is read as UTF-8",
		`disc: the title "ń" is left out: ISO 8859-1 lacks 'ń'`,
	}, problems)
}

func TestNoFile(t *testing.T) {
	packs := unhex(t, demoDisc)
	for want, data := range map[string][]byte{
		"this is no CD-TEXT: 0 bytes are no whole packs of 18":                 nil,
		"this is no CD-TEXT: 17 bytes are no whole packs of 18":                packs[:17],
		"this is no CD-TEXT: 20 bytes are no whole packs of 18":                packs[:20],
		"this is no CD-TEXT: after 7 packs a byte 01 is left over":             append(slices.Clone(packs), 1),
		"this is no CD-TEXT: it is 22 bytes long and begins with 80 00 00 00":  packs[:22],
		"this is no CD-TEXT: it is 130 bytes long and begins with 00 81 00 00": append([]byte{0, 129, 0, 0}, packs...),
		"this is no CD-TEXT: no pack has a type of 80h to 8Fh":                 make([]byte, 36),
		"these are 2049 packs; CD-TEXT has at most 2048":                       []byte(strings.Repeat(string(packs[:18]), 2049)),
		"this is no CD-TEXT: neither packs nor an input sheet of version 0.7T": []byte("FILE \"a.bin\" BINARY\n"),
		"the sheet is in UTF-16; save it as UTF-8":                             {0xFF, 0xFE, 'A', 0, 'l', 0},
	} {
		got, _, err := ReadFile(data)
		require.EqualError(t, err, want)
		require.Nil(t, got)
	}
}
