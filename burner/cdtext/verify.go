package cdtext

import "fmt"

// Verify tells, one finding in a line, what a reader of these packs would
// stumble on: CRCs, sequence numbers, order of blocks, size information that is
// missing or does not agree with the packs, more than 256 packs in a block. It
// does not read the texts. No packs have no findings.
func Verify(packs []byte) (findings []string) {
	say := func(format string, a ...any) { findings = append(findings, fmt.Sprintf(format, a...)) }
	all, left := split(packs)
	if left > 0 {
		say("%d bytes after the last whole pack of %d", left, PackBytes)
	}
	var blocks [maxBlocks][]pack
	var damaged, unknown, misplaced []int
	before := 0
	for i := range all {
		p := &all[i]
		if !p.whole() {
			damaged = append(damaged, i)
		}
		if !p.known() {
			unknown = append(unknown, i)
			continue
		}
		if p.block() < before {
			misplaced = append(misplaced, i)
		}
		before = p.block()
		blocks[p.block()] = append(blocks[p.block()], *p)
	}
	switch {
	case withoutCRC(all):
		say("the packs have no CRC")
	case len(damaged) > 0:
		say("%s a wrong CRC", listed(damaged))
	}
	if len(unknown) > 0 {
		say("%s no type of CD-TEXT", listed(unknown))
	}
	if len(misplaced) > 0 {
		say("%s a place after a later block", listed(misplaced))
	}
	for n, b := range blocks {
		if len(b) == 0 {
			continue
		}
		for _, finding := range verifyBlock(n, b, &blocks) {
			say("block %d: %s", n, finding)
		}
	}
	return findings
}

func verifyBlock(n int, b []pack, blocks *[maxBlocks][]pack) (findings []string) {
	say := func(format string, a ...any) { findings = append(findings, fmt.Sprintf(format, a...)) }
	if len(b) > maxBlockPacks {
		say("there are %d packs, more than %d", len(b), maxBlockPacks)
	}
	var count [16]int
	var late packType // the highest so far
	broken, unordered := -1, false
	for i := range b {
		t := b[i].kind()
		count[t-title]++
		if broken < 0 && b[i].sequence() != i%maxBlockPacks {
			broken = i
		}
		unordered = unordered || t < late
		late = max(late, t)
	}
	if broken >= 0 {
		say("sequence number %d stands where %d should", b[broken].sequence(), broken%maxBlockPacks)
	}
	if unordered {
		say("the packs are not in order of their types")
	}
	s, ok := findSize(b)
	if !ok {
		say("the size information is not whole")
		return findings
	}
	if !s.charset.known() {
		say("%v is not known", s.charset)
	}
	if !s.tracksValid() {
		say("the size information tells tracks %d to %d", s.first, s.last)
	}
	for i, told := range s.packs {
		if int(told) != count[i] {
			say("there are %d packs of type %02Xh, the size information tells %d", count[i], i+int(title), told)
		}
	}
	for other, packs := range blocks {
		if last := max(len(packs)-1, 0); int(s.lastSequence[other]) != last {
			say("the last sequence number of block %d is %d, the size information tells %d", other, last, s.lastSequence[other])
		}
	}
	return findings
}
