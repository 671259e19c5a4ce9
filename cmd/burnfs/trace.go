package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/burnfs/burnfs/sgio"
	"github.com/burnfs/burnfs/sgio/sgtest"
)

// traceText is what --trace does; of mount and of burn.
const traceText = "write every command, its reply and its time to `file`, for a report about a drive"

// trace is --trace: what goes to a drive, written down. A trace of several
// drives is a file for each: every one of them can then be played alone.
type trace struct {
	path string // of the file, or of which the files of drives are made; "" is no trace
	each bool   // a file for each drive
	tell func(line string)

	mu   sync.Mutex
	logs map[string]*sgtest.Log // by the drive's name; they outlast a re-plug
}

// of gives the file of a drive: album.txt becomes album-sr0.txt.
func (t *trace) of(drive string) string {
	if !t.each {
		return t.path
	}
	ending := filepath.Ext(t.path)
	return strings.TrimSuffix(t.path, ending) + "-" + drive + ending
}

// attach writes down what goes to a drive from now on. What was in the file is
// lost.
func (t *trace) attach(d *drive) error {
	if t == nil || t.path == "" {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	log := t.logs[d.name]
	if log == nil {
		path := t.of(d.name)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return fmt.Errorf("--trace: %w", err)
		}
		log = sgtest.NewLog(f, func(err error) { t.tell(fmt.Sprintf("the trace %s is not whole: %v", path, err)) })
		if t.logs == nil {
			t.logs = map[string]*sgtest.Log{}
		}
		t.logs[d.name] = log
	}
	open, last := d.open, ""
	d.open = func(exclusive bool) (sgio.Transport, error) {
		how := map[bool]string{true: "opened for a burn", false: "opened"}[exclusive]
		transport, err := open(exclusive)
		if err != nil {
			// A Recorder tries each second.
			if text := err.Error(); text != last {
				last = text
				log.Remark(text)
			}
			return nil, err
		}
		last = ""
		log.Remark(fmt.Sprintf("%s: %s", d, how))
		return log.Record(transport), nil
	}
	return nil
}

// close writes what is left. What went wrong was told.
func (t *trace) close() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, log := range t.logs {
		_ = log.Close() // told when it happened
	}
}
