package spool

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// event is what a record announces.
type event string

const (
	burning event = "burning"
	done    event = "done"
	failed  event = "failed"
	moved   event = "moved"
	cut     event = "cut"
	writing event = "writing"
	closed  event = "closed"
)

// record is a line of the journal.
type record struct {
	Time  time.Time         `json:"time"`
	Event event             `json:"event"`
	Job   string            `json:"job,omitempty"`   // path of the head below queue/
	Copy  int               `json:"copy,omitempty"`  // burning
	Files []string          `json:"files,omitempty"` // burning: head first, paths below queue/
	To    string            `json:"to,omitempty"`    // done, failed: the job's folder
	Moves []move            `json:"moves,omitempty"` // done, failed: renames in order
	Notes map[string]string `json:"notes,omitempty"` // done, failed: files to put into To
	Cut   *cutMark          `json:"cut,omitempty"`   // cut; of writing and closed its ID
}

// move is a rename; both paths are below the drive's directory.
type move struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// cutMark is a file as it was when its writer was killed. A file that has
// another size or time by now was written again.
type cutMark struct {
	ID
	Size     uint64 `json:"size"`
	Modified int64  `json:"modified"`
}

// maxJournal is the size from which a journal is put aside at the start.
const maxJournal = 4 << 20

// maxRecord bounds a line: a job has at most some hundred files.
const maxRecord = 1 << 20

// journal is the append-only file of records.
type journal struct {
	mu   sync.Mutex
	f    *os.File
	size int64 // all of it whole records
}

// openJournal opens the journal of a drive and reads what is in it. Lines that
// can't be read are given back as text; a torn last line is cut off.
func openJournal(d *Dir) (j *journal, records []record, bad []string, err error) {
	f, err := d.Open("journal", unix.O_RDWR|unix.O_CREAT|unix.O_APPEND, 0o644)
	if err != nil {
		return nil, nil, nil, err
	}
	j = &journal{f: f}
	records, bad, whole, err := readJournal(f)
	if err == nil {
		j.size = whole
		err = f.Truncate(whole)
	}
	if err == nil {
		err = d.Sync(".")
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, f.Close())
	}
	return j, records, bad, nil
}

// readJournal reads records. Whole is the length up to the end of the last
// line that has one.
func readJournal(r io.Reader) (records []record, bad []string, whole int64, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, n, err := readLine(in)
		if err == io.EOF {
			return records, bad, whole, nil
		}
		if err != nil {
			return nil, nil, 0, err
		}
		whole += n
		var rec record
		if err := json.Unmarshal(line, &rec); err != nil {
			bad = append(bad, fmt.Sprintf("a line of the journal can't be read: %v: %.80q", err, line))
			continue
		}
		records = append(records, rec)
	}
}

// readLine gives a line and how many bytes it took; what is after maxRecord is
// dropped. A last line without an end is io.EOF.
func readLine(in *bufio.Reader) (line []byte, n int64, err error) {
	for {
		part, err := in.ReadSlice('\n')
		n += int64(len(part))
		if len(line) < maxRecord {
			line = append(line, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		return bytes.TrimSuffix(line, []byte("\n")), n, err
	}
}

// add makes a record durable.
func (j *journal) add(r record) error {
	if err := j.note(r); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.f.Sync(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// note adds a record that outlives the daemon but not the machine.
func (j *journal) note(r record) error {
	r.Time = time.Now().UTC()
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	n, err := j.f.Write(append(line, '\n'))
	if err != nil {
		// What was written of the line must not spoil the next.
		return fmt.Errorf("journal: %w", errors.Join(err, j.f.Truncate(j.size)))
	}
	j.size += int64(n)
	return nil
}

func (j *journal) close() error { return j.f.Close() }

// rotate puts a long journal aside as journal.old and begins a new one with
// the records that still matter.
func (j *journal) rotate(d *Dir, keep []record) error {
	if j.size < maxJournal {
		return nil
	}
	var b bytes.Buffer
	for _, r := range keep {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		b.Write(append(line, '\n'))
	}
	if err := d.WriteFile("journal.old", b.Bytes()); err != nil {
		return err
	}
	if err := d.Rename("journal", "journal.old", unix.RENAME_EXCHANGE); err != nil {
		return err
	}
	f, err := d.Open("journal", unix.O_RDWR|unix.O_APPEND, 0)
	if err != nil {
		return err
	}
	old := j.f
	j.f, j.size = f, int64(b.Len())
	return errors.Join(old.Close(), d.Sync("."))
}
