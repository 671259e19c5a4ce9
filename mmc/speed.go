package mmc

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/burnfs/burnfs/mmc/addr"
)

const opReadBufferCapacity = "READ BUFFER CAPACITY"

// ReadBufferCapacity gives the size of the drive's buffer and how much of it
// is free, in bytes (MMC, READ BUFFER CAPACITY). While writing, some drives
// answer sgio.LongWriteInProgress or do not know the command.
func (d *Drive) ReadBufferCapacity(ctx context.Context) (size, free int, err error) {
	cdb := [10]byte{0x5C, 8: 12}
	b, err := d.receive(ctx, opReadBufferCapacity, cdb[:], 12, timeoutSimple)
	if err != nil {
		return 0, 0, err
	}
	c, err := decode(opReadBufferCapacity, b, parseBufferCapacity)
	return int(c[0]), int(c[1]), err
}

func parseBufferCapacity(b []byte) ([2]uint32, error) {
	if len(b) < 12 {
		return [2]uint32{}, badReply("%d bytes, not 12", len(b))
	}
	size, free := binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	if free > size || size > math.MaxInt32 {
		return [2]uint32{}, badReply("%d bytes free of %d", free, size)
	}
	return [2]uint32{size, free}, nil
}

// MaxSpeed asks SetCDSpeed for the highest speed.
const MaxSpeed = 0xFFFF

// SetCDSpeed asks for a reading and a writing speed in kB/s (MMC, SET CD
// SPEED); MaxSpeed is the highest. Drives round down to a step that they know:
// ask for 177 times the factor. What came of it stands in page 2Ah. A drive
// forgets it with a new medium.
func (d *Drive) SetCDSpeed(ctx context.Context, rotation Rotation, readKB, writeKB uint16) error {
	cdb := setCDSpeedCDB(rotation, readKB, writeKB)
	return d.none(ctx, "SET CD SPEED", cdb[:], timeoutMedium)
}

func setCDSpeedCDB(rotation Rotation, readKB, writeKB uint16) [12]byte {
	cdb := [12]byte{0xBB, uint8(rotation) & 3}
	binary.BigEndian.PutUint16(cdb[2:], readKB)
	binary.BigEndian.PutUint16(cdb[4:], writeKB)
	return cdb
}

// WriteSpeed is a speed that the drive offers for the medium in it (MMC,
// "Write Speed Descriptor").
type WriteSpeed struct {
	EndLBA   addr.LBA // the last LBA of the medium
	ReadKB   uint32   // kB/s
	WriteKB  uint32   // kB/s
	Rotation Rotation
	Exact    bool // the drive keeps the speed over the whole medium
}

const opGetPerformance = "GET PERFORMANCE"

// GetPerformance lists the writing speeds for the medium in the drive (MMC,
// GET PERFORMANCE type 03h). Drives before MMC-3 answer sgio.InvalidOpcode:
// use Capabilities.
func (d *Drive) GetPerformance(ctx context.Context) ([]WriteSpeed, error) {
	b, err := d.getPerformance(ctx, 1)
	if err != nil {
		return nil, err
	}
	if len(b) >= 4 {
		n := (int64(binary.BigEndian.Uint32(b)) + 4 - 8) / 16
		if n > 1 && n <= 1024 { // more is refused below, as a reply cut off
			if b, err = d.getPerformance(ctx, int(n)); err != nil {
				return nil, err
			}
		}
	}
	return decode(opGetPerformance, b, parsePerformance)
}

func (d *Drive) getPerformance(ctx context.Context, n int) ([]byte, error) {
	cdb := getPerformanceCDB(uint16(n))
	return d.receive(ctx, opGetPerformance, cdb[:], 8+16*n, timeoutMedium)
}

func getPerformanceCDB(n uint16) [12]byte {
	cdb := [12]byte{0xAC, 10: 0x03}
	binary.BigEndian.PutUint16(cdb[8:], n)
	return cdb
}

func parsePerformance(b []byte) ([]WriteSpeed, error) {
	if len(b) < 8 {
		return nil, badReply("%d bytes, not even a performance header", len(b))
	}
	end := 4 + uint64(binary.BigEndian.Uint32(b))
	if end < 8 || end > uint64(len(b)) || (end-8)%16 != 0 {
		return nil, badReply("%d bytes that say they are %d", len(b), end)
	}
	speeds := make([]WriteSpeed, 0, (end-8)/16)
	for b = b[8:end]; len(b) >= 16; b = b[16:] {
		speeds = append(speeds, WriteSpeed{
			Rotation: Rotation(b[0] >> 3 & 3),
			Exact:    b[0]&2 != 0,
			EndLBA:   addr.LBA(binary.BigEndian.Uint32(b[4:])),
			ReadKB:   binary.BigEndian.Uint32(b[8:]),
			WriteKB:  binary.BigEndian.Uint32(b[12:]),
		})
	}
	return speeds, nil
}

// SendOPC has the drive calibrate its laser on the medium (MMC, SEND OPC
// INFORMATION with DoOpc). It is not allowed in a test write; without it the
// drive calibrates at the first WRITE. Waits until it is done, minutes at
// worst.
func (d *Drive) SendOPC(ctx context.Context) error {
	cdb := [10]byte{0x54, 1}
	return d.none(ctx, "SEND OPC INFORMATION", cdb[:], timeoutOPC)
}
