package rawcd_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
)

// What follows makes the frames of discs by the plainest reading of the
// definitions, and uses nothing of the program under test.

// plainCRC divides bit by bit.
func plainCRC(b []byte) uint16 {
	var r uint16
	for _, v := range b {
		for bit := 7; bit >= 0; bit-- {
			top := r>>15 ^ uint16(v>>bit&1)
			r <<= 1
			if top == 1 {
				r ^= 0x1021
			}
		}
	}
	return ^r
}

func plainBCD(n int) [3]byte {
	n = (n + 450000) % 450000
	two := func(v int) byte { return byte(v/10*16 + v%10) }
	return [3]byte{two(n / 75 / 60), two(n / 75 % 60), two(n % 75)}
}

func plainQ(b ...byte) []byte {
	crc := plainCRC(b)
	return append(b, byte(crc>>8), byte(crc))
}

var plainPad = func() (s [2352]byte) {
	register := 1
	for i := 12; i < len(s); i++ {
		for bit := range 8 {
			s[i] |= byte(register&1) << bit
			feedback := register&1 ^ register>>1&1
			register = register>>1 | feedback<<14
		}
	}
	return s
}()

// extent is a run of frames of one track and index; track AAh is the Lead-out.
type extent struct {
	track, index, control byte
	from, to              int
	pause                 bool // counts down
	origin                int  // where the relative time is 0
}

// disc is a disc to be: its extents from LBA -150 on, its table of contents
// and what is in its main channel.
type disc struct {
	start   int // LBA of the first block
	block   int
	leadIn  int      // LBA of the first frame that is not zero
	entries [][]byte // control, point, PMIN, PSEC, PFRAME
	extents []extent
	main    func(lba int) [2352]byte // nil: zeros
	rw      func(lba int) [96]byte   // nil: zeros
	codes   map[int][]byte           // bytes 0 to 8 of Q at an LBA; byte 9 is AFRAME
	spoiled func(lba int) bool       // frames of a wrong CRC
	cut     int                      // bytes that are missing at the end
	failing bool
}

// audioDisc is the three tracks of audio that the vectors below are of.
func audioDisc() *disc {
	return &disc{
		start: -22650, block: 2448, leadIn: -11635,
		entries: [][]byte{
			{0x01, 0xA0, 0x01, 0x00, 0x00}, {0x21, 0xA1, 0x03, 0x00, 0x00}, {0x21, 0xA2, 0x10, 0x02, 0x00},
			{0x01, 0x01, 0x00, 0x02, 0x00}, {0x01, 0x02, 0x03, 0x24, 0x00}, {0x21, 0x03, 0x06, 0x42, 0x00},
		},
		extents: []extent{
			{1, 0, 0x01, -150, 0, true, 0}, {1, 1, 0x01, 0, 15000, false, 0},
			{2, 0, 0x01, 15000, 15150, true, 15150}, {2, 1, 0x01, 15150, 30000, false, 15150},
			{3, 1, 0x21, 30000, 45000, false, 30000}, {0xAA, 1, 0x21, 45000, 51750, false, 45000},
		},
	}
}

func (d *disc) position(lba int) []byte {
	for _, x := range d.extents {
		if lba < x.from || lba >= x.to {
			continue
		}
		relative := lba - x.origin
		if x.pause {
			relative = x.origin - 1 - lba
		}
		two := func(v byte) byte {
			if v == 0xAA {
				return v
			}
			return v/10*16 + v%10
		}
		r, a := plainBCD(relative), plainBCD(lba+150)
		return plainQ(x.control, two(x.track), two(x.index), r[0], r[1], r[2], 0, a[0], a[1], a[2])
	}
	return make([]byte, 12)
}

func (d *disc) toc(lba int) []byte {
	if lba < d.leadIn {
		return make([]byte, 12)
	}
	e := d.entries[(lba-d.leadIn)/3%len(d.entries)]
	t := plainBCD(lba + 150)
	return plainQ(e[0], 0, e[1], t[0], t[1], t[2], 0, e[2], e[3], e[4])
}

func (d *disc) q(lba int) []byte {
	q := d.position(lba)
	if lba < -150 {
		q = d.toc(lba)
	}
	if code, ok := d.codes[lba]; ok {
		q = plainQ(append(append([]byte{}, code...), plainBCD(lba + 150)[2])...)
	}
	if d.spoiled != nil && d.spoiled(lba) {
		q[11] ^= 1
	}
	return q
}

func (d *disc) count() int { return d.extents[len(d.extents)-1].to - d.start }

func (d *disc) Size() int64 { return int64(d.count())*int64(d.block) - int64(d.cut) }

func (d *disc) frame(i int) []byte {
	lba := d.start + i
	b := make([]byte, d.block)
	if d.main != nil {
		s := d.main(lba)
		copy(b, s[:])
	}
	q := d.q(lba)
	if d.block == 2368 {
		copy(b[2352:], q)
		return b
	}
	if d.rw != nil {
		s := d.rw(lba)
		copy(b[2352:], s[:])
	}
	for k := range 96 {
		b[2352+k] |= q[k/8] >> (7 - k%8) & 1 << 6
	}
	return b
}

func (d *disc) ReadAt(p []byte, off int64) (int, error) {
	if d.failing {
		return 0, io.ErrUnexpectedEOF
	}
	n := 0
	for n < len(p) && off < d.Size() {
		f := d.frame(int(off / int64(d.block)))[off%int64(d.block):]
		f = f[:min(int64(len(f)), d.Size()-off)]
		k := copy(p[n:], f)
		n, off = n+k, off+int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (d *disc) Open(string) (image.File, error) { return file{d}, nil }

// file is a disc as a file of a folder.
type file struct{ *disc }

func (file) Close() error { return nil }
func (file) Name() string { return "a.rawcd" }

// The frames that the other tests read are those that other programs make:
// the sums are of vectors that were computed from two of them.
func TestMakerOfDiscs(t *testing.T) {
	d := audioDisc()
	for lba, want := range map[int]string{
		-11635: "0100a097266500010000" + "26c7", -11618: "2100039727070006420" + "0a797",
		-150: "01010000017400000000aab9", 15149: "010200000000000323746" + "22b", 44999: "2103010319740010017493" + "05",
	} {
		require.Equal(t, want, hex.EncodeToString(d.q(lba)), lba)
	}
	for want, r := range map[string][2]int{
		"688285808946d41ffe58adfee3c1fa7229351b226d335de07b74edaab7872998": {-11635, -150},
		"874e44a4b1c0fcd8c947dbc5db2f7b2590895955e88cfad520fe48bbd0187718": {-150, 51750},
	} {
		h := sha256.New()
		for lba := r[0]; lba < r[1]; lba++ {
			h.Write(d.q(lba))
		}
		require.Equal(t, want, hex.EncodeToString(h.Sum(nil)))
	}
}
