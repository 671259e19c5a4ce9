package mmc

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// rawPage is the write parameters page for raw writing with 96 bytes P-W and
// underrun protection.
func rawPage(t testing.TB) []byte {
	return append(unhex(t, "05 32 43 00 03 07 00 00 00 00 00 00 00 00 00 96"), make([]byte, 36)...)
}

func TestModeSense(t *testing.T) {
	page := rawPage(t)
	page[0] |= 0x80 // PS, as drives that could save would say
	header := unhex(t, "00 3A 00 00 00 00 00 00")
	d, log := answering(append(header, page...))
	got, err := d.ModeSense(t.Context(), PageWriteParameters, Current)
	require.NoError(t, err)
	require.Equal(t, ModePage(rawPage(t)), got)
	require.Len(t, *log, 1)

	// A block descriptor that was not asked for.
	d, log = answering(bytes.Join([][]byte{unhex(t, "00 42 00 00 00 00 00 08"), make([]byte, 8), page}, nil),
		bytes.Join([][]byte{unhex(t, "00 42 00 00 00 00 00 08"), make([]byte, 8), page}, nil))
	got, err = d.ModeSense(t.Context(), PageWriteParameters, Current)
	require.NoError(t, err)
	require.Equal(t, ModePage(rawPage(t)), got)
	require.Len(t, *log, 2)
	require.Equal(t, "5A 08 05 00 00 00 00 00 44 00", (*log)[1].cdb)

	// A drive with four bytes more, of its own.
	long := append(rawPage(t), 1, 2, 3, 4)
	long[1] = 0x36
	reply := append(unhex(t, "00 3E 00 00 00 00 00 00"), long...)
	d, log = answering(reply, reply)
	got, err = d.ModeSense(t.Context(), PageWriteParameters, Current)
	require.NoError(t, err)
	require.Equal(t, ModePage(long), got)
	require.Equal(t, "5A 08 05 00 00 00 00 00 40 00", (*log)[1].cdb)

	for name, reply := range map[string]string{
		"empty":          "",
		"header only":    "00 06 00 00 00 00 00 00",
		"other page":     "00 0A 00 00 00 00 00 00 0E 02 00 00",
		"cut off":        "00 0A 00 00 00 00 00 00 05 32 00 00",
		"declared short": "00 08 00 00 00 00 00 00 05 02 00 00",
		"sub-page":       "00 0A 00 00 00 00 00 00 45 02 00 00",
		"descriptors":    "00 0A 00 00 00 00 FF FF 05 02 00 00",
	} {
		d, _ := answering(unhex(t, reply))
		_, err := d.ModeSense(t.Context(), PageWriteParameters, Current)
		require.ErrorIs(t, err, ErrReply, name)
	}
	_, err = d.ModeSense(t.Context(), 0x3F, Current)
	require.ErrorContains(t, err, "MODE SENSE(10): ")
}

func TestModeSelect(t *testing.T) {
	page := rawPage(t)
	page[0] |= 0x80
	d, log := answering()
	require.NoError(t, d.ModeSelect(t.Context(), page))
	require.Equal(t, "55 10 00 00 00 00 00 00 3C 00", (*log)[0].cdb)
	require.Equal(t, append(make([]byte, 8), rawPage(t)...), (*log)[0].data)
	require.EqualValues(t, 0x85, page[0], "the caller's page was changed")

	for _, bad := range []ModePage{nil, {5}, {5, 1}, {5, 0, 0}} {
		require.ErrorContains(t, d.ModeSelect(t.Context(), bad), "MODE SELECT(10): ")
	}
	require.Len(t, *log, 1)
}

func TestWriteParameters(t *testing.T) {
	w, err := ParseWriteParameters(rawPage(t))
	require.NoError(t, err)
	require.True(t, w.BufferUnderrunFree())
	require.False(t, w.TestWrite())
	require.Equal(t, WriteRaw, w.WriteType())
	require.Equal(t, CloseDisc, w.MultiSession())
	require.Zero(t, w.TrackMode())
	require.Equal(t, BlockRawPW, w.DataBlockType())
	require.Equal(t, FormatCDDA, w.SessionFormat())
	require.EqualValues(t, 150, w.AudioPauseLength())

	sao := w
	sao.SetWriteType(WriteSessionAtOnce)
	sao.SetDataBlockType(BlockRaw)
	require.Equal(t, unhex(t, "05 32 42 00 00 07"), []byte(sao.Page()[:6]))
	require.Equal(t, ModePage(rawPage(t)), w.Page(), "a copy is not independent")
	sao.SetTestWrite(true)
	require.True(t, sao.TestWrite())
	require.EqualValues(t, 0x52, sao.Page()[2])
	sao.SetMultiSession(NextSessionAllowed)
	require.EqualValues(t, 0xC0, sao.Page()[3])
	raw16 := w
	raw16.SetDataBlockType(BlockRawPQ)
	require.EqualValues(t, 0x01, raw16.Page()[4])
}

