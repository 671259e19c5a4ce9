package cdtext

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// PackBytes is the size of a pack.
const PackBytes = 18

// Limits of the format: a sequence number has eight bits, a block number three.
const (
	maxBlocks     = 8
	maxBlockPacks = 256
	sizePacks     = 3
	maxTrack      = 99
	textBytes     = 12 // of a pack
	textAt        = 4
	crcAt         = 16
	maxPosition   = 15
)

// packType is byte 0 of a pack.
type packType uint8

const (
	title packType = 0x80 + iota
	performer
	songwriter
	composer
	arranger
	message
	discID
	genre
	tableOfContents
	secondTableOfContents

	closed   packType = 0x8D
	code     packType = 0x8E
	sizeInfo packType = 0x8F
)

// ofTracks says whether the disc and each track have a text of this type.
func (t packType) ofTracks() bool { return t <= message || t == code }

func (t packType) String() string {
	switch t {
	case title:
		return "title"
	case performer:
		return "performer"
	case songwriter:
		return "songwriter"
	case composer:
		return "composer"
	case arranger:
		return "arranger"
	case message:
		return "message"
	case discID:
		return "disc identification"
	case genre:
		return "genre"
	case closed:
		return "closed information"
	case code:
		return "code (UPC/EAN or ISRC)"
	}
	return fmt.Sprintf("text of type %02Xh", uint8(t))
}

// text is where the text of a type stands in an entry.
func (e *Entry) text(t packType) *string {
	switch t {
	case title:
		return &e.Title
	case performer:
		return &e.Performer
	case songwriter:
		return &e.Songwriter
	case composer:
		return &e.Composer
	case arranger:
		return &e.Arranger
	case message:
		return &e.Message
	}
	return &e.Code
}

type pack [PackBytes]byte

func (p *pack) kind() packType { return packType(p[0]) }
func (p *pack) track() int     { return int(p[1]) }
func (p *pack) sequence() int  { return int(p[2]) }
func (p *pack) double() bool   { return p[3]&0x80 != 0 }
func (p *pack) block() int     { return int(p[3] >> 4 & 7) }
func (p *pack) position() int  { return int(p[3] & 0x0F) }
func (p *pack) text() []byte   { return p[textAt:crcAt] }

func (p *pack) known() bool { return p.kind() >= title && p.kind() <= sizeInfo }

func (p *pack) seal() { binary.BigEndian.PutUint16(p[crcAt:], crc(p[:crcAt])) }

func (p *pack) whole() bool { return binary.BigEndian.Uint16(p[crcAt:]) == crc(p[:crcAt]) }

func crc(b []byte) uint16 {
	var r uint16
	for _, c := range b {
		r ^= uint16(c) << 8
		for range 8 {
			r = r<<1 ^ r>>15*0x1021
		}
	}
	return ^r
}

// split cuts packs apart; bytes after the last whole pack are left over.
func split(b []byte) (packs []pack, left int) {
	packs = make([]pack, len(b)/PackBytes)
	for i := range packs {
		copy(packs[i][:], b[i*PackBytes:])
	}
	return packs, len(b) % PackBytes
}

// withoutCRC says whether every CRC is zero, as with drives that leave it out.
func withoutCRC(packs []pack) bool {
	for i := range packs {
		if packs[i][crcAt] != 0 || packs[i][crcAt+1] != 0 {
			return false
		}
	}
	return len(packs) > 0
}

// listed names up to five packs of a list, with a verb: "packs 1, 2 have".
func listed(at []int) string {
	if len(at) == 1 {
		return fmt.Sprintf("pack %d has", at[0])
	}
	const shown = 5
	var b strings.Builder
	for i, n := range at[:min(len(at), shown)] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	if more := len(at) - shown; more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return "packs " + b.String() + " have"
}
