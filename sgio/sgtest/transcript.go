package sgtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// Transcript is what went over a Transport, command by command.
type Transcript []Command

// Command is one command and its end.
type Command struct {
	CDB       []byte
	Direction sgio.Direction
	Length    int  // of Cmd.Data, bytes
	Whole     bool // as in Cmd

	// Data is the reply, as far as it came, or what was sent. Of data to
	// the device above 256 bytes only the SHA-256 is kept, in Hash; a Log
	// does the same with long replies, the length of which is Hashed.
	Data   []byte
	Hash   []byte
	Hashed int

	Recovered *sgio.Sense // of a success
	Err       *sgio.Error // nil for success
	Took      time.Duration
	Began     time.Time // zero if it is not known
}

// keepWhole is the longest data to the device that stands in a transcript byte
// by byte: mode pages and cue sheets, but no blocks.
const keepWhole = 256

// sent fills Data or Hash with what goes to the device.
func (c *Command) sent(b []byte) {
	if len(b) <= keepWhole {
		c.Data = bytes.Clone(b)
		return
	}
	c.hash(b)
}

// came fills Data or Hash with a reply, of which limit bytes are kept whole.
func (c *Command) came(b []byte, limit int) {
	if len(b) <= limit {
		c.Data = bytes.Clone(b)
		return
	}
	c.hash(b)
	c.Hashed = len(b)
}

func (c *Command) hash(b []byte) {
	sum := sha256.Sum256(b)
	c.Hash = sum[:]
}

// moved is what Do returned beside the error.
func (c *Command) moved() int {
	switch {
	case c.Direction == sgio.FromDevice:
		return len(c.Data) + c.Hashed
	case c.Err == nil:
		return c.Length
	case c.Err.Err != nil && !errors.Is(c.Err, sgio.ErrShortTransfer):
		return 0
	}
	return max(c.Length-c.Err.Residue, 0)
}

// String gives the text form, a line for each command.
func (t Transcript) String() string {
	var b strings.Builder
	for _, c := range t {
		b.WriteString(c.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// clock is the form of the sixth column.
const clock = "2006-01-02T15:04:05.000000Z"

// String gives the line of the command, without a newline.
func (c Command) String() string {
	direction := "none"
	switch c.Direction {
	case sgio.ToDevice:
		direction = fmt.Sprintf("out %d", c.Length)
	case sgio.FromDevice:
		direction = fmt.Sprintf("in %d", c.Length)
		if c.Whole {
			direction = fmt.Sprintf("in whole %d", c.Length)
		}
	}
	data := fmt.Sprintf("% X", c.Data)
	if c.Hash != nil {
		data = "sha256 " + strings.ToUpper(hex.EncodeToString(c.Hash))
	}
	if c.Hashed > 0 {
		data += fmt.Sprintf(" of %d", c.Hashed)
	}
	result := "good"
	if c.Err != nil {
		result = strings.Join(errorWords(c.Err), " ")
	} else if c.Recovered != nil {
		result = strings.Join(append([]string{result}, senseWords(c.Recovered)...), " ")
	}
	columns := []string{fmt.Sprintf("% X", c.CDB), direction, data, result, c.Took.String()}
	if !c.Began.IsZero() {
		columns = append(columns, c.Began.UTC().Format(clock))
	}
	return strings.Join(columns, " | ")
}

// errorNames are the names that Err of an sgio.Error can match.
var errorNames = []struct {
	word string
	err  error
}{
	{"short", sgio.ErrShortTransfer}, {"gone", sgio.ErrGone}, {"busy", sgio.ErrBusy}, {"timeout", sgio.ErrTimeout},
}

func errorWords(e *sgio.Error) []string {
	var words []string
	if e.Err != nil {
		for _, n := range errorNames {
			if errors.Is(e.Err, n.err) {
				words = append(words, n.word)
				break
			}
		}
		var errno syscall.Errno
		if errors.As(e.Err, &errno) {
			words = append(words, fmt.Sprintf("errno=%d", uint(errno)))
		}
		if len(words) == 0 {
			words = append(words, "text="+quote(e.Err.Error()))
		}
	}
	words = append(words, fmt.Sprintf("status=%02X", e.Status))
	if e.Host != 0 {
		words = append(words, fmt.Sprintf("host=%d", e.Host))
	}
	if e.Driver != 0 {
		words = append(words, fmt.Sprintf("driver=%d", e.Driver))
	}
	if e.Sense != nil {
		words = append(words, senseWords(e.Sense)...)
	}
	if e.Residue != 0 {
		words = append(words, fmt.Sprintf("residue=%d", e.Residue))
	}
	return words
}

// quote keeps the bars of a text from looking like the ends of columns.
func quote(s string) string { return strings.ReplaceAll(strconv.Quote(s), "|", `\x7c`) }

func senseWords(s *sgio.Sense) []string {
	words := []string{fmt.Sprintf("sense=%X/%02X/%02X", s.Key, s.ASC, s.ASCQ)}
	if s.Deferred {
		words = append(words, "deferred")
	}
	if s.InformationValid {
		words = append(words, fmt.Sprintf("info=%d", s.Information))
	}
	if s.ProgressValid {
		words = append(words, fmt.Sprintf("progress=%d", s.Progress))
	}
	if s.Field >= 0 {
		words = append(words, fmt.Sprintf("field=%d", s.Field))
	}
	if s.FieldInCDB {
		words = append(words, "cdb")
	}
	return words
}
