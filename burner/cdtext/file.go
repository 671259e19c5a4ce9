package cdtext

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// headerBytes is the size of the header of READ TOC.
const headerBytes = 4

// ReadFile reads the file that CDTEXTFILE names in a cue sheet: packs, with or
// without the header of READ TOC (MMC, format 5) before them and a zero byte
// after them, or an input sheet as ReadSheet takes it.
//
// Packs come back as they are, and problems are the findings of Verify, but
// CRCs that are all zero are made, which is told. Packs of a sheet have the
// problems of ReadSheet and Encode.
func ReadFile(data []byte) (packs []byte, problems []string, err error) {
	if isSheet(data) {
		blocks, problems, err := ReadSheet(data)
		if err != nil {
			return nil, nil, err
		}
		packs, more, err := Encode(blocks)
		return packs, append(problems, more...), err
	}
	packs, err = packsOfFile(data)
	if err != nil {
		return nil, nil, err
	}
	if all, _ := split(packs); withoutCRC(all) {
		problems = append(problems, "the packs have no CRC; it is made")
		packs = nil
		for i := range all {
			all[i].seal()
			packs = append(packs, all[i][:]...)
		}
	}
	return packs, append(problems, Verify(packs)...), nil
}

// isSheet says whether a file is text. Packs begin with their type, a header
// of READ TOC has zeros.
func isSheet(data []byte) bool {
	switch {
	case len(data) == 0, data[0] >= byte(title) && data[0] <= byte(sizeInfo):
		return false
	case isUTF16(data):
		return true
	}
	return !bytes.Contains(data[:min(len(data), headerBytes)], []byte{0})
}

// packsOfFile takes away what may stand before and after the packs.
func packsOfFile(data []byte) ([]byte, error) {
	packs := data
	if after := len(data)%PackBytes - headerBytes; after == 0 || after == 1 {
		told := int(binary.BigEndian.Uint16(data)) + 2 // the length does not count itself
		packs = data[headerBytes:]
		if told != len(data)-after || data[2] != 0 || data[3] != 0 {
			return nil, fmt.Errorf("this is no CD-TEXT: it is %d bytes long and begins with % X", len(data), data[:headerBytes])
		}
	}
	n := len(packs) / PackBytes
	left := packs[n*PackBytes:]
	switch {
	case n == 0 || len(left) > 1:
		return nil, fmt.Errorf("this is no CD-TEXT: %d bytes are no whole packs of %d", len(data), PackBytes)
	case len(left) == 1 && left[0] != 0:
		return nil, fmt.Errorf("this is no CD-TEXT: after %d packs a byte %02X is left over", n, left[0])
	case n > maxBlocks*maxBlockPacks:
		return nil, fmt.Errorf("these are %d packs; CD-TEXT has at most %d", n, maxBlocks*maxBlockPacks)
	}
	all, _ := split(packs)
	for i := range all {
		if all[i].known() {
			return bytes.Clone(packs[:n*PackBytes]), nil
		}
	}
	return nil, errors.New("this is no CD-TEXT: no pack has a type of 80h to 8Fh")
}
