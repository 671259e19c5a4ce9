package emu

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu/frame"
)

// Disc is one disc: the file NAME.rawcd and the medium in NAME.json beside
// it. What is recorded is only in the first: all that a drive knows of a disc
// it reads from there, so a disc whose burn was cut off is found as it is.
//
// A Disc may be used by several goroutines. It is in at most one drive.
type Disc struct {
	path   string
	medium Medium
	file   *os.File

	mu      sync.Mutex
	closed  bool
	start   addr.LBA // first recorded address
	next    addr.LBA // address after the last recorded one; start if blank
	tocs    tocs     // nil until they are read from the Lead-ins
	tail    frame.Q  // Q of the last frame, when hasTail
	hasTail bool
	writing bool // a session is open on it
	noted   findings
}

const discSuffix = ".rawcd"

func mediumPath(path string) string { return strings.TrimSuffix(path, discSuffix) + ".json" }

// CreateDisc makes a blank disc. The path ends in ".rawcd"; a file that is
// there already is an error (fs.ErrExist).
func CreateDisc(path string, m Medium) (*Disc, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(path, discSuffix) {
		return nil, fmt.Errorf("a disc file ends in %s: %s", discSuffix, path)
	}
	if _, err := os.Lstat(path); err == nil {
		return nil, &os.PathError{Op: "create disc", Path: path, Err: os.ErrExist}
	}
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return nil, err
	}
	// The medium comes first: a disc file is never without it.
	if err := os.WriteFile(mediumPath(path), append(text, '\n'), 0o644); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	d := &Disc{path: path, medium: m, file: f}
	d.start, d.next = m.leadInStart(), m.leadInStart()
	return d, nil
}

// OpenDisc opens a disc that CreateDisc made, whatever is recorded on it. A
// last frame of which only a part was written does not count.
func OpenDisc(path string) (*Disc, error) {
	text, err := os.ReadFile(mediumPath(path))
	if err != nil {
		return nil, fmt.Errorf("the medium of disc %s: %w", path, err)
	}
	d := &Disc{path: path}
	if err := json.Unmarshal(text, &d.medium); err != nil {
		return nil, fmt.Errorf("%s: %w", mediumPath(path), err)
	}
	if err := d.medium.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", mediumPath(path), err)
	}
	if d.file, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return nil, err
	}
	if err := d.extent(); err != nil {
		return nil, errors.Join(err, d.file.Close())
	}
	return d, nil
}

// extent finds what is recorded: from the first data of the file to its last
// whole frame.
func (d *Disc) extent() error {
	d.start = d.medium.leadInStart()
	d.next = d.start
	first, err := unix.Seek(int(d.file.Fd()), 0, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) {
		return nil // nothing but a hole
	}
	if err != nil {
		return &os.PathError{Op: "seek", Path: d.path, Err: err}
	}
	info, err := d.file.Stat()
	if err != nil {
		return err
	}
	frames := info.Size() / frame.Size
	if limit := int64(d.medium.end() - addr.StreamStart); frames > limit {
		return fmt.Errorf("%s holds %d frames, more than the %d of its medium", d.path, frames, limit)
	}
	// A file system tells data by its blocks, so the first frame may lie a
	// little after the first data.
	if lba := addr.StreamStart + addr.LBA((first+frame.Size-1)/frame.Size); lba < d.start {
		for ; lba < d.start; lba++ {
			var b [frame.Size]byte
			if _, err := d.file.ReadAt(b[:], offset(lba)); err != nil && err != io.EOF {
				return err
			}
			if b != [frame.Size]byte{} {
				d.start = lba
				break
			}
		}
	}
	if end := addr.StreamStart + addr.LBA(frames); end > d.start {
		d.next = end
	} else {
		d.start = d.medium.leadInStart()
		d.next = d.start
	}
	return nil
}

// offset is where a frame stands in the file.
func offset(lba addr.LBA) int64 { return int64(lba-addr.StreamStart) * frame.Size }

