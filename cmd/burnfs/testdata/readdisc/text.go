package main

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// text is one block of CD-TEXT, that is one language.
type text struct {
	Block    int        `json:"block"`
	Language int        `json:"language"` // code of EBU Tech 3264; 9 is English
	Charset  int        `json:"charset"`  // 0 ISO 8859-1, 1 ASCII, 128 MS-JIS
	Packs    int        `json:"packs"`
	Items    []textItem `json:"items"`

	packs []textPack
}

// textItem is one string.
type textItem struct {
	Type  string `json:"type"`  // "title", ... or the pack type as hexadecimal digits
	Track int    `json:"track"` // 0 for the album
	Text  string `json:"text"`  // hexadecimal digits if the character set is none of ours
}

// textPack is a pack of 18 bytes.
type textPack [18]byte

func (p textPack) block() int { return int(p[3] >> 4 & 7) }

func (p textPack) valid() bool {
	if p[0] < 0x80 || p[0] > 0x8F {
		return false
	}
	var crc uint16
	for _, b := range p[:16] {
		crc = crc<<8 ^ qCRCTable[byte(crc>>8)^b]
	}
	return ^crc == uint16(p[16])<<8|uint16(p[17])
}

// The pack types, from 80h on, and of them those that are strings.
var textTypes = []string{"title", "performer", "songwriter", "composer", "arranger", "message", "disc-id", "genre",
	"88", "89", "8A", "8B", "8C", "closed", "upc-isrc", "sizes"}

func isString(kind byte) bool { return kind <= 0x85 || kind == 0x8E }

const sizesType = 0x8F

// readSub reads the 96 bytes of sub-code of a frame.
func (d *disc) readSub(lba int, sub []byte) bool {
	_, err := d.file.ReadAt(sub[:subBytes], int64(lba-streamLBA)*frameBytes+mainBytes)
	if err != nil {
		d.problem.add("unreadable", lba, "LBA %d: %v", lba, err)
	}
	return err == nil
}

// readText collects the CD-TEXT of a lead-in: four packs in each frame, most
// significant bits first. Their order is judged as they come.
func (d *disc) readText(at segment) []*text {
	var blocks [8]*text
	seen := [8][256]bool{}
	var sub [subBytes]byte
	var last textPack
	follow := false // last is the pack right before
	for lba := at.first; lba < at.program; lba++ {
		if !d.at(lba).is(frameRW) || !d.readSub(lba, sub[:]) {
			follow = false
			continue
		}
		for k := range 4 {
			p := packFrom(sub[24*k : 24*k+24])
			if !p.valid() {
				d.problem.add("text-crc", lba, "LBA %d: % X is no pack of CD-TEXT", lba, p[:])
				follow = false
				continue
			}
			if follow && !p.follows(last) {
				d.problem.add("text-sequence", lba, "LBA %d: pack %d of block %d after pack %d of block %d",
					lba, p[2], p.block(), last[2], last.block())
			}
			last, follow = p, true
			b := p.block()
			if blocks[b] == nil {
				blocks[b] = &text{Block: b, Items: []textItem{}}
			}
			if !seen[b][p[2]] {
				seen[b][p[2]] = true
				blocks[b].packs = append(blocks[b].packs, p)
			} else if old := blocks[b].find(p[2]); old != p {
				d.problem.add("text-differs", lba, "LBA %d: pack %d of block %d is % X, before % X", lba, p[2], b, p[:], old[:])
			}
		}
	}
	list := []*text{}
	for _, t := range blocks {
		if t != nil {
			t.judge(d, at)
			list = append(list, t)
		}
	}
	return list
}

func packFrom(symbols []byte) (p textPack) {
	for bit := range 8 * len(p) {
		p[bit/8] |= symbols[bit/6] >> (5 - bit%6) & 1 << (7 - bit%8)
	}
	return p
}

