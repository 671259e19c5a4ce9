package main

import (
	"fmt"
	"sort"
)

// symbols says what R to W of a programme area hold.
type symbols struct {
	Frames int            `json:"frames"` // in which they are not all zero
	Packs  int            `json:"packs"`  // that are not all zero and whose parities fit
	Wrong  int            `json:"wrong"`  // packs whose parities do not fit
	Modes  map[string]int `json:"modes"`  // good packs by their first symbol: mode and item
}

// symbolPlace is how far from the start of a pack each of its 24 symbols
// stands, for they are interleaved over eight packs (IEC 60908).
var symbolPlace = [24]int{0, 66, 125, 191, 100, 50, 150, 175, 8, 33, 58, 83, 108, 133, 158, 183, 16, 41, 25, 91, 116, 141, 166, 75}

// readSymbols reads the packs that begin in the frames from one to the one
// before end, whose symbols reach into the two frames behind; nil if no frame
// has any.
func (d *disc) readSymbols(from, end int) *symbols {
	var s symbols
	s.Modes = map[string]int{}
	for lba := from; lba < end; lba++ {
		if d.at(lba).is(frameRW) {
			s.Frames++
		}
	}
	if s.Frames == 0 {
		return nil
	}
	var stream [3 * subBytes]byte // of lba and the two frames behind it
	for lba := from; lba < end; lba++ {
		copy(stream[:], stream[subBytes:])
		next := stream[2*subBytes:]
		clear(next)
		if at := lba + 2; lba == from {
			for i := range 3 {
				if d.at(from + i).is(frameRW) {
					d.readSub(from+i, stream[i*subBytes:])
				}
			}
		} else if d.at(at).is(frameRW) {
			d.readSub(at, next)
		}
		for k := range 4 {
			s.take(stream[24*k:])
		}
	}
	return &s
}

func (s *symbols) take(stream []byte) {
	var pack [24]byte
	for i, at := range symbolPlace {
		pack[i] = stream[at] & 0x3F
	}
	switch {
	case allZero(pack[:]):
	case rootsFit(pack[:4], 2) && rootsFit(pack[:], 4):
		s.Packs++
		s.Modes[fmt.Sprintf("%02X", pack[0])]++
	default:
		s.Wrong++
	}
}

// rootsFit says whether a word over GF(64), polynomial x^6 + x + 1, is zero at
// the first powers of alpha.
func rootsFit(word []byte, roots int) bool {
	root := byte(1)
	for range roots {
		var sum byte
		for _, v := range word {
			sum = times64(sum, root) ^ v
		}
		if sum != 0 {
			return false
		}
		root = times64(root, 2)
	}
	return true
}

func times64(a, b byte) (product byte) {
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		if a <<= 1; a > 63 {
			a ^= 0x43
		}
	}
	return product
}

func (s *symbols) print(line func(format string, args ...any)) {
	line("R to W: %d packs with good parities, %d with wrong ones", s.Packs, s.Wrong)
	names := []string{}
	for mode := range s.Modes {
		names = append(names, mode)
	}
	sort.Strings(names)
	for _, mode := range names {
		line("  first symbol %s: %d packs", mode, s.Modes[mode])
	}
}