// Path gives the path of the disc's file.
func (d *Disc) Path() string { return d.path }

// Medium gives what the disc was made as.
func (d *Disc) Medium() Medium { return d.medium }

// Blank says whether nothing is recorded.
func (d *Disc) Blank() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.next == d.start
}

// Close closes the file. A second Close does nothing. A drive that has the
// disc in it answers with media errors from then on.
func (d *Disc) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	return d.file.Close()
}

// recorded gives the extent: the first address and the one after the last.
func (d *Disc) recorded() (start, next addr.LBA) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.start, d.next
}

// append writes whole frames behind the last one. After an error the frames
// that are whole in the file count and no others.
func (d *Disc) append(frames []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.file.WriteAt(frames, offset(d.next))
	d.next += addr.LBA(n / frame.Size)
	d.hasTail = false
	return err
}

// erase makes the disc blank.
func (d *Disc) erase() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	d.start, d.next = d.medium.leadInStart(), d.medium.leadInStart()
	d.tocs, d.hasTail, d.noted = nil, false, findings{}
	return nil
}

// read fills b with whole frames from lba on. What was never recorded is an
// error.
func (d *Disc) read(b []byte, lba addr.LBA) error {
	start, next := d.recorded()
	if lba < start || lba+addr.LBA(len(b)/frame.Size) > next {
		return errUnrecorded
	}
	_, err := d.file.ReadAt(b, offset(lba))
	return err
}

var errUnrecorded = errors.New("nothing is recorded there")

// q reads the Q frame at lba; false if there is none or its CRC is wrong.
func (d *Disc) q(lba addr.LBA) (frame.Q, bool) {
	start, next := d.recorded()
	if lba < start || lba >= next {
		return frame.Q{}, false
	}
	var sub [frame.SubSize]byte
	if _, err := d.file.ReadAt(sub[:], offset(lba)+frame.MainSize); err != nil {
		return frame.Q{}, false
	}
	q := frame.ReadQ(sub[:])
	return q, q.Valid()
}

// position reads the Q at lba, or of the nearest position frame within ten on
// either side when that one carries something else or is damaged, as a drive
// does. The times are those of the neighbour.
func (d *Disc) position(lba addr.LBA) (frame.Q, bool) {
	for i := range addr.LBA(11) {
		for _, l := range [...]addr.LBA{lba - i, lba + i} {
			if q, ok := d.q(l); ok && q.ADR() == 1 {
				return q, true
			}
		}
	}
	return frame.Q{}, false
}

// inLeadOut says whether the recording has reached the Lead-out.
func (d *Disc) inLeadOut() bool {
	d.mu.Lock()
	known, q, lba, blank := d.hasTail, d.tail, d.next-1, d.next == d.start
	d.mu.Unlock()
	if blank {
		return false
	}
	if !known {
		q, _ = d.position(lba)
		d.mu.Lock()
		if d.next-1 == lba {
			d.tail, d.hasTail = q, true
		}
		d.mu.Unlock()
	}
	return q.ADR() == 1 && q[1] == frame.LeadOut
}

// setWriting says that a session is open, or open no more.
func (d *Disc) setWriting(on bool) {
	d.mu.Lock()
	d.writing = on
	d.tocs = nil
	if on && d.next == d.start {
		d.noted = findings{} // of a test write before
	}
	d.mu.Unlock()
}

// state is what a drive finds on a disc after its lens has seen it.
type state uint8

const (
	stateBlank      state = iota
	stateIncomplete       // the last session was cut off before the Lead-out, or has no TOC
	stateAppendable       // another session may follow
	stateComplete
)

func (d *Disc) state() (state, error) {
	if d.Blank() {
		return stateBlank, nil
	}
	s, err := d.contents()
	if err != nil {
		return stateIncomplete, err
	}
	if t := s.newest(); !t.whole() || !t.closed {
		return stateIncomplete, nil
	}
	_, open, err := d.place()
	if err != nil || !open {
		return stateComplete, err
	}
	return stateAppendable, nil
}
