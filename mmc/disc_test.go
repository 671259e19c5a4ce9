package mmc

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

const blankDisc = `00 20 00 01 01 01 01 20 00 00 00 00 00 00 00 00
	00 61 1A 41 00 4F 3B 4A 00 00 00 00 00 00 00 00 00 00`

func TestReadDiscInformation(t *testing.T) {
	d, _ := answering(unhex(t, blankDisc))
	i, err := d.ReadDiscInformation(t.Context())
	require.NoError(t, err)
	require.Equal(t, DiscInformation{
		Status: Blank, LastSession: SessionEmpty,
		Sessions: 1, FirstTrack: 1, FirstOfLast: 1, LastTrack: 1, UnrestrictedUse: true,
		LeadInStart: addr.MSF{M: 97, S: 26, F: 65}, LeadInStartValid: true,
		LastLeadOut: addr.MSF{M: 79, S: 59, F: 74}, LastLeadOutValid: true,
	}, i)

	// A finished CD-RW of two sessions, XA, with a disc id.
	complete := unhex(t, `00 20 1E 01 02 03 07 80 20 00 00 00 12 34 56 78
		FF FF FF FF FF FF FF FF 00 00 00 00 00 00 00 00 00 00`)
	i, err = parseDiscInformation(complete)
	require.NoError(t, err)
	require.Equal(t, DiscInformation{
		Status: Complete, LastSession: SessionComplete, Erasable: true,
		Sessions: 2, FirstTrack: 1, FirstOfLast: 3, LastTrack: 7,
		DiscType: DiscXA, DiscID: 0x12345678, DiscIDValid: true,
	}, i)

	// The high bytes of the counts.
	complete[9], complete[10], complete[11] = 1, 2, 3
	i, err = parseDiscInformation(complete)
	require.NoError(t, err)
	require.EqualValues(t, 0x102, i.Sessions)
	require.EqualValues(t, 0x203, i.FirstOfLast)
	require.EqualValues(t, 0x307, i.LastTrack)

	for at, b := range map[int]byte{17: 100, 18: 60, 19: 75, 21: 100, 22: 60, 23: 75} {
		bad := unhex(t, blankDisc)
		bad[at] = b
		_, err = parseDiscInformation(bad)
		require.ErrorIs(t, err, ErrReply)
	}
	_, err = parseDiscInformation(complete[:23])
	require.ErrorIs(t, err, ErrReply)
	short := unhex(t, blankDisc)
	short[1] = 21
	_, err = parseDiscInformation(short)
	require.ErrorIs(t, err, ErrReply)
}

func TestReadTrackInformation(t *testing.T) {
	// The invisible track of a blank disc in raw mode: next writable is the
	// start of Lead-in.
	reply := unhex(t, `00 22 01 01 00 04 4F 01 00 00 00 00 FF FF D2 8D
		00 05 7D A9 00 00 00 00 00 05 7D A9 00 00 00 00 00 00 00 00`)
	d, _ := answering(reply)
	i, err := d.ReadTrackInformation(t.Context(), ByTrack, InvisibleTrack)
	require.NoError(t, err)
	require.Equal(t, TrackInformation{
		Track: 1, Session: 1, TrackMode: 4, DataMode: 15, Blank: true,
		NextWritable: -11635, NextWritableValid: true, FreeBlocks: 359849, Size: 359849,
	}, i)

	// A damaged packet track, with numbers that take two bytes.
	i, err = parseTrackInformation(unhex(t, `00 22 02 03 00 35 B1 02 00 00 10 FE 00 00 00 00
		00 00 00 01 00 00 00 20 00 00 00 10 00 00 10 FF 01 02 00 00`))
	require.NoError(t, err)
	require.Equal(t, TrackInformation{
		Track: 0x102, Session: 0x203, TrackMode: 5, DataMode: 1,
		Damage: true, Copy: true, Reserved: true, Packet: true, FixedPacket: true,
		Start: 4350, FreeBlocks: 1, PacketSize: 32, Size: 16, LastRecorded: 4351, LastRecordedValid: true,
	}, i)

	// The 28 bytes of MMC-1: what follows in the buffer is not the reply's.
	old := append([]byte(nil), reply...)
	old[1], old[7], old[31], old[32] = 26, 3, 9, 9
	i, err = parseTrackInformation(old)
	require.NoError(t, err)
	require.False(t, i.LastRecordedValid)
	require.EqualValues(t, 1, i.Track)

	_, err = parseTrackInformation(reply[:27])
	require.ErrorIs(t, err, ErrReply)
	old[1] = 25
	_, err = parseTrackInformation(old)
	require.ErrorIs(t, err, ErrReply)
}

