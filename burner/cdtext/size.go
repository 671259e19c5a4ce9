package cdtext

// sizeRecord is the 36 bytes that the three packs of type 8Fh hold:
//
//	0       code page of types 80h to 85h
//	1, 2    first and last track
//	3       copyright
//	4..19   number of packs of each type, 80h to 8Fh
//	20..27  last sequence number of each block
//	28..35  language of each block
type sizeRecord struct {
	charset      Charset
	first, last  int
	copyright    uint8
	packs        [16]uint8
	lastSequence [maxBlocks]uint8
	language     [maxBlocks]uint8
}

type sizeBytes [sizePacks * textBytes]byte

func (s *sizeRecord) bytes() (b sizeBytes) {
	b[0], b[1], b[2], b[3] = byte(s.charset), byte(s.first), byte(s.last), s.copyright
	copy(b[4:20], s.packs[:])
	copy(b[20:28], s.lastSequence[:])
	copy(b[28:36], s.language[:])
	return b
}

func parseSize(b *sizeBytes) (s sizeRecord) {
	s.charset, s.first, s.last, s.copyright = Charset(b[0]), int(b[1]), int(b[2]), b[3]
	copy(s.packs[:], b[4:20])
	copy(s.lastSequence[:], b[20:28])
	copy(s.language[:], b[28:36])
	return s
}

// tracksValid says whether a disc can have the tracks that the record tells.
func (s *sizeRecord) tracksValid() bool {
	return s.first >= 1 && s.first <= s.last && s.last <= maxTrack
}

// findSize puts the size information of a block together, false if a part of
// it is missing.
func findSize(packs []pack) (s sizeRecord, ok bool) {
	var b sizeBytes
	var have [sizePacks]bool
	for i := range packs {
		if p := &packs[i]; p.kind() == sizeInfo && p.track() < sizePacks && !have[p.track()] {
			copy(b[p.track()*textBytes:], p.text())
			have[p.track()] = true
		}
	}
	return parseSize(&b), have == [sizePacks]bool{true, true, true}
}