// Every setter changes its own bits and no others.
func TestWriteParametersKeepBits(t *testing.T) {
	setters := map[string]func(w *WriteParameters){
		"00 00 40":                   func(w *WriteParameters) { w.SetBufferUnderrunFree(true) },
		"00 00 10":                   func(w *WriteParameters) { w.SetTestWrite(true) },
		"00 00 0F":                   func(w *WriteParameters) { w.SetWriteType(15) },
		"00 00 00 C0":                func(w *WriteParameters) { w.SetMultiSession(3) },
		"00 00 00 0F":                func(w *WriteParameters) { w.SetTrackMode(0xFF) },
		"00 00 00 00 0F":             func(w *WriteParameters) { w.SetDataBlockType(0xFF) },
		"00 00 00 00 00 00 00 00 FF": func(w *WriteParameters) { w.SetSessionFormat(0xFF) },
		"00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF FF": func(w *WriteParameters) { w.SetAudioPauseLength(0xFFFF) },
	}
	clearers := map[string]func(w *WriteParameters){
		"00 00 40":                   func(w *WriteParameters) { w.SetBufferUnderrunFree(false) },
		"00 00 10":                   func(w *WriteParameters) { w.SetTestWrite(false) },
		"00 00 0F":                   func(w *WriteParameters) { w.SetWriteType(0) },
		"00 00 00 C0":                func(w *WriteParameters) { w.SetMultiSession(0) },
		"00 00 00 0F":                func(w *WriteParameters) { w.SetTrackMode(0) },
		"00 00 00 00 0F":             func(w *WriteParameters) { w.SetDataBlockType(0) },
		"00 00 00 00 00 00 00 00 FF": func(w *WriteParameters) { w.SetSessionFormat(0) },
		"00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF FF": func(w *WriteParameters) { w.SetAudioPauseLength(0) },
	}
	for mask, set := range setters {
		want := make([]byte, 56)
		copy(want, unhex(t, mask))
		want[0], want[1] = 0x05, 54
		w, err := ParseWriteParameters(append([]byte{0x05, 54}, make([]byte, 54)...))
		require.NoError(t, err)
		set(&w)
		require.Equal(t, ModePage(want), w.Page())
	}
	for mask, unset := range clearers {
		full := append([]byte{0x05, 54}, bytes.Repeat([]byte{0xFF}, 54)...)
		want := bytes.Clone(full)
		for i, b := range unhex(t, mask) {
			want[i] &^= b
		}
		w, err := ParseWriteParameters(full)
		require.NoError(t, err)
		unset(&w)
		require.Equal(t, ModePage(want), w.Page())
	}
	for _, bad := range []string{"", "05 00", "05 0D 00 00 00 00 00 00 00 00 00 00 00 00 00", "2A 0E 00 00 00 00 00 00 00 00 00 00 00 00 00 00"} {
		_, err := ParseWriteParameters(unhex(t, bad))
		require.ErrorIs(t, err, ErrReply)
	}
}

func TestCapabilities(t *testing.T) {
	// A burner of MMC-3: 2 MiB of buffer, writes at 48x CAV and 16x CLV.
	page := unhex(t, `2A 22 07 07 F1 7F 29 23 21 13 01 00 08 00 21 13
		00 10 21 13 21 13 00 01 00 00 00 01 20 FC 00 02 00 01 20 FC 00 00 0B 10`)
	page[1] = byte(len(page) - 2)
	reply := append([]byte{0, byte(len(page) + 6), 0, 0, 0, 0, 0, 0}, page...)
	d, _ := answering(reply)
	c, err := d.Capabilities(t.Context())
	require.NoError(t, err)
	require.Equal(t, Capabilities{
		ReadCDR: true, ReadCDRW: true, WriteCDR: true, WriteCDRW: true, TestWrite: true,
		MultiSession: true, BufferUnderrunFree: true,
		ReadCDDA: true, AccurateStream: true, ReadSubChannel: true, CorrectSubChannel: true, C2Pointers: true,
		ReadISRC: true, ReadMCN: true,
		Lock: true, Eject: true, LoadMechanism: Tray, LeadInRW: true,
		BufferSize: 2 << 20, MaxReadSpeed: 8467, CurrentReadSpeed: 8467, MaxWriteSpeed: 8467, CurrentWriteSpeed: 8444,
		Rotation:    CAV,
		WriteSpeeds: []SpeedDescriptor{{CAV, 8444}, {CLV, 2832}},
	}, c)

	// MMC-1 ends after the current write speed.
	old := page[:22:22]
	old[1] = 20
	c, err = ParseCapabilities(old)
	require.NoError(t, err)
	require.Equal(t, 8467, c.CurrentWriteSpeed)
	require.Empty(t, c.WriteSpeeds)

	for _, bad := range []string{
		"",
		"2A 12 07 07 F1 7F 29 23 21 13 01 00 08 00 21 13 00 10 21 13",
		"2B 14 07 07 F1 7F 29 23 21 13 01 00 08 00 21 13 00 10 21 13 21 13",
		"2A 1E 07 07 F1 7F 29 23 21 13 01 00 08 00 21 13 00 10 21 13 21 13 00 01 00 00 00 01 20 FC 00 01",
	} {
		_, err := ParseCapabilities(unhex(t, bad))
		require.ErrorIs(t, err, ErrReply)
	}
}
