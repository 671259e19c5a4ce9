package sgtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/burnfs/burnfs/sgio"
)

// Limits of a Log.
const (
	maxReply = 8 << 10   // above it a reply is kept as its hash: pages and tables are less, sectors more
	maxLog   = 256 << 20 // bytes of a file: hundreds of discs, or some weeks of looking at an idle drive
	maxQueue = 4 << 20   // bytes that wait to be written: the WRITEs of a whole disc
)

// Log writes the transcript of one drive as text, whatever handles of the
// drive are opened one after the other or side by side.
type Log struct {
	out     io.WriteCloser
	trouble func(error)
	told    sync.Once
	ended   sync.WaitGroup
	limit   int64
	failed  error // the writer's

	mu     sync.Mutex
	more   sync.Cond // there are lines, or no more will come
	lines  []fmt.Stringer
	size   int // of lines, about, in bytes
	lost   int // lines since those
	closed bool
}

// NewLog writes to out until Close, which closes it. Trouble is called once,
// with the first reason why the transcript is not whole.
func NewLog(out io.WriteCloser, trouble func(error)) *Log { return newLog(out, trouble, maxLog) }

func newLog(out io.WriteCloser, trouble func(error), limit int64) *Log {
	l := &Log{out: out, trouble: trouble, limit: limit}
	l.more.L = &l.mu
	l.ended.Go(l.write)
	return l
}

// Record writes down what goes over t. Closing the Transport closes t and not
// the Log.
func (l *Log) Record(t sgio.Transport) sgio.Transport {
	return &recorder{t, maxReply, func(c Command) { l.add(c, lineSize+len(c.Data)) }}
}

// Remark adds a line that is no command, with the time.
func (l *Log) Remark(text string) {
	text = strings.Join(strings.Fields(text), " ")
	l.add(remark(fmt.Sprintf("# %s %s", time.Now().UTC().Format(clock), text)), lineSize+len(text))
}

type remark string

func (r remark) String() string { return string(r) }

// lineSize is about what a line takes in memory beside its data.
const lineSize = 256

// add never waits: a burn does not stand still for a slow disk.
func (l *Log) add(line fmt.Stringer, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
	case l.size+size > maxQueue:
		l.lost++
	default:
		l.lines = append(l.lines, line)
		l.size += size
		l.more.Signal()
	}
}

// take waits for lines and gives them, and how many were lost after them. There
// are none when no more will come.
func (l *Log) take() (lines []fmt.Stringer, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.lines) == 0 && !l.closed {
		l.more.Wait()
	}
	lines, lost = l.lines, l.lost
	l.lines, l.size, l.lost = nil, 0, 0
	return lines, lost
}

// write writes the lines, and flushes whenever it has written all of them.
func (l *Log) write() {
	w := bufio.NewWriterSize(l.out, 64<<10)
	size := int64(0)
	put := func(line string) {
		if l.failed != nil {
			return
		}
		if size += int64(len(line)) + 1; size > l.limit {
			line = fmt.Sprintf("# The transcript ends here: it has reached %d MiB.", l.limit>>20)
			l.failed = errors.New(line[2:])
		}
		if _, err := w.WriteString(line + "\n"); err != nil {
			l.failed = err
		}
	}
	flush := func() {
		if err := w.Flush(); err != nil && l.failed == nil {
			l.failed = err
		}
		if l.failed != nil {
			l.tell(l.failed)
		}
	}
	for {
		lines, lost := l.take()
		for _, line := range lines {
			put(line.String())
		}
		if lost > 0 {
			put(fmt.Sprintf("# %d commands are missing here: the file was written too slowly.", lost))
			l.tell(fmt.Errorf("%d commands are missing: the file was written too slowly", lost))
		}
		flush()
		if len(lines) == 0 {
			return
		}
	}
}

func (l *Log) tell(err error) { l.told.Do(func() { l.trouble(err) }) }

// Close writes what is left and closes the file. Its error is the reason why
// the end of the transcript is missing, whether or not it was told.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.more.Signal()
	l.mu.Unlock()
	l.ended.Wait()
	if err := l.out.Close(); err != nil && l.failed == nil {
		l.failed = err
		l.tell(err)
	}
	return l.failed
}
