package mmc

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/sgio"
)

// fuzz feeds a decoder. It must not panic, every complaint must match
// ErrReply, and check sees what it made of the bytes.
func fuzz[T any](f *testing.F, parse func([]byte) (T, error), check func(t *testing.T, b []byte, v T), seeds ...string) {
	for _, s := range seeds {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parse(b)
		if err != nil {
			if !errors.Is(err, ErrReply) {
				t.Fatal(err)
			}
			return
		}
		if check != nil {
			check(t, b, v)
		}
	})
}

// entries checks that a list takes no more than the reply has.
func entries[T any](size int) func(*testing.T, []byte, []T) {
	return func(t *testing.T, b []byte, v []T) {
		require.LessOrEqual(t, cap(v)*size, len(b))
	}
}

func FuzzRequestSense(f *testing.F) {
	fuzz(f, parseRequestSense, func(t *testing.T, b []byte, s sgio.Sense) { require.LessOrEqual(t, s.Key, uint8(15)) },
		"70 00 02 00 00 00 00 0A 00 00 00 00 04 07 00 80 80 00")
}

func FuzzInquiry(f *testing.F) {
	fuzz(f, parseInquiry, func(t *testing.T, b []byte, i Inquiry) {
		for _, c := range []byte(i.Vendor + i.Product + i.Revision) {
			require.True(t, c >= ' ' && c <= '~')
		}
		require.LessOrEqual(t, len(i.Vendor), 8)
		require.LessOrEqual(t, len(i.Product), 16)
		require.LessOrEqual(t, len(i.Revision), 4)
	}, `05 80 02 02 1F 00 00 00 50 4C 45 58 54 4F 52 20 43 44 2D 52
		20 20 20 50 52 45 4D 49 55 4D 20 20 31 2E 30 37`)
}

func FuzzCapacity(f *testing.F) {
	fuzz(f, parseCapacity, func(t *testing.T, b []byte, c capacity) { require.GreaterOrEqual(t, int32(c.last), int32(0)) },
		"00 05 7D A8 00 00 08 00")
}

func FuzzMediaEvent(f *testing.F) { fuzz(f, parseMediaEvent, nil, "00 06 04 5E 02 02 00 00") }

func FuzzMechanismStatus(f *testing.F) {
	fuzz(f, parseMechanismStatus, nil, "83 30 00 10 FE 05 00 00")
}

func FuzzModeSense(f *testing.F) {
	fuzz(f, func(b []byte) (ModePage, error) { return parseModeSense(b, 0x05) },
		func(t *testing.T, b []byte, p ModePage) {
			require.Equal(t, 2+int(p[1]), len(p))
			require.EqualValues(t, 5, p[0])
			require.LessOrEqual(t, len(p), len(b))
		}, "00 0A 00 00 00 00 00 00 85 02 00 00")
}

func FuzzWriteParameters(f *testing.F) {
	fuzz(f, func(b []byte) (WriteParameters, error) { return ParseWriteParameters(b) },
		func(t *testing.T, b []byte, w WriteParameters) {
			same := w
			same.SetBufferUnderrunFree(w.BufferUnderrunFree())
			same.SetTestWrite(w.TestWrite())
			same.SetWriteType(w.WriteType())
			same.SetMultiSession(w.MultiSession())
			same.SetTrackMode(w.TrackMode())
			same.SetDataBlockType(w.DataBlockType())
			same.SetSessionFormat(w.SessionFormat())
			same.SetAudioPauseLength(w.AudioPauseLength())
			require.Equal(t, ModePage(b), same.Page())
		}, "05 0E 43 00 03 07 00 00 00 00 00 00 00 00 00 96")
}

func FuzzCapabilities(f *testing.F) {
	fuzz(f, func(b []byte) (Capabilities, error) { return ParseCapabilities(b) },
		func(t *testing.T, b []byte, c Capabilities) { require.LessOrEqual(t, len(c.WriteSpeeds)*4, len(b)) },
		`2A 26 07 07 F1 7F 29 23 21 13 01 00 08 00 21 13 00 10 21 13 21 13 00 01 00 00 00 01 20 FC 00 02 00 01 20 FC 00 00 0B 10`)
}

