package mmc

import (
	"bytes"
	"encoding/binary"
)

// WriteType is the way a drive writes (MMC, write parameters page).
type WriteType uint8

const (
	WritePacket        WriteType = 0
	WriteTrackAtOnce   WriteType = 1
	WriteSessionAtOnce WriteType = 2
	WriteRaw           WriteType = 3
)

// MultiSession says what may come after the session.
type MultiSession uint8

const (
	// CloseDisc: no B0 pointer in the Lead-in, the disc is final.
	CloseDisc MultiSession = 0
	// CloseDiscB0: a B0 pointer that says FF:FF:FF, the disc is final.
	CloseDiscB0 MultiSession = 1
	// NextSessionAllowed: a B0 pointer to where the next session may start.
	NextSessionAllowed MultiSession = 3
)

// DataBlockType is what stands in each block that WRITE sends.
type DataBlockType uint8

const (
	BlockRaw        DataBlockType = 0  // 2352 bytes: main channel
	BlockRawPQ      DataBlockType = 1  // 2368: main channel, 16 bytes of Q and P
	BlockRawPacked  DataBlockType = 2  // 2448: main channel, P, Q and R-W packs that the drive encodes
	BlockRawPW      DataBlockType = 3  // 2448: main channel, 96 bytes of raw P-W
	BlockMode1      DataBlockType = 8  // 2048: user data of mode 1
	BlockMode2      DataBlockType = 9  // 2336: user data of mode 2
	BlockForm1      DataBlockType = 10 // 2048: user data of mode 2 form 1, Sub-header from the page
	BlockForm1Sub   DataBlockType = 11 // 2056: the same with its Sub-header
	BlockForm2      DataBlockType = 12 // 2324: user data of mode 2 form 2, Sub-header from the page
	BlockMode2Mixed DataBlockType = 13 // 2332: form 1 or 2 with Sub-header
)

// SessionFormat is the disc type byte of the Lead-in's A0 pointer.
type SessionFormat uint8

const (
	FormatCDDA SessionFormat = 0x00 // CD-DA, CD-ROM
	FormatCDI  SessionFormat = 0x10 // CD-I
	FormatXA   SessionFormat = 0x20 // CD-ROM XA
)

// WriteParameters is a view of mode page 05h (MMC, "Write Parameters Mode
// Page"). Bits that have no method here stay as the drive gave them. A copy of
// a WriteParameters is independent of the original.
type WriteParameters struct{ page ModePage }

// ParseWriteParameters takes the page that ModeSense gave. The error matches
// ErrReply.
func ParseWriteParameters(p ModePage) (WriteParameters, error) {
	if len(p) < 16 || len(p) != 2+int(p[1]) {
		return WriteParameters{}, badReply("a write parameters page of %d bytes, not 52", len(p))
	}
	if p[0]&0x7F != PageWriteParameters {
		return WriteParameters{}, badReply("page %02Xh, not write parameters", p[0]&0x7F)
	}
	return WriteParameters{bytes.Clone(p)}, nil
}

// Page gives the page for ModeSelect.
func (w WriteParameters) Page() ModePage { return bytes.Clone(w.page) }

// set changes bits of one byte, in a page of its own.
func (w *WriteParameters) set(at int, mask, value uint8) {
	w.page = bytes.Clone(w.page)
	w.page[at] = w.page[at]&^mask | value&mask
}

// BufferUnderrunFree says whether the drive bridges a buffer that runs empty
// (BUFE).
func (w WriteParameters) BufferUnderrunFree() bool { return w.page[2]&0x40 != 0 }

// SetBufferUnderrunFree sets BUFE.
func (w *WriteParameters) SetBufferUnderrunFree(on bool) { w.set(2, 0x40, bit(6, on)) }

// TestWrite says whether the laser stays at reading power.
func (w WriteParameters) TestWrite() bool { return w.page[2]&0x10 != 0 }

// SetTestWrite sets the Test Write bit.
func (w *WriteParameters) SetTestWrite(on bool) { w.set(2, 0x10, bit(4, on)) }

// WriteType gives the Write Type field.
func (w WriteParameters) WriteType() WriteType { return WriteType(w.page[2] & 0x0F) }

// SetWriteType sets the Write Type field.
func (w *WriteParameters) SetWriteType(t WriteType) { w.set(2, 0x0F, uint8(t)) }

// MultiSession gives the Multi-session field.
func (w WriteParameters) MultiSession() MultiSession { return MultiSession(w.page[3] >> 6) }

// SetMultiSession sets the Multi-session field.
func (w *WriteParameters) SetMultiSession(m MultiSession) { w.set(3, 0xC0, uint8(m)<<6) }

// TrackMode gives the Track Mode field, the CONTROL nibble of Q.
func (w WriteParameters) TrackMode() uint8 { return w.page[3] & 0x0F }

// SetTrackMode sets the Track Mode field: 0 audio, 4 data, +1 pre-emphasis or
// incremental, +2 copy permitted, 8 four-channel.
func (w *WriteParameters) SetTrackMode(control uint8) { w.set(3, 0x0F, control) }

// DataBlockType gives the Data Block Type field.
func (w WriteParameters) DataBlockType() DataBlockType { return DataBlockType(w.page[4] & 0x0F) }

// SetDataBlockType sets the Data Block Type field.
func (w *WriteParameters) SetDataBlockType(t DataBlockType) { w.set(4, 0x0F, uint8(t)) }

// SessionFormat gives the Session Format field.
func (w WriteParameters) SessionFormat() SessionFormat { return SessionFormat(w.page[8]) }

// SetSessionFormat sets the Session Format field.
func (w *WriteParameters) SetSessionFormat(f SessionFormat) { w.set(8, 0xFF, uint8(f)) }

// AudioPauseLength gives the Audio Pause Length in blocks.
func (w WriteParameters) AudioPauseLength() uint16 { return binary.BigEndian.Uint16(w.page[14:]) }

// SetAudioPauseLength sets the Audio Pause Length in blocks, usually 150. Some
// drives hand out a page with a length that they refuse to take back.
func (w *WriteParameters) SetAudioPauseLength(blocks uint16) {
	w.set(14, 0xFF, uint8(blocks>>8))
	w.set(15, 0xFF, uint8(blocks))
}
