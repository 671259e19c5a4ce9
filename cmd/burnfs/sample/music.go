package sample

import (
	"encoding/binary"
	"math"
)

const (
	sampleRate = 44100
	frameBytes = 2352 // 588 stereo samples of 16 bits
	sampleSize = 4
)

// note is a key, as MIDI counts them (69 is A of 440 Hz), for some beats. Key
// 0 is a rest.
type note struct {
	key   int
	beats float64
}

// tune is a melody with a second voice below it.
type tune struct {
	beat   float64 // seconds
	melody []note
	bass   []note
}

// odeToJoy is the first and the last line of Beethoven's theme.
var odeToJoy = tune{
	beat: 0.32,
	melody: []note{
		{64, 1}, {64, 1}, {65, 1}, {67, 1}, {67, 1}, {65, 1}, {64, 1}, {62, 1},
		{60, 1}, {60, 1}, {62, 1}, {64, 1}, {64, 1.5}, {62, 0.5}, {62, 2},
		{64, 1}, {64, 1}, {65, 1}, {67, 1}, {67, 1}, {65, 1}, {64, 1}, {62, 1},
		{60, 1}, {60, 1}, {62, 1}, {64, 1}, {62, 1.5}, {60, 0.5}, {60, 3},
	},
	bass: []note{
		{48, 4}, {43, 4}, {48, 4}, {43, 4},
		{48, 4}, {43, 4}, {45, 2}, {41, 2}, {43, 2}, {48, 3},
	},
}

// frereJacques is sung as a round: the second voice comes in four beats later.
var frereJacques = tune{
	beat: 0.3,
	melody: []note{
		{60, 1}, {62, 1}, {64, 1}, {60, 1}, {60, 1}, {62, 1}, {64, 1}, {60, 1},
		{64, 1}, {65, 1}, {67, 2}, {64, 1}, {65, 1}, {67, 2},
		{67, 0.5}, {69, 0.5}, {67, 0.5}, {65, 0.5}, {64, 1}, {60, 1},
		{60, 1}, {55, 1}, {60, 2}, {60, 1}, {55, 1}, {60, 2},
	},
	bass: []note{
		{0, 4}, {48, 1}, {50, 1}, {52, 1}, {48, 1}, {48, 1}, {50, 1}, {52, 1}, {48, 1},
		{52, 1}, {53, 1}, {55, 2}, {52, 1}, {53, 1}, {55, 2}, {48, 1}, {43, 1}, {48, 2},
	},
}

// chime is what hides before track 3.
var chime = tune{
	beat:   0.24,
	melody: []note{{72, 1}, {76, 1}, {79, 1}, {84, 3}, {79, 1}, {76, 1}, {72, 4}},
	bass:   []note{{60, 12}},
}

// render plays a tune: 44.1 kHz, stereo, 16 bits little-endian, a whole number
// of frames.
func (t tune) render() []byte {
	beats := 0.0
	for _, n := range t.melody {
		beats += n.beats
	}
	samples := int(beats * t.beat * sampleRate)
	const perFrame = frameBytes / sampleSize
	samples += (perFrame - samples%perFrame) % perFrame

	left, right := make([]float64, samples), make([]float64, samples)
	play(left, right, t.melody, t.beat, 0.42, 0.28)
	play(left, right, t.bass, t.beat, 0.20, 0.36)

	out := make([]byte, 0, samples*sampleSize)
	for i := range samples {
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(left[i]*32000)))
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(right[i]*32000)))
	}
	return out
}

// play adds a voice: for each note a sine and three overtones that die away,
// as those of a plucked string do.
func play(left, right []float64, voice []note, beat, toLeft, toRight float64) {
	at := 0.0
	for _, n := range voice {
		begin, end := int(at*beat*sampleRate), int((at+n.beats)*beat*sampleRate)
		at += n.beats
		if n.key == 0 {
			continue
		}
		pitch := 2 * math.Pi * 440 * math.Pow(2, float64(n.key-69)/12)
		for i := begin; i < min(end, len(left)); i++ {
			s := float64(i-begin) / sampleRate
			rest := float64(end-i) / sampleRate
			envelope := min(s/0.008, 1) * min(rest/0.03, 1) * math.Exp(-2.2*s)
			v := 0.0
			for overtone, part := range [...]float64{0.62, 0.22, 0.11, 0.05} {
				k := float64(overtone + 1)
				v += part * math.Sin(k*pitch*s) * math.Exp(-0.9*k*s)
			}
			left[i] += v * envelope * toLeft
			right[i] += v * envelope * toRight
		}
	}
}
