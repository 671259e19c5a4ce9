package formats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/formats"
)

func TestIsHead(t *testing.T) {
	for name, want := range map[string]bool{
		"a.cue": true, "A.CUE": true, "a.b.Cue": true, "a.bin": false, "acue": false, ".cue": false, "": false, "a.cue.part": false,
	} {
		require.Equal(t, want, formats.IsHead(name), name)
	}
}

func TestParse(t *testing.T) {
	sheet, err := formats.Parse("A.CUE", []byte("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"a.bin"}, sheet.Files())

	var problem *image.Problem
	sheet, err = formats.Parse("a.cue", nil)
	require.ErrorAs(t, err, &problem)
	require.True(t, sheet == nil)
	sheet, err = formats.Parse("a.mds", nil)
	require.ErrorAs(t, err, &problem)
	require.Equal(t, "a.mds", problem.File)
	require.True(t, sheet == nil)
}