// discTOC is the TOC of three audio tracks at 0, 15150 and 30000, Lead-out at
// 45000.
const discTOC = `00 22 01 03
	00 10 01 00 00 00 00 00  00 10 02 00 00 00 3B 2E
	00 12 03 00 00 00 75 30  00 12 AA 00 00 00 AF C8`

func TestReadTOC(t *testing.T) {
	d, log := answering(unhex(t, discTOC), unhex(t, discTOC))
	toc, err := d.ReadTOC(t.Context())
	require.NoError(t, err)
	require.Equal(t, TOC{1, 3, []TOCEntry{{1, 1, 0, 0}, {2, 1, 0, 15150}, {3, 1, 2, 30000}, {LeadOutTrack, 1, 2, 45000}}}, toc)
	require.Equal(t, "43 00 00 00 00 00 00 00 24 00", (*log)[1].cdb)

	for name, reply := range map[string]string{
		"empty":            "",
		"cut off":          "00 12 01 01 00 10 01 00 00 00 00 00",
		"half an entry":    "00 06 01 01 00 10 01 00",
		"length too small": "00 01 01 01",
		"track 0":          "00 0A 01 01 00 10 00 00 00 00 00 00",
		"track 100":        "00 0A 01 01 00 10 64 00 00 00 00 00",
	} {
		_, err := parseTOC(unhex(t, reply))
		require.ErrorIs(t, err, ErrReply, name)
	}
}

func TestReadSessions(t *testing.T) {
	reply := unhex(t, "00 0A 01 02 00 14 05 00 00 00 AF C8")
	d, _ := answering(reply, reply)
	s, err := d.ReadSessions(t.Context())
	require.NoError(t, err)
	require.Equal(t, Sessions{First: 1, Last: 2, Track: 5, ADR: 1, Control: 4, Start: 45000}, s)
	_, err = parseSessions(unhex(t, "00 02 01 01"))
	require.ErrorIs(t, err, ErrReply)
}

// The Lead-in of a pressed disc as its Q frames say it: 13 tracks, Lead-out at
// 70:40:73, tracks 1 and 2 at 00:02:00 and 03:48:45.
const (
	pressedBinary = `00 39 01 01
		01 10 00 A0 62 06 0C 00 01 00 00
		01 10 00 A1 62 06 0E 00 0D 00 00
		01 10 00 A2 62 06 11 00 46 28 49
		01 10 00 01 62 06 14 00 00 02 00
		01 10 00 02 62 06 17 00 03 30 2D`
	pressedBCD = `00 39 01 01
		01 10 00 A0 98 06 12 00 01 00 00
		01 10 00 A1 98 06 14 00 13 00 00
		01 10 00 A2 98 06 17 00 70 40 73
		01 10 00 01 98 06 20 00 00 02 00
		01 10 00 02 98 06 23 00 03 48 45`
)

func TestReadFullTOC(t *testing.T) {
	want := []FullTOCEntry{
		{1, 1, 0, 0, PointFirstTrack, addr.MSF{M: 98, S: 6, F: 12}, 0, addr.MSF{M: 1}},
		{1, 1, 0, 0, PointLastTrack, addr.MSF{M: 98, S: 6, F: 14}, 0, addr.MSF{M: 13}},
		{1, 1, 0, 0, PointLeadOut, addr.MSF{M: 98, S: 6, F: 17}, 0, addr.MSF{M: 70, S: 40, F: 73}},
		{1, 1, 0, 0, 1, addr.MSF{M: 98, S: 6, F: 20}, 0, addr.MSF{S: 2}},
		{1, 1, 0, 0, 2, addr.MSF{M: 98, S: 6, F: 23}, 0, addr.MSF{M: 3, S: 48, F: 45}},
	}
	for _, reply := range []string{pressedBinary, pressedBCD} {
		b := unhex(t, reply)
		d, log := answering(b, append(b, 0))
		got, err := d.ReadFullTOC(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, "43 02 02 00 00 00 00 00 3C 00", (*log)[1].cdb, "an odd length")
	}

	// B0 with FF:FF:FF and the special information of C0 are no times.
	got, err := parseFullTOC(unhex(t, `00 18 01 01
		01 50 00 B0 FF FF FF 01 4F 3B 4A
		01 50 00 C0 A0 00 90 00 61 1A 41`))
	require.NoError(t, err)
	require.Equal(t, addr.MSF{M: 255, S: 255, F: 255}, got[0].MSF)
	require.EqualValues(t, 5, got[0].ADR)

	// An XA disc in BCD keeps its disc type.
	got, err = parseFullTOC(unhex(t, `00 18 01 01
		01 14 00 A0 00 00 00 00 01 20 00
		01 14 00 A2 00 00 00 00 70 40 73`))
	require.NoError(t, err)
	require.EqualValues(t, 0x20, got[0].PMSF.S)

	_, err = parseFullTOC(unhex(t, "00 0D 01 01 01 10 00 A2 00 00 00 00 7A 40 73"))
	require.ErrorIs(t, err, ErrReply, "neither binary nor BCD")
	_, err = parseFullTOC(unhex(t, "00 0D 01 01 01 10 00 A2 00 00 00 00 46 28"))
	require.ErrorIs(t, err, ErrReply)
}

