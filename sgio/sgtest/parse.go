package sgtest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// Parse reads the text form of a transcript, as the package comment has it. An
// error names the line, counted from 1.
func Parse(text string) (Transcript, error) {
	var t Transcript
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		t = append(t, c)
	}
	return t, nil
}

func parseLine(line string) (Command, error) {
	var c Command
	columns := strings.Split(line, "|")
	if len(columns) != 5 && len(columns) != 6 {
		return c, fmt.Errorf("%d columns, not 5 or 6", len(columns))
	}
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	var err error
	if c.CDB, err = parseBytes(columns[0]); err != nil {
		return c, fmt.Errorf("CDB: %w", err)
	}
	if len(c.CDB) < 6 || len(c.CDB) > 16 {
		return c, fmt.Errorf("a CDB of %d bytes, not 6 to 16", len(c.CDB))
	}
	if err = c.parseDirection(columns[1]); err != nil {
		return c, err
	}
	if err = c.parseData(columns[2]); err != nil {
		return c, err
	}
	if err = c.parseResult(columns[3]); err != nil {
		return c, err
	}
	if c.Took, err = time.ParseDuration(columns[4]); err != nil {
		return c, fmt.Errorf("duration: %w", err)
	}
	if len(columns) == 6 {
		if c.Began, err = time.Parse(clock, columns[5]); err != nil {
			return c, fmt.Errorf("time: %w", err)
		}
	}
	return c, nil
}

func parseBytes(s string) ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	return hex.DecodeString(strings.Join(strings.Fields(s), ""))
}

func (c *Command) parseDirection(s string) error {
	if s == "none" {
		return nil
	}
	var length string
	var ok bool
	if length, ok = strings.CutPrefix(s, "out "); ok {
		c.Direction = sgio.ToDevice
	} else if length, ok = strings.CutPrefix(s, "in whole "); ok {
		c.Direction, c.Whole = sgio.FromDevice, true
	} else if length, ok = strings.CutPrefix(s, "in "); ok {
		c.Direction = sgio.FromDevice
	} else {
		return fmt.Errorf("no direction: %q", s)
	}
	n, err := parseNumber(length, 31)
	c.Length = int(n)
	return err
}

func parseNumber(s string, bits int) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, bits)
	if err != nil {
		return 0, fmt.Errorf("no number: %q", s)
	}
	return n, nil
}

func (c *Command) parseData(s string) error {
	sum, hashed := strings.CutPrefix(s, "sha256 ")
	if hashed {
		s = sum
		if sum, length, ok := strings.Cut(sum, " of "); ok {
			s = sum
			n, err := parseNumber(length, 31)
			if err != nil {
				return err
			}
			c.Hashed = int(n)
		}
	}
	b, err := parseBytes(s)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	switch {
	case hashed:
		sent := c.Direction == sgio.ToDevice && c.Length > keepWhole && c.Hashed == 0
		came := c.Direction == sgio.FromDevice && c.Hashed > 0 && c.Hashed <= c.Length
		if len(b) != 32 || !sent && !came {
			return errors.New("a SHA-256 out of place")
		}
		c.Hash = b
		return nil
	case len(b) > c.Length:
		return fmt.Errorf("%d bytes of data in room for %d", len(b), c.Length)
	case c.Direction == sgio.ToDevice && (len(b) != c.Length || c.Length > keepWhole):
		return fmt.Errorf("%d bytes of data for %d", len(b), c.Length)
	}
	c.Data = b
	return nil
}

// parseResult reads the fourth column.
func (c *Command) parseResult(s string) error {
	r := result{sense: sgio.Sense{Field: -1}}
	for s != "" {
		word, rest, err := cutWord(s)
		if err != nil {
			return err
		}
		if err := r.take(word); err != nil {
			return fmt.Errorf("result: %w", err)
		}
		s = rest
	}
	if r.good == r.failed {
		return errors.New("a result is good or has a status")
	}
	var sense *sgio.Sense
	if r.hasSense {
		sense = &r.sense
	} else if r.sense != (sgio.Sense{Field: -1}) {
		return errors.New("parts of sense data without sense=")
	}
	if r.good {
		c.Recovered = sense
		return nil
	}
	r.err.Opcode, r.err.Sense = c.CDB[0], sense
	switch {
	case r.name != nil && r.errno != 0:
		r.err.Err = fmt.Errorf("%w: %w", r.name, r.errno)
	case r.name != nil:
		r.err.Err = r.name
	case r.errno != 0:
		r.err.Err = r.errno
	case r.text != "":
		r.err.Err = errors.New(r.text)
	}
	c.Err = &r.err
	return nil
}

// cutWord takes the first word, which may be a quoted text with blanks.
func cutWord(s string) (word, rest string, err error) {
	if quoted, ok := strings.CutPrefix(s, "text="); ok {
		q, err := strconv.QuotedPrefix(quoted)
		if err != nil {
			return "", "", errors.New("a text without its quotes")
		}
		return "text=" + q, strings.TrimSpace(quoted[len(q):]), nil
	}
	word, rest, _ = strings.Cut(s, " ")
	return word, strings.TrimSpace(rest), nil
}

// result gathers the words of the fourth column.
type result struct {
	good, failed bool
	name         error
	errno        syscall.Errno
	text         string
	err          sgio.Error
	sense        sgio.Sense
	hasSense     bool
}

func (r *result) take(word string) error {
	for _, n := range errorNames {
		if word == n.word {
			r.name = n.err
			return nil
		}
	}
	key, value, _ := strings.Cut(word, "=")
	switch key {
	case "good":
		r.good = true
		return nil
	case "deferred":
		r.sense.Deferred = true
		return nil
	case "cdb":
		r.sense.FieldInCDB = true
		return nil
	case "text":
		text, err := strconv.Unquote(value)
		r.text = text
		return err
	case "sense":
		r.hasSense = true
		return parseCode(value, &r.sense.Code)
	case "status":
		n, err := strconv.ParseUint(value, 16, 8)
		r.failed, r.err.Status = true, uint8(n)
		return err
	case "info":
		n, err := parseNumber(value, 64)
		r.sense.Information, r.sense.InformationValid = n, true
		return err
	}
	number, ok := map[string]struct {
		bits int
		set  func(uint64)
	}{
		"errno":    {12, func(n uint64) { r.errno = syscall.Errno(n) }},
		"host":     {16, func(n uint64) { r.err.Host = uint16(n) }},
		"driver":   {16, func(n uint64) { r.err.Driver = uint16(n) }},
		"residue":  {31, func(n uint64) { r.err.Residue = int(n) }},
		"progress": {16, func(n uint64) { r.sense.Progress, r.sense.ProgressValid = uint16(n), true }},
		"field":    {16, func(n uint64) { r.sense.Field = int(n) }},
	}[key]
	if !ok {
		return fmt.Errorf("%q has no meaning here", word)
	}
	n, err := parseNumber(value, number.bits)
	if err == nil {
		number.set(n)
	}
	return err
}

// parseCode reads K/AA/QQ.
func parseCode(s string, c *sgio.Code) error {
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return fmt.Errorf("no sense code: %q", s)
	}
	for i, field := range []*uint8{&c.Key, &c.ASC, &c.ASCQ} {
		n, err := strconv.ParseUint(parts[i], 16, 8)
		if err != nil || i == 0 && n > 0xF {
			return fmt.Errorf("no sense code: %q", s)
		}
		*field = uint8(n)
	}
	return nil
}
