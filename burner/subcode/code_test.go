package subcode

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

func TestMCN(t *testing.T) {
	c, err := MCN("0123456789012")
	require.NoError(t, err)
	want := frame(t, "02 01 23 45 67 89 01 20 00 15 72 13")
	require.Equal(t, want, c.Q(0, 90))
	digits, ok := ParseMCN(want)
	require.True(t, ok)
	require.Equal(t, "0123456789012", digits)
}

func TestISRC(t *testing.T) {
	for _, v := range []struct {
		code string
		at   addr.LBA
		q    string
	}{
		{"USRC17607839", 50, "03 96 38 93 04 76 07 83 90 50 43 69"},
		{"US-RC1-76-07839", 50, "03 96 38 93 04 76 07 83 90 50 43 69"},
		{"GBAYE0000351", 49, "03 5D 24 69 54 00 00 35 10 49 72 09"},
	} {
		c, err := ISRC(v.code)
		require.NoError(t, err)
		want := frame(t, v.q)
		require.Equal(t, want, c.Q(0, v.at))
		got, ok := ParseISRC(want)
		require.True(t, ok)
		bare, err := NormalizeISRC(v.code)
		require.NoError(t, err)
		require.Equal(t, bare, got)
	}
	c, err := ISRC("USRC17607839")
	require.NoError(t, err)
	q := c.Q(2, 50)
	require.Equal(t, uint8(2), q.Control())
	require.True(t, q.CRCValid())
}

func TestCodesRefused(t *testing.T) {
	for _, s := range []string{"", "123456789012", "12345678901234", "012345678901a", "٠١٢٣٤٥"} {
		require.Error(t, ValidMCN(s), s)
		_, err := MCN(s)
		require.Error(t, err, s)
	}
	for _, s := range []string{"", "USRC1760783", "USRC176078390", "usrc17607839", "USRC1760783A", "US_C17607839", "ÜRC17607839", "-------------"} {
		_, err := ISRC(s)
		require.Error(t, err, s)
	}
	_, err := ISRC("usrc17607839")
	require.ErrorContains(t, err, `"usrc17607839"`)
}

func TestMCNCheckDigit(t *testing.T) {
	require.True(t, MCNCheckDigit("4006381333931")) // the example of an EAN-13 in common use
	require.False(t, MCNCheckDigit("4006381333932"))
	require.True(t, MCNCheckDigit("0000000000000"))
	require.False(t, MCNCheckDigit("400638133393"))
}

func TestParseCodesRefuse(t *testing.T) {
	_, ok := ParseMCN(frame(t, "02 0A 23 45 67 89 01 20 00 15 72 13"))
	require.False(t, ok, "a nibble that is no digit")
	_, ok = ParseMCN(frame(t, "03 01 23 45 67 89 01 20 00 15 72 13"))
	require.False(t, ok, "another ADR")
	_, ok = ParseISRC(frame(t, "03 FF 38 93 04 76 07 83 90 50 43 69"))
	require.False(t, ok, "a letter past Z")
	_, ok = ParseISRC(frame(t, "03 96 38 93 04 7A 07 83 90 50 43 69"))
	require.False(t, ok, "a nibble that is no digit")
	_, ok = ParseISRC(frame(t, "02 96 38 93 04 76 07 83 90 50 43 69"))
	require.False(t, ok, "another ADR")
}

func FuzzCodes(f *testing.F) {
	f.Add("0123456789012")
	f.Add("US-RC1-76-07839")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := MCN(s); err == nil {
			got, ok := ParseMCN(c.Q(0, 0))
			require.True(t, ok)
			require.Equal(t, s, got)
		}
		if c, err := ISRC(s); err == nil {
			bare, err := NormalizeISRC(s)
			require.NoError(t, err)
			got, ok := ParseISRC(c.Q(0, 0))
			require.True(t, ok)
			require.Equal(t, bare, got)
		}
	})
}

func FuzzParseCodes(f *testing.F) {
	for _, text := range []string{"02 01 23 45 67 89 01 20 00 15 72 13", "03 96 38 93 04 76 07 83 90 50 43 69"} {
		q := frame(f, text)
		f.Add(q[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var q Q
		copy(q[:], b)
		if digits, ok := ParseMCN(q); ok {
			c, err := MCN(digits)
			require.NoError(t, err)
			require.Equal(t, q[1:7], c.data[:6])
		}
		if code, ok := ParseISRC(q); ok {
			c, err := ISRC(code)
			require.NoError(t, err)
			require.Equal(t, q[1:4], c.data[:3])
			require.Equal(t, q[5:8], c.data[4:7])
		}
	})
}

func BenchmarkCode(b *testing.B) {
	c, err := MCN("0123456789012")
	require.NoError(b, err)
	for b.Loop() {
		c.Q(0, 90)
	}
}