// follows says whether p may come after last: next in its block, the first of
// the next block, or the very first again.
func (p textPack) follows(last textPack) bool {
	if p[2] > 0 {
		return p.block() == last.block() && p[2] == last[2]+1
	}
	return p.block() == last.block()+1 || p.block() == 0
}

func (t *text) find(number byte) (found textPack) {
	for _, p := range t.packs {
		if p[2] == number {
			found = p
		}
	}
	return found
}

// judge holds the packs of a block against its size information and takes the
// strings out of them.
func (t *text) judge(d *disc, at segment) {
	complain := func(kind, format string, args ...any) {
		d.problem.add(kind, at.first, "block %d of CD-TEXT: "+format, append([]any{t.Block}, args...)...)
	}
	var count [16]int
	var sizes []byte
	strings := map[byte][]textPack{}
	var order []byte
	t.Packs = len(t.packs)
	for n := range t.Packs {
		p := t.find(byte(n))
		if !p.valid() {
			complain("text-sequence", "it has %d packs and none with number %d", t.Packs, n)
			return
		}
		count[p[0]-0x80]++
		if p[0] == sizesType {
			sizes = append(sizes, p[4:16]...)
			continue
		}
		if len(strings[p[0]]) == 0 {
			order = append(order, p[0])
		}
		strings[p[0]] = append(strings[p[0]], p)
	}
	if len(sizes) != 36 {
		complain("text-sizes", "%d packs of size information and not 3", len(sizes)/12)
		return
	}
	t.Charset, t.Language = int(sizes[0]), int(sizes[28+t.Block])
	for i, n := range count {
		if int(sizes[4+i]) != n {
			complain("text-sizes", "%d packs of type %02X are announced, there are %d", sizes[4+i], 0x80+i, n)
		}
	}
	if got := int(sizes[20+t.Block]); got != t.Packs-1 {
		complain("text-sizes", "its last pack is said to be %d and is %d", got, t.Packs-1)
	}
	for _, kind := range order {
		if isString(kind) {
			t.split(kind, strings[kind], complain)
		}
	}
}

// split cuts the packs of one type at the zeros. What a pack says of the track
// and the position of its first character is held against the strings.
func (t *text) split(kind byte, packs []textPack, complain func(kind, format string, args ...any)) {
	width := 1
	if packs[0][3]&0x80 != 0 {
		width = 2
	}
	track, characters := int(packs[0][1]), 0
	var one []byte
	for _, p := range packs {
		if int(p[1]) != track || int(p[3]&15) != min(characters, 15) {
			complain("text-position", "pack %d of type %02X is said to begin with character %d of track %d, it is %d of %d",
				p[2], kind, p[3]&15, p[1], min(characters, 15), track)
		}
		for i := 4; i+width <= 16; i += width {
			c := p[i : i+width]
			if !allZero(c) {
				one, characters = append(one, c...), characters+1
				continue
			}
			// Zeros to the end of the last pack are no texts, those before it are
			// empty ones.
			fill := allZero(p[i:16]) && p == packs[len(packs)-1]
			if len(one) > 0 || track == 0 || !fill {
				t.Items = append(t.Items, textItem{textTypes[kind-0x80], track, t.decode(one)})
				track++
			}
			one, characters = nil, 0
			if fill {
				break
			}
		}
	}
	if len(one) > 0 {
		complain("text-position", "the last string of type %02X has no end", kind)
	}
}

// decode gives a string as it is printed.
func (t *text) decode(b []byte) string {
	if t.Charset > 1 {
		return hex.EncodeToString(b)
	}
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c)) // ISO 8859-1 is the beginning of Unicode
	}
	return s.String()
}

func (t *text) print(line func(format string, args ...any)) {
	line("CD-TEXT block %d: language %d, character set %d, %d packs", t.Block, t.Language, t.Charset, t.Packs)
	for _, i := range t.Items {
		where := "album"
		if i.Track > 0 {
			where = fmt.Sprintf("track %02d", i.Track)
		}
		line("  %s %s: %q", where, i.Type, i.Text)
	}
}