func FuzzConfiguration(f *testing.F) {
	fuzz(f, parseConfiguration, func(t *testing.T, b []byte, c Configuration) {
		n := 8
		for _, feature := range c.Features {
			n += 4 + len(feature.Data)
		}
		require.LessOrEqual(t, n, len(b))
		c.CDMastering()
	}, "00 00 00 18 00 00 00 09 00 00 03 08 00 0A 00 00 00 09 01 00 00 2E 05 04 7F 00 0C 80")
}

func FuzzDiscInformation(f *testing.F) {
	fuzz(f, parseDiscInformation, func(t *testing.T, b []byte, i DiscInformation) {
		require.True(t, i.LeadInStart.Valid())
		require.True(t, i.LastLeadOut.Valid())
	}, blankDisc)
}

func FuzzTrackInformation(f *testing.F) {
	fuzz(f, parseTrackInformation, nil, `00 22 01 01 00 04 4F 01 00 00 00 00 FF FF D2 8D
		00 05 7D A9 00 00 00 00 00 05 7D A9 00 00 00 00 00 00 00 00`)
}

func FuzzTOC(f *testing.F) {
	fuzz(f, parseTOC, func(t *testing.T, b []byte, toc TOC) { entries[TOCEntry](8)(t, b, toc.Entries) }, discTOC)
}

func FuzzSessions(f *testing.F) { fuzz(f, parseSessions, nil, "00 0A 01 02 00 14 05 00 00 00 AF C8") }

func FuzzFullTOC(f *testing.F) {
	fuzz(f, parseFullTOC, func(t *testing.T, b []byte, v []FullTOCEntry) {
		entries[FullTOCEntry](11)(t, b, v)
		require.Negative(t, firstBadTime(v))
	}, pressedBinary, pressedBCD)
}

func FuzzCDText(f *testing.F) {
	fuzz(f, parseCDText, func(t *testing.T, b, packs []byte) { require.Zero(t, len(packs)%18) },
		"00 14 00 00 80 00 00 00 4A 6F 79 66 75 6C 20 4E 69 67 68 74 F0 F7")
}

func FuzzATIP(f *testing.F) {
	fuzz(f, parseATIP, func(t *testing.T, b []byte, a ATIP) {
		require.True(t, a.LeadInStart.Valid())
		require.True(t, a.LastLeadOut.Valid())
	}, "00 1A 00 00 91 00 CD 00 61 22 17 00 4F 3B 47 00 24 1A 64 00 01 02 03 00 04 05 06 00",
		"00 1A 00 00 D0 40 A0 00 97 26 65 00 79 59 74 00")
}

func FuzzBufferCapacity(f *testing.F) {
	fuzz(f, parseBufferCapacity, func(t *testing.T, b []byte, c [2]uint32) { require.LessOrEqual(t, c[1], c[0]) },
		"00 0A 00 00 00 20 00 00 00 08 00 00")
}

func FuzzPerformance(f *testing.F) {
	fuzz(f, parsePerformance, entries[WriteSpeed](16), "00 00 00 14 00 00 00 00 0A 00 00 00 00 05 7D A8 00 00 21 13 00 00 20 FC")
}

func FuzzMCN(f *testing.F) {
	fuzz(f, parseMCN, func(t *testing.T, b []byte, c code) { require.Equal(t, c.valid, len(c.text) == 13) },
		"00 15 00 14 02 00 00 00 80 30 31 32 33 34 35 36 37 38 39 30 31 32 00 00")
}

func FuzzISRC(f *testing.F) {
	fuzz(f, parseISRC, func(t *testing.T, b []byte, c code) { require.Equal(t, c.valid, len(c.text) == 12) },
		"00 15 00 14 03 10 01 00 80 55 53 52 43 31 37 36 30 37 38 33 39 00 00 00")
}
