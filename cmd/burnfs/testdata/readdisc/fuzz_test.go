package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzFrames takes any bytes as frames of Q from -160 on, with a right CRC
// unless the last byte says otherwise.
func FuzzFrames(f *testing.F) {
	small := plainDisc{leadIn: -160, tracks: []plainTrack{{gap: 150, indexes: []int{20}}, {gap: 5, indexes: []int{9, 3}, isrc: "DEABC2500001"}}, mcn: "0123456789012"}
	var seed []byte
	for lba := -160; lba < 80; lba++ {
		q, _, _ := small.q(lba)
		seed = append(append(seed, q[:]...), 0)
	}
	f.Add(seed)
	f.Add(seed[10*11:])
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &made{leadIn: -160}
		for ; len(b) >= 11 && len(m.frames) < 600; b = b[11:] {
			frame := make([]byte, 2448)
			putQ(frame, [10]byte(b))
			frame[2352] ^= b[10] & 0xC0
			m.frames = append(m.frames, frame)
		}
		if len(m.frames) == 0 {
			return
		}
		// What scan would do, without the frames before the lead-in.
		d := &disc{file: m, frames: make([]frame, 22650-160+len(m.frames))}
		sector := make([]byte, 2352)
		for i, frame := range m.frames {
			d.frames[22650-160+i] = look(frame, i-160, sector)
		}
		r, err := d.judge(nil)
		if err != nil {
			return
		}
		require.NoError(t, r.print(new(bytes.Buffer)))
		for _, track := range r.Tracks {
			e := extraction{track: track.Number, fromPregap: true}
			if err := e.extract(new(bytes.Buffer), m, r); err != nil {
				require.ErrorContains(t, err, "there is no track")
			}
		}
	})
}

// FuzzSector takes any bytes as a descrambled sector.
func FuzzSector(f *testing.F) {
	f.Add(plainSector(kindMode1, 0, nil), 0)
	f.Add(plainSector(kindForm1, 16, nil), 16)
	f.Add(plainSector(kindForm2, 16, plainUser(3)), 16)
	f.Fuzz(func(t *testing.T, b []byte, lba int) {
		sector := make([]byte, 2352)
		copy(sector, b)
		kind, _ := inspectSector(sector, lba%400000)
		from, to := kind.user()
		require.Less(t, from, to)
		require.LessOrEqual(t, to, 2352)
	})
}

// FuzzText takes any bytes as packs of CD-TEXT with a right CRC, as a lead-in
// brings them.
func FuzzText(f *testing.F) {
	f.Add(unhex(f, "8000000044656D6F204469736300 4F6E"+"8F0001000001010001000000000000000"+"0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &made{leadIn: -160}
		for lba := -160; lba < -150; lba++ {
			frame := make([]byte, 2448)
			for k := 0; k < 4 && len(b) >= 16; k, b = k+1, b[16:] {
				p := append([]byte{}, b[:16]...)
				p[0] |= 0x80
				p[0] &= 0x8F
				crc := plainCRC(p)
				p = append(p, byte(crc>>8), byte(crc))
				for bit := range 144 {
					frame[2352+24*k+bit/6] |= p[bit/8] >> (7 - bit%8) & 1 << (5 - bit%6)
				}
			}
			m.frames = append(m.frames, frame)
		}
		d := &disc{file: m, frames: make([]frame, 22650-150)}
		sector := make([]byte, 2352)
		for i, frame := range m.frames {
			d.frames[22650-160+i] = look(frame, i-160, sector)
		}
		for _, text := range d.readText(segment{1, -160, -150, -150}) {
			text.print(func(string, ...any) {})
		}
	})
}
