package cdtext

import (
	"fmt"
	"slices"
)

// dispensable are the types in the order in which they are left out of a
// block that is too long.
var dispensable = []packType{message, closed, arranger, composer, songwriter, discID, genre, code, performer, title}

// Encode makes the packs of up to eight blocks, each of which must have the
// same tracks. There are none if there is no text at all.
//
// Problems tell, one in a line, what is left out and why: texts that their
// code page cannot hold, types for which a block has no room, blocks without
// text. An error is a block that no disc can have: more than eight, tracks not
// within 1 to 99 or not those of the other blocks, an unknown code page.
func Encode(blocks []Block) (packs []byte, problems []string, err error) {
	if len(blocks) > maxBlocks {
		return nil, nil, fmt.Errorf("CD-TEXT has at most %d languages, not %d", maxBlocks, len(blocks))
	}
	var written []*written
	for i := range blocks {
		b := &blocks[i]
		if err := b.check(&blocks[0]); err != nil {
			return nil, nil, err
		}
		w := encoder{Block: b, number: len(written)}
		if len(blocks) > 1 {
			w.prefix = LanguageName(b.Language) + ": "
		}
		if done := w.write(); done != nil {
			written = append(written, done)
		}
		problems = append(problems, w.problems...)
	}
	for _, w := range written {
		packs = append(packs, w.bytes(written)...)
	}
	return packs, problems, nil
}

func (b *Block) first() int { return max(b.First, 1) }

// check compares a block with the first one of its disc.
func (b *Block) check(with *Block) error {
	name := "CD-TEXT in " + LanguageName(b.Language)
	last := b.first() + len(b.Tracks) - 1
	switch {
	case b.First < 0 || last > maxTrack || len(b.Tracks) == 0:
		return fmt.Errorf("%s has %d tracks from %d; a disc has at least one and its numbers are 1 to %d",
			name, len(b.Tracks), b.First, maxTrack)
	case b.first() != with.first() || len(b.Tracks) != len(with.Tracks):
		return fmt.Errorf("%s has tracks %d to %d; the first language has others", name, b.first(), last)
	case !b.Charset.known():
		return fmt.Errorf("%s: %v is not known; there are %v, %v and %v", name, b.Charset, ISO88591, ASCII, MSJIS)
	}
	return nil
}

// written is a block whose packs lack their sequence numbers.
type written struct {
	*Block
	number int
	packs  []pack // of text
}

// bytes numbers the packs, adds the size information and seals them all.
func (w *written) bytes(all []*written) (b []byte) {
	packs := append(slices.Clone(w.packs), w.sizes(all)...)
	for i := range packs {
		packs[i][2] = byte(i)
		packs[i].seal()
		b = append(b, packs[i][:]...)
	}
	return b
}

// sizes makes the three packs of size information.
func (w *written) sizes(all []*written) []pack {
	s := sizeRecord{
		charset: w.Charset, first: w.first(), last: w.first() + len(w.Tracks) - 1, copyright: w.Copyright,
	}
	for _, p := range w.packs {
		s.packs[p.kind()-title]++
	}
	s.packs[sizeInfo-title] = sizePacks
	for _, other := range all {
		s.lastSequence[other.number] = uint8(len(other.packs) + sizePacks - 1)
		s.language[other.number] = other.Language
	}
	record := s.bytes()
	packs := make([]pack, sizePacks)
	for i := range packs {
		packs[i][0], packs[i][1], packs[i][3] = byte(sizeInfo), byte(i), byte(w.number)<<4
		copy(packs[i].text(), record[i*textBytes:])
	}
	return packs
}

// encoder makes the text packs of one block.
type encoder struct {
	*Block
	number   int
	prefix   string // of problems, if there are several blocks
	widened  int    // texts
	problems []string
}

func (e *encoder) problem(format string, a ...any) {
	e.problems = append(e.problems, e.prefix+fmt.Sprintf(format, a...))
}

