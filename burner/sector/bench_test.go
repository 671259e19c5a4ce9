package sector

import (
	"testing"

	"github.com/burnfs/burnfs/mmc/addr"
)

func BenchmarkSector(b *testing.B) {
	s := counted(Mode1)
	at := addr.LBA(16).MSF()
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(Size)
			for b.Loop() {
				f()
			}
		})
	}
	run("EDC", func() { putEDC(s, Mode1) })
	run("P", func() { putP(s) })
	run("Q", func() { putQ(s) })
	run("Scramble", func() { Scramble(s) })
	run("Mode1", func() { Finish(s, at, Mode1); Scramble(s) })
	run("Form1", func() { Finish(s, at, Mode2Form1); Scramble(s) })
	run("Form2", func() { Finish(s, at, Mode2Form2); Scramble(s) })
	Finish(s, at, Mode1)
	run("Check", func() { Check(s, at) })
}
