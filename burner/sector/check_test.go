package sector

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

var checkAt = addr.LBA(4321).MSF()

func finished(m Mode) *[Size]byte {
	s := counted(m)
	if m == Mode2Form1 || m == Mode2Form2 {
		PutSubheader(s, m)
	}
	Finish(s, checkAt, m)
	return s
}

func TestCheck(t *testing.T) {
	flip := func(at ...int) func(*[Size]byte) {
		return func(s *[Size]byte) {
			for _, i := range at {
				s[i] ^= 0x40
			}
		}
	}
	for _, c := range []struct {
		name    string
		made    Mode
		damage  func(*[Size]byte)
		mode    Mode
		problem Problem
	}{
		{"Mode 0", Mode0, flip(), Mode0, 0},
		{"Mode 1", Mode1, flip(), Mode1, 0},
		{"formless", Mode2, flip(), Mode2, 0},
		{"Form 1", Mode2Form1, flip(), Mode2Form1, 0},
		{"Form 2", Mode2Form2, flip(), Mode2Form2, 0},
		{"no sync", Mode1, flip(5), Mode0, NoSync},
		{"scrambled", Mode1, Scramble, Mode0, WrongHeader | WrongMode},
		{"mode 3", Mode1, func(s *[Size]byte) { s[15] = 3 }, Mode0, WrongMode},
		{"Mode 0 with data", Mode0, flip(2351), Mode0, NotZero},
		{"Mode 1 header", Mode1, flip(13), Mode1, WrongHeader | WrongEDC | WrongECC},
		{"Mode 1 first byte", Mode1, flip(16), Mode1, WrongEDC | WrongECC},
		{"Mode 1 last byte", Mode1, flip(2063), Mode1, WrongEDC | WrongECC},
		{"Mode 1 EDC", Mode1, flip(2064), Mode1, WrongEDC | WrongECC},
		{"Mode 1 zeros", Mode1, flip(2075), Mode1, NotZero | WrongECC},
		{"Mode 1 P", Mode1, flip(2076), Mode1, WrongECC},
		{"Mode 1 Q", Mode1, flip(2351), Mode1, WrongECC},
		{"Form 1 elsewhere", Mode2Form1, flip(12), Mode2Form1, WrongHeader},
		{"Form 1 data", Mode2Form1, flip(24), Mode2Form1, WrongEDC | WrongECC},
		{"Form 1 Q", Mode2Form1, flip(2351), Mode2Form1, WrongECC},
		{"Form 2 data", Mode2Form2, flip(2347), Mode2Form2, WrongEDC},
		{"Form 2 without EDC", Mode2Form2, func(s *[Size]byte) { clear(s[2348:]) }, Mode2Form2, 0},
		{"copies differ, wrong EDC", Mode2Form1, flip(16), Mode2, 0},
		{"copies differ, Form 1", Mode2Form1, func(s *[Size]byte) { s[20] = 1; Finish(s, checkAt, Mode2Form1) }, Mode2Form1, SubheaderCopiesDiffer},
		{"copies differ, Form 2", Mode2Form2, func(s *[Size]byte) { s[20] = 1; Finish(s, checkAt, Mode2Form2) }, Mode2Form2, SubheaderCopiesDiffer},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := finished(c.made)
			c.damage(s)
			before := *s
			mode, problem := Check(s, checkAt)
			require.Equal(t, c.problem, problem, "is %v", problem)
			require.Equal(t, c.mode, mode)
			require.Equal(t, before, *s, "Check must not write")
		})
	}
}

func TestFinishKeepsUserData(t *testing.T) {
	for _, m := range []Mode{Mode1, Mode2, Mode2Form1, Mode2Form2} {
		s := noise(uint64(m))
		before := *s
		Finish(s, checkAt, m)
		end := UserOffset(m) + UserSize(m)
		require.Equal(t, before[16:end], s[16:end], m.String())
	}
}

func TestProblemString(t *testing.T) {
	require.Equal(t, "none", Problem(0).String())
	require.Equal(t, "no sync", NoSync.String())
	require.Equal(t, "wrong EDC, reserved bytes not zero", (WrongEDC | NotZero).String())
	require.Len(t, problemNames, 7)
}

func FuzzCheck(f *testing.F) {
	for m := Mode0; m <= Mode2Form2; m++ {
		f.Add(finished(m)[:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s [Size]byte
		copy(s[:], b)
		m, problem := Check(&s, checkAt)
		if problem != 0 {
			return
		}
		// What is right is what Finish makes, but for a missing EDC.
		made := s
		Finish(&made, checkAt, m)
		if m == Mode2Form2 && [4]byte(s[2348:]) == [4]byte{} {
			clear(made[2348:])
		}
		require.Equal(t, made, s)
	})
}