// write gives nil if there is no text.
func (e *encoder) write() *written {
	byType := map[packType][]pack{}
	var order []packType
	total := 0
	for t := title; t < sizeInfo; t++ {
		pieces := e.pieces(t)
		if len(pieces) == 0 {
			continue
		}
		byType[t] = e.lay(t, pieces)
		order = append(order, t)
		total += len(byType[t])
	}
	if e.widened > 0 {
		e.problem("in MS-JIS every letter is wide: %d texts are written with the wide forms of theirs", e.widened)
	}
	for _, t := range dispensable {
		n := len(byType[t])
		if over := total - (maxBlockPacks - sizePacks); over > 0 && n > 0 {
			e.problem("the texts are %d packs too long for a disc: those of type %02Xh (%v) are left out, %d packs",
				over, uint8(t), t, n)
			total -= n
			delete(byType, t)
		}
	}
	w := &written{Block: e.Block, number: e.number}
	for _, t := range order {
		w.packs = append(w.packs, byType[t]...)
	}
	if len(w.packs) == 0 {
		e.problem("CD-TEXT in %s has no text", LanguageName(e.Language))
		return nil
	}
	return w
}

// piece is one text with its end, in bytes of the disc.
type piece struct {
	track  int
	bytes  []byte
	binary int // bytes before the text
}

// pieces gives all texts of a type, none if they are all empty.
func (e *encoder) pieces(t packType) []piece {
	switch {
	case t.ofTracks():
		return e.texts(t)
	case t == discID:
		return e.ofDisc(t, ASCII, e.DiscID, nil)
	case t == genre && (e.Genre != 0 || e.GenreText != ""):
		return e.ofDisc(t, ASCII, e.GenreText, []byte{byte(e.Genre >> 8), byte(e.Genre)})
	case t == closed:
		return e.ofDisc(t, ISO88591, e.Closed, nil)
	}
	return nil
}

func (e *encoder) texts(t packType) []piece {
	cs := e.charset(t)
	pieces := []piece{{bytes: e.encode(cs, *e.Disc.text(t), t, 0)}}
	some := len(pieces[0].bytes) > 0
	var before []byte // what the track before says
	for i := range e.Tracks {
		p := piece{track: e.first() + i}
		text := e.encode(cs, *e.Tracks[i].text(t), t, p.track)
		some = some || len(text) > 0
		if p.bytes = text; len(text) > 0 && slices.Equal(text, before) {
			p.bytes = slices.Repeat([]byte{'\t'}, cs.width())
		}
		before = text
		pieces = append(pieces, p)
	}
	if !some {
		return nil
	}
	for i := range pieces {
		pieces[i].bytes = append(slices.Clip(pieces[i].bytes), make([]byte, cs.width())...)
	}
	return pieces
}

func (e *encoder) ofDisc(t packType, cs Charset, s string, head []byte) []piece {
	text := e.encode(cs, s, t, 0)
	if len(text) == 0 && (len(head) == 0 || e.Genre == 0) {
		return nil
	}
	return []piece{{bytes: append(append(head, text...), 0), binary: len(head)}}
}

// charset is the code page of a type within the block.
func (b *Block) charset(t packType) Charset {
	switch {
	case t <= message:
		return b.Charset
	case t == closed:
		return ISO88591
	}
	return ASCII
}

// width is the number of bytes of a character as Encode writes it.
func (c Charset) width() int {
	if c == MSJIS {
		return 2
	}
	return 1
}

// encode gives a text without its end, empty if its code page cannot hold it.
func (e *encoder) encode(cs Charset, s string, t packType, track int) []byte {
	b, err := cs.encode(s)
	if err != nil {
		of := "disc"
		if track > 0 {
			of = fmt.Sprintf("track %d", track)
		}
		e.problem("%s: the %v %s is left out: %v", of, t, short(s), err)
		return nil
	}
	if cs == MSJIS && widens(s) {
		e.widened++
	}
	return b
}

// short quotes a text, or its beginning if it is long.
func short(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return fmt.Sprintf("%q...", string(runes[:most]))
	}
	return fmt.Sprintf("%q", s)
}

// lay puts texts end to end into packs.
func (e *encoder) lay(t packType, pieces []piece) (packs []pack) {
	width := e.charset(t).width()
	used := textBytes
	for _, p := range pieces {
		for i, c := range p.bytes {
			if used == textBytes {
				position := min(max(i-p.binary, 0)/width, maxPosition)
				packs = append(packs, pack{byte(t), byte(p.track), 0, byte(width-1)<<7 | byte(e.number)<<4 | byte(position)})
				used = 0
			}
			packs[len(packs)-1].text()[used] = c
			used++
		}
	}
	return packs
}
