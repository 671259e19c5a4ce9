package mmc

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

// SectorType is the kind that READ CD insists on; a sector of another kind
// ends it with sgio.IllegalModeForTrack.
type SectorType uint8

const (
	AnySector SectorType = iota
	CDDA
	Mode1
	Mode2 // without forms
	Mode2Form1
	Mode2Form2
)

// MainFields selects what READ CD gives of the main channel, in this order
// (MMC, READ CD, "Main Channel Selection").
type MainFields uint8

const (
	Sync      MainFields = 0x80
	Header    MainFields = 0x20
	SubHeader MainFields = 0x40
	User      MainFields = 0x10 // user data, or audio
	EDC       MainFields = 0x08 // EDC and ECC
	WholeMain MainFields = Sync | Header | SubHeader | User | EDC
)

// C2 selects the error flags of READ CD.
type C2 uint8

const (
	C2None       C2 = 0
	C2Pointers   C2 = 1 // 294 bytes, a bit for each byte of the sector
	C2BlockError C2 = 2 // 296 bytes: the same after a byte that sums them up, and a pad
)

// SubChannel selects what READ CD gives of the sub-channel.
type SubChannel uint8

const (
	SubNone SubChannel = 0
	SubRaw  SubChannel = 1 // 96 bytes, raw P-W
	SubQ    SubChannel = 2 // 16 bytes: Q, some drives binary and some BCD, with a CRC that is often wrong
	SubRW   SubChannel = 4 // 96 bytes, R-W de-interleaved and corrected
)

// ReadCD says what to read of which sectors.
type ReadCD struct {
	Start  addr.LBA
	Blocks int // 1 to FFFFFFh
	Sector SectorType
	Main   MainFields
	C2     C2
	Sub    SubChannel
}

// BlockSize gives the bytes for each sector: main channel, C2, sub-channel, in
// that order. It is 0 where the standard leaves it open: with AnySector for
// selections other than all or nothing of the main channel, for audio without
// User, and for Mode2Form2 with only one of User and EDC, whose border drives
// draw differently.
func (r ReadCD) BlockSize() int {
	n, ok := r.mainSize()
	if !ok {
		return 0
	}
	switch r.C2 {
	case C2Pointers:
		n += 294
	case C2BlockError:
		n += 296
	}
	switch r.Sub {
	case SubRaw, SubRW:
		n += 96
	case SubQ:
		n += 16
	}
	return n
}

// mainSize follows the table "Number of bytes returned" of READ CD.
func (r ReadCD) mainSize() (n int, ok bool) {
	main := r.Main & WholeMain
	if main == 0 {
		return 0, true
	}
	var header, sub, user, edc int
	switch r.Sector {
	case AnySector:
		return 2352, main == WholeMain
	case CDDA:
		return 2352, main&User != 0
	case Mode1:
		header, user, edc = 4, 2048, 288
	case Mode2:
		header, user = 4, 2336
	case Mode2Form1:
		header, sub, user, edc = 4, 8, 2048, 280
	case Mode2Form2:
		if both := User | EDC; main&both != 0 && main&both != both {
			return 0, false
		}
		header, sub, user, edc = 4, 8, 2324, 4
	default:
		return 0, false
	}
	for _, f := range []struct {
		field MainFields
		size  int
	}{{Sync, 12}, {Header, header}, {SubHeader, sub}, {User, user}, {EDC, edc}} {
		if main&f.field != 0 {
			n += f.size
		}
	}
	return n, true
}

const opReadCD = "READ CD"

// ReadCD reads sectors with what belongs to them (MMC, READ CD). dst must be
// exactly r.BlockSize() * r.Blocks bytes, and all of it is filled: less is an
// error that matches sgio.ErrShortTransfer.
func (d *Drive) ReadCD(ctx context.Context, r ReadCD, dst []byte) error {
	size := r.BlockSize()
	if size == 0 {
		return &Error{opReadCD, errors.New("the length of such sectors is not defined")}
	}
	if r.Blocks < 1 || r.Blocks > 0xFFFFFF || len(dst) != size*r.Blocks {
		return &Error{opReadCD, fmt.Errorf("%d bytes of room for %d sectors of %d", len(dst), r.Blocks, size)}
	}
	cdb := r.cdb()
	_, err := d.run(ctx, opReadCD, cdb[:], sgio.Cmd{
		Direction: sgio.FromDevice, Data: dst, Whole: true, Timeout: timeoutRead,
	})
	return err
}

func (r ReadCD) cdb() [12]byte {
	cdb := [12]byte{
		0xBE, uint8(r.Sector) & 7 << 2,
		6:  uint8(r.Blocks >> 16),
		7:  uint8(r.Blocks >> 8),
		8:  uint8(r.Blocks),
		9:  uint8(r.Main&WholeMain) | uint8(r.C2)&3<<1,
		10: uint8(r.Sub) & 7,
	}
	binary.BigEndian.PutUint32(cdb[2:], uint32(r.Start))
	return cdb
}