func TestReadPMA(t *testing.T) {
	reply := unhex(t, "00 0D 01 01 00 10 00 01 03 16 00 00 00 02 00")
	d, log := answering(reply, append(reply, 0))
	got, err := d.ReadPMA(t.Context())
	require.NoError(t, err)
	require.Equal(t, []FullTOCEntry{{0, 1, 0, 0, 1, addr.MSF{M: 3, S: 22}, 0, addr.MSF{S: 2}}}, got)
	require.Equal(t, "43 02 03 00 00 00 00 00 10 00", (*log)[1].cdb)
}

func TestReadCDText(t *testing.T) {
	packs := unhex(t, `80 00 00 00 4A 6F 79 66 75 6C 20 4E 69 67 68 74 F0 F7
		80 00 01 0C 73 00 53 6F 6E 67 20 6F 66 20 4A 6F 43 1C`)
	reply := append(unhex(t, "00 26 00 00"), packs...)
	d, log := answering(reply, reply)
	got, err := d.ReadCDText(t.Context())
	require.NoError(t, err)
	require.Equal(t, packs, got)
	require.Equal(t, "43 00 05 00 00 00 00 00 28 00", (*log)[1].cdb)

	d, log = answering(unhex(t, "00 02 00 00"))
	got, err = d.ReadCDText(t.Context())
	require.NoError(t, err)
	require.Empty(t, got)
	require.Len(t, *log, 1)
	_, err = parseCDText(unhex(t, "00 03 00 00 80"))
	require.ErrorIs(t, err, ErrReply)
}

func TestReadATIP(t *testing.T) {
	// CD-R: unrestricted use, 97:26:65, 79:59:74, no additional words.
	reply := unhex(t, `00 1A 00 00 D0 40 A0 00 61 1A 41 00 4F 3B 4A 00 00 00 00 00 00 00 00 00 00 00 00 00`)
	want := ATIP{
		LeadInStart: addr.MSF{M: 97, S: 26, F: 65}, LastLeadOut: addr.MSF{M: 79, S: 59, F: 74},
		SubType: 4, UnrestrictedUse: true, WritingPower: 5,
	}
	d, _ := answering(reply)
	a, err := d.ReadATIP(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, a)

	// The same from a drive that answers in BCD.
	copy(reply[8:], []byte{0x97, 0x26, 0x65})
	copy(reply[12:], []byte{0x79, 0x59, 0x74})
	a, err = parseATIP(reply)
	require.NoError(t, err)
	require.Equal(t, want, a)

	// High speed CD-RW with A1 and A3.
	a, err = parseATIP(unhex(t, `00 1A 00 00 91 00 CD 00 61 22 17 00 4F 3B 47 00 24 1A 64 00 01 02 03 00 04 05 06 00`))
	require.NoError(t, err)
	require.Equal(t, ATIP{
		LeadInStart: addr.MSF{M: 97, S: 34, F: 23}, LastLeadOut: addr.MSF{M: 79, S: 59, F: 71},
		Erasable: true, SubType: 1, WritingPower: 1, ReferenceSpeed: 1,
		A1: &[3]byte{0x24, 0x1A, 0x64}, A3: &[3]byte{4, 5, 6},
	}, a)

	// Additional words that are announced and do not come.
	a, err = parseATIP(unhex(t, `00 0E 00 00 91 00 CF 00 61 22 17 00 4F 3B 47 00 24 1A 64`))
	require.NoError(t, err)
	require.Nil(t, a.A1)

	for name, reply := range map[string]string{
		"none":    "00 02 00 00",
		"short":   "00 0D 00 00 D0 40 A0 00 61 1A 41 00 4F 3B 4A",
		"no time": "00 1A 00 00 D0 40 A0 00 61 3C 41 00 4F 3B 4A 00",
		"no BCD":  "00 1A 00 00 D0 40 A0 00 97 2F 65 00 79 59 74 00",
	} {
		_, err := parseATIP(unhex(t, reply))
		require.ErrorIs(t, err, ErrReply, name)
	}
}

func TestWords(t *testing.T) {
	require.Equal(t, "CD-R", ProfileCDR.String())
	require.Equal(t, "DVD+RW", Profile(0x1A).String())
	require.Equal(t, "medium of profile FFFFh", Profile(0xFFFF).String())
	require.Equal(t, "appendable", Appendable.String())
	require.Equal(t, "tray", Tray.String())
	require.Equal(t, "unknown", LoadMechanism(3).String())
}
