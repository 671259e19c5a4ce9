package emu

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// Faults is a plan of what goes wrong, as ParseFaults reads it. The zero value
// is a drive without faults. A plan may be given to several drives; each
// counts by itself.
type Faults struct{ rules []faultRule }

// faultRule is one line of a plan.
type faultRule struct {
	text    string
	opcode  int // -1: any
	first   int // counted from 1
	last    int // 0: no end
	every   int // of those from first to last, each so many-th; 1: all
	outcome outcome
}

// outcome is what goes wrong with one command.
type outcome struct {
	sense   *sgio.Sense
	residue int
	host    uint16
	delay   time.Duration
	vanish  bool
	short   int // -1: not
	garbage bool
}

var noOutcome = outcome{short: -1}

// ParseFaults reads a fault plan. Its grammar is in the package comment.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		r, err := parseRule(line)
		if err != nil {
			return Faults{}, fmt.Errorf("fault %q: %w", line, err)
		}
		f.rules = append(f.rules, r)
	}
	return f, nil
}

// String gives the plan back.
func (f Faults) String() string {
	var lines []string
	for _, r := range f.rules {
		lines = append(lines, r.text)
	}
	return strings.Join(lines, "; ")
}

func parseRule(line string) (faultRule, error) {
	r := faultRule{text: line, opcode: -1, first: 1, every: 1, outcome: noOutcome}
	target, actions, ok := strings.Cut(line, "=")
	if !ok {
		return r, fmt.Errorf("no '=' between command and outcome")
	}
	target = strings.TrimSpace(target)
	if name, step, ok := strings.Cut(target, "%"); ok {
		n, err := count(step)
		if err != nil {
			return r, err
		}
		r.every, target = n, name
	}
	name, which, numbered := strings.Cut(target, "#")
	if numbered {
		if err := r.which(which); err != nil {
			return r, err
		}
	}
	if err := r.command(strings.TrimSpace(name)); err != nil {
		return r, err
	}
	for _, a := range strings.Split(actions, ",") {
		if err := r.outcome.parse(strings.Fields(a)); err != nil {
			return r, err
		}
	}
	return r, nil
}

// which reads N, N+ or N-M.
func (r *faultRule) which(s string) (err error) {
	first, last, ranged := strings.Cut(s, "-")
	switch {
	case ranged:
		if r.last, err = count(last); err != nil {
			return err
		}
	case strings.HasSuffix(strings.TrimSpace(s), "+"):
		first = strings.TrimSuffix(strings.TrimSpace(s), "+")
	default:
		if r.last, err = count(first); err != nil {
			return err
		}
	}
	if r.first, err = count(first); err != nil {
		return err
	}
	if r.last != 0 && r.last < r.first {
		return fmt.Errorf("%d comes before %d", r.last, r.first)
	}
	return nil
}

func count(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is no number from 1 up", s)
	}
	return n, nil
}

func (r *faultRule) command(name string) error {
	if name == "any" {
		return nil
	}
	for op, c := range commands {
		if c.name == name {
			r.opcode = int(op)
			return nil
		}
	}
	if op, err := strconv.ParseUint(strings.TrimSuffix(name, "h"), 16, 8); err == nil && strings.HasSuffix(name, "h") {
		r.opcode = int(op)
		return nil
	}
	return fmt.Errorf("no command is named %q", name)
}

// parse reads one outcome, as words.
func (o *outcome) parse(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("no outcome")
	}
	number := func(limit uint64) (int, error) {
		if len(words) != 2 {
			return 0, fmt.Errorf("%q wants one number", words[0])
		}
		n, err := strconv.ParseUint(words[1], 0, 31)
		if err != nil || n > limit {
			return 0, fmt.Errorf("%q is no number up to %d", words[1], limit)
		}
		return int(n), nil
	}
	var err error
	switch words[0] {
	case "residue":
		o.residue, err = number(1 << 30)
	case "short":
		o.short, err = number(1 << 30)
	case "host":
		var n int
		if n, err = number(0xFFFF); err == nil && n == 0 {
			err = fmt.Errorf("host status 0 is no fault")
		}
		o.host = uint16(n)
	case "delay":
		if len(words) != 2 {
			return fmt.Errorf("delay wants a time, as 2s or 40ms")
		}
		if o.delay, err = time.ParseDuration(words[1]); err == nil && (o.delay <= 0 || o.delay > 24*time.Hour) {
			err = fmt.Errorf("delay %s is not between 0 and a day", words[1])
		}
	case "vanish", "garbage":
		if len(words) != 1 {
			return fmt.Errorf("%s wants nothing behind it", words[0])
		}
		o.vanish = o.vanish || words[0] == "vanish"
		o.garbage = o.garbage || words[0] == "garbage"
	case "sense":
		if len(words) != 2 {
			return fmt.Errorf("sense wants K/ASC/ASCQ")
		}
		o.sense, err = parseSense(words[1])
	default:
		if len(words) != 1 {
			return fmt.Errorf("no outcome is named %q", words[0])
		}
		o.sense, err = parseSense(words[0])
	}
	return err
}

// parseSense reads K/ASC/ASCQ, hexadecimal.
func parseSense(s string) (*sgio.Sense, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%q is neither an outcome nor a sense as 3/0C/00", s)
	}
	var v [3]uint8
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 16, 8)
		if err != nil || i == 0 && n > 0x0F {
			return nil, fmt.Errorf("%q is no sense as 3/0C/00", s)
		}
		v[i] = uint8(n)
	}
	return check(sgio.Code{Key: v[0], ASC: v[1], ASCQ: v[2]}), nil
}

// faultState is a plan being carried out.
type faultState struct {
	rules []faultRule
	seen  []int // commands that each rule's name has fitted
}

func (f Faults) start() faultState {
	return faultState{f.rules, make([]int, len(f.rules))}
}

// next counts a command and gives what happens to it; of several rules that
// fit, each adds its outcome and the first sense counts.
func (s *faultState) next(op byte) outcome {
	o := noOutcome
	for i, r := range s.rules {
		if r.opcode >= 0 && r.opcode != int(op) {
			continue
		}
		s.seen[i]++
		n := s.seen[i]
		if n < r.first || r.last != 0 && n > r.last || (n-r.first+1)%r.every != 0 {
			continue
		}
		o.merge(r.outcome)
	}
	return o
}

func (o *outcome) merge(p outcome) {
	if o.sense == nil && p.sense != nil {
		s := *p.sense
		o.sense = &s
	}
	o.residue += p.residue
	if o.host == 0 {
		o.host = p.host
	}
	o.delay += p.delay
	o.vanish = o.vanish || p.vanish
	o.garbage = o.garbage || p.garbage
	if o.short < 0 {
		o.short = p.short
	}
}

// spoil makes a reply short or senseless.
func (o outcome) spoil(c *sgio.Cmd, r *reply) {
	if c.Direction != sgio.FromDevice {
		return
	}
	if o.short >= 0 {
		r.moved = min(r.moved, o.short)
		clear(c.Data[r.moved:])
	}
	if o.garbage {
		for i := range c.Data[:r.moved] {
			c.Data[i] = byte(0xA5 + 89*i)
		}
	}
}
