package emu

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/sgio"
)

func put16(b []byte, v int)    { binary.BigEndian.PutUint16(b, uint16(v)) }
func put32(b []byte, v uint32) { binary.BigEndian.PutUint32(b, v) }

// speed is what the drive turns at.
type speed struct {
	write, read int  // x
	constant    bool // constant angular velocity: write is reached at the rim only
}

// kilobytes gives a speed in kB/s (of 1000 bytes, 2352 in a frame), rounded
// down as drives tell it.
func kilobytes(x int) int { return x * 1764 / 10 }

// steps are the write speeds in x, the fastest first. The slowest is always
// there.
func (d *Drive) steps() []int {
	limit := d.options.MaxSpeed
	if d.disc != nil {
		limit = min(limit, d.disc.medium.MaxSpeed)
	}
	var list []int
	for _, x := range []int{52, 48, 40, 32, 24, 16, 12, 8, 4, 2, 1} {
		if x > limit && len(list) == 0 {
			continue
		}
		list = append(list, x)
	}
	if len(list) == 0 || list[0] < limit {
		list = append([]int{limit}, list...)
	}
	if len(list) > 1 { // 1x is no speed of a modern drive unless it is the only one
		list = list[:len(list)-1]
	}
	return list
}

// cavSteps are the write speeds at constant angular velocity.
func (d *Drive) cavSteps() []int {
	var list []int
	for _, x := range d.steps() {
		if x > 24 {
			list = append(list, x)
		}
	}
	return list
}

func (d *Drive) fastest() speed {
	return speed{write: d.steps()[0], read: d.options.MaxSpeed}
}

// notFaster gives the greatest step whose speed is not above kB/s, the
// slowest if there is none.
func notFaster(steps []int, kB int) int {
	for _, x := range steps {
		if kilobytes(x) <= kB {
			return x
		}
	}
	return steps[len(steps)-1]
}

// frameTime is how long the laser takes for the frame at lba. At constant
// angular velocity the speed grows with the radius, from 25 mm at the start
// of the Program Area to 58 mm at the end of an 80 minute disc.
func (d *Drive) frameTime(lba addr.LBA) time.Duration {
	x := float64(max(1, d.speed.write))
	if d.speed.constant {
		const inner, outer, frames = 25.0, 58.0, 360000
		area := inner*inner + (outer*outer-inner*inner)*float64(lba)/frames
		x *= min(1, math.Sqrt(max(area, 0))/outer)
	}
	return time.Duration(float64(time.Second) / (addr.Second * x))
}

// setCDSpeed answers SET CD SPEED (BBh): kB/s, FFFFh for the fastest, rounded
// down to a step.
func setCDSpeed(d *Drive, c *call) *sgio.Sense {
	rotation, read, write := c.cdb[1]&3, c.u16(2), c.u16(4)
	if rotation > 1 {
		return badCDB(1)
	}
	steps := d.steps()
	if rotation == 1 {
		if steps = d.cavSteps(); len(steps) == 0 {
			return badCDB(1)
		}
	}
	if write == 0 {
		return badCDB(4)
	}
	if read == 0 {
		return badCDB(2)
	}
	d.speed.constant = rotation == 1
	d.speed.write = notFaster(steps, write)
	d.speed.read = max(1, min(d.options.MaxSpeed, read*10/1764))
	return nil
}

// setStreaming answers SET STREAMING (B6h) with its 28 byte descriptor.
func setStreaming(d *Drive, c *call) *sgio.Sense {
	if c.u16(9) != 28 {
		return badCDB(9)
	}
	if len(c.data) != 28 {
		return check(sgio.ParameterListLength)
	}
	b := c.data
	if b[0]&^0x1D != 0 || b[0]>>3&3 > 1 {
		return badList(0)
	}
	for i := 1; i < 4; i++ {
		if b[i] != 0 {
			return badList(i)
		}
	}
	if b[0]&4 != 0 { // RDD: back to the defaults
		d.speed = d.fastest()
		c.moved = len(b)
		return nil
	}
	rate := func(i int) (kB int, ok bool) {
		size, ms := uint64(binary.BigEndian.Uint32(b[i:])), uint64(binary.BigEndian.Uint32(b[i+4:]))
		if size == 0 || ms == 0 {
			return 0, false
		}
		return int(min(size*1000/ms, 0xFFFF)), true
	}
	read, ok := rate(12)
	if !ok {
		return badList(12)
	}
	write, ok := rate(20)
	if !ok {
		return badList(20)
	}
	steps := d.steps()
	if b[0]>>3&3 == 1 {
		if steps = d.cavSteps(); len(steps) == 0 {
			return badList(0)
		}
	}
	d.speed.constant = b[0]>>3&3 == 1
	d.speed.write = notFaster(steps, write)
	d.speed.read = max(1, min(d.options.MaxSpeed, read*10/1764))
	c.moved = len(b)
	return nil
}

// getPerformance answers GET PERFORMANCE (ACh), type 0 (nominal performance)
// and 3 (write speeds).
func getPerformance(d *Drive, c *call) *sgio.Sense {
	var list []byte
	most := c.u16(8)
	end := uint32(d.disc.medium.lastLeadOut() - 1)
	header := []byte{0, 0, 0, 0, 0, 0, 0, 0}
	switch c.cdb[10] {
	case 0:
		if c.cdb[1]&3 != 0 { // exceptions: there are none
			if c.cdb[1]&3 != 1 {
				return badCDB(1)
			}
			header[4] = 1
			break
		}
		if c.cdb[1]>>3&3 != 2 { // the only tolerance
			return badCDB(1)
		}
		x := d.speed.read
		first := x
		if c.cdb[1]&4 != 0 {
			header[4] = 2
			x, first = d.speed.write, d.speed.write
			if d.speed.constant {
				first = max(1, x*25/58)
			}
		}
		e := make([]byte, 16)
		put32(e[4:], uint32(kilobytes(first)))
		put32(e[8:], end)
		put32(e[12:], uint32(kilobytes(x)))
		list = e
	case 3:
		if c.cdb[1] != 0 {
			return badCDB(1)
		}
		add := func(steps []int, control byte) {
			for _, x := range steps {
				e := make([]byte, 16)
				e[0] = control << 3
				put32(e[4:], end)
				put32(e[8:], uint32(kilobytes(d.options.MaxSpeed)))
				put32(e[12:], uint32(kilobytes(x)))
				list = append(list, e...)
			}
		}
		add(d.steps(), 0)
		add(d.cavSteps(), 1)
	default:
		return badCDB(10)
	}
	put32(header, uint32(4+len(list)))
	reply := append(header, list[:min(len(list), 16*most)]...)
	return c.answer(reply, min(len(reply), len(c.data)), 8)
}
