package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/formats"
)

// head is what is remembered of a head between two looks. It belongs to the
// look that has Drive.scan.
type head struct {
	path   string   // below queue/
	alone  bool     // the only head of its folder
	with   []string // names of other heads of the same disc
	unsure bool     // formats.Head.Unsure
	tracks []string // formats.Head.Tracks

	parsed   stamp // of the head that sheet and err come from
	sheet    image.Sheet
	parseErr error

	tried    string // stamps of all files of the last try to open the image
	imageErr error
	ragged   error // a warning of that image that a file may be cut off, or nil

	state State // as of the last look
	since time.Time

	members []member // as of the last look, head first
}

// stamp is a version of a file's data.
type stamp struct {
	id       ID
	size     uint64
	modified int64
}

// member is a file of a job.
type member struct {
	path string // below queue/
	stamp
}

func (h *head) name() string { return jobName(h.path, h.alone) }

// verdict is what one look says about a job.
type verdict struct {
	none    bool // it is no job
	state   State
	reason  string
	again   time.Duration // look again after it, if nothing happens before; 0: no need
	settled time.Time     // when the last file changed
	problem error         // the job has failed before its time
	image   *image.Image  // if asked for, and the job may start
}

// folderNames are the names in a folder of the queue.
type folderNames map[string]bool

// arriving says whether a file beside name tells that name is not whole.
func (n folderNames) arriving(name string) bool {
	for _, s := range partial {
		if n[name+s] {
			return true
		}
	}
	return false
}

// partial says whether any file is on its way under another name.
func (n folderNames) partial() bool {
	for name := range n {
		for _, s := range partial {
			if strings.HasSuffix(strings.ToLower(name), s) {
				return true
			}
		}
	}
	return false
}

// examine applies the rule of the package comment to one job. With open it
// gives the image of a job that may start; else it opens the image only if
// the files are not those of the last try, and closes it.
func (d *Drive) examine(h *head, names folderNames, now time.Time, open bool) verdict {
	info, err := d.dir.Stat(path.Join(Queue, h.path))
	if err != nil {
		return verdict{state: Needs, reason: "went away"} // and is gone at the next look
	}
	d.mu.Lock()
	forced, hold := d.forced[h.path], d.hold
	d.mu.Unlock()

	var v verdict
	h.members = h.members[:0]
	first := d.member(&v, h, h.path, &info, names, forced)
	// Also one that is still received: it may name a file that is a head.
	if h.parsed != first && info.Size > 0 {
		h.parse(d, first)
	}
	if h.unsure && (v.state != "" || info.Size == 0 || h.parseErr != nil || names.partial()) || d.isMember(h) {
		return verdict{none: true}
	}
	if v.state != "" {
		return v
	}
	if info.Size == 0 {
		return d.grace(v, now, &image.Problem{File: path.Base(h.path), Msg: "is empty", Err: image.ErrIncomplete})
	}
	settle := d.o.Settle
	if h.unsure {
		settle = max(settle, d.o.Grace)
	}
	wait := settle - now.Sub(v.settled)
	if h.parseErr != nil {
		if wait > 0 && !forced {
			return settling(v, wait)
		}
		return d.judge(v, now, h.parseErr)
	}
	if missing := d.resolveFiles(&v, h, names, forced); missing != "" {
		v.state, v.reason = Needs, "needs "+missing
		return v
	}
	if v.state != "" {
		return v
	}
	if wait = settle - now.Sub(v.settled); wait > 0 && !forced {
		v = settling(v, wait)
		if h.unsure {
			v.reason = "no sheet names it, " + v.reason
		}
		return v
	}
	for key, value := range settingsOf(h.sheet) {
		if key == "hold" {
			hold = value == "on"
		}
	}
	if err := d.try(h, &v, open && (forced || !hold)); err != nil {
		return d.judge(v, now, err)
	}
	if h.ragged != nil && !forced {
		if v.image != nil {
			err := v.image.Close()
			v.image = nil
			if err != nil {
				return d.judge(v, now, err)
			}
		}
		v.state = Incomplete
		v.reason = oneLine(h.ragged) + "; it may be cut off: copy it again, or start the job as it is"
		return v
	}
	v.state, v.reason = Ready, "ready"
	if hold && !forced {
		v.state, v.reason = Held, "held"
	}
	return v
}

func settingsOf(s image.Sheet) map[string]string {
	m := map[string]string{}
	for _, kv := range s.Settings() {
		m[kv[0]] = kv[1]
	}
	return m
}

func settling(v verdict, wait time.Duration) verdict {
	v.state = Settling
	v.reason = fmt.Sprintf("settling, %d s", int(math.Ceil(wait.Seconds())))
	v.again = min(wait, untilSecond(wait))
	return v
}

// untilSecond is how long it takes until wait shows another number of seconds.
func untilSecond(wait time.Duration) time.Duration {
	if rest := wait % time.Second; rest > 0 {
		return rest
	}
	return time.Second
}

// judge makes of an error either a wait or the end of the job.
func (d *Drive) judge(v verdict, now time.Time, err error) verdict {
	switch {
	case errors.Is(err, image.ErrMissing):
		v.state, v.reason = Needs, oneLine(err)
	case errors.Is(err, image.ErrIncomplete):
		return d.grace(v, now, err)
	default:
		v.problem = err
	}
	return v
}

// grace lets a job wait for bytes that may still come, for a time.
func (d *Drive) grace(v verdict, now time.Time, err error) verdict {
	wait := max(d.o.Grace, d.o.Settle) - now.Sub(v.settled)
	if wait <= 0 {
		v.problem = err
		return v
	}
	v.state, v.again = Incomplete, wait
	v.reason = oneLine(err)
	return v
}

// oneLine gives the first line of an error that may be several joined.
func oneLine(err error) string {
	line, more, _ := strings.Cut(err.Error(), "\n")
	if n := strings.Count(more, "\n") + 1; more != "" {
		line += fmt.Sprintf(" (and %d more)", n)
	}
	return line
}

// parse reads the head anew.
func (h *head) parse(d *Drive, now stamp) {
	h.parsed, h.sheet, h.parseErr, h.tried = now, nil, nil, ""
	if h.tracks != nil {
		h.sheet, h.parseErr = formats.Album(h.name(), h.tracks)
		return
	}
	f, err := d.dir.Open(path.Join(Queue, h.path), unix.O_RDONLY, 0)
	if err != nil {
		h.parseErr = err
		return
	}
	defer f.Close() // read only
	info, err := f.Stat()
	switch {
	case err != nil:
		h.parseErr = err
	case !info.Mode().IsRegular():
		h.parseErr = image.ErrNotRegular
	default:
		h.sheet, h.parseErr = formats.Parse(path.Base(h.path), io.NewSectionReader(f, 0, info.Size()))
	}
}

// member adds a file to the job and applies what concerns one file alone. It
// leaves v.state empty if nothing does.
func (d *Drive) member(v *verdict, h *head, p string, info *Info, names folderNames, forced bool) stamp {
	now := time.Now()
	base := path.Base(p)
	m := member{p, stamp{info.ID(), info.Size, info.modified()}}
	h.members = append(h.members, m)
	d.mu.Lock()
	f := *d.seen(info)
	d.mu.Unlock()
	if f.changed.After(v.settled) {
		v.settled = f.changed
	}
	switch {
	case v.state != "":
	case f.busy(now) || names.arriving(base):
		v.state, v.reason = Receiving, "receiving "+base+d.progress(p, &f)
		v.again = receivingAgain
	case forced:
	case f.cut:
		v.state, v.reason = Interrupted, "interrupted copy: "+base+", copy it again"
	default:
		if text := d.hole(p, &f); text != "" {
			v.state, v.reason = Incomplete, base+": "+text
		}
	}
	return m.stamp
}

// receivingAgain is how often it is told how far a file has come: writes pass
// us by.
const receivingAgain = time.Second

// resolveFiles finds the files that the sheet names, and those that belong to
// it if they are there. It gives those that are
// missing, in words, and leaves other errors to the image.
func (d *Drive) resolveFiles(v *verdict, h *head, names folderNames, forced bool) (missing string) {
	folder, err := d.folder(path.Dir(h.path))
	if err != nil {
		return ""
	}
	defer folder.Close() // a directory
	var lacks []string
	needed := h.sheet.Files()
	files := append(slices.Clone(needed), h.with...)
	if o, ok := h.sheet.(image.Optional); ok {
		files = append(files, o.OptionalFiles()...)
	}
	for i, name := range files {
		f, err := folder.Open(name)
		if errors.Is(err, image.ErrMissing) {
			if i < len(needed) {
				lacks = append(lacks, fmt.Sprintf("%q", lastPart(name)))
			}
			continue
		}
		if err != nil {
			continue
		}
		p := path.Join(path.Dir(h.path), f.Name())
		_ = f.Close() // read only
		info, err := d.dir.Stat(path.Join(Queue, p))
		if err != nil {
			continue
		}
		if !slices.ContainsFunc(h.members, func(m member) bool { return m.path == p }) {
			d.member(v, h, p, &info, names, forced)
		}
	}
	const shown = 3
	if n := len(lacks) - shown; n > 0 {
		lacks = append(lacks[:shown], fmt.Sprintf("%d more", n))
	}
	return strings.Join(lacks, ", ")
}

// isMember says whether the head is an image that is one file, and another
// head of its folder names it.
func (d *Drive) isMember(h *head) bool {
	return h.single() && d.sharedWith(h.path)[h.path]
}

// single says whether an image is one file alone.
func (h *head) single() bool {
	if h.sheet == nil {
		return false
	}
	files := h.sheet.Files()
	return len(files) == 1 && files[0] == path.Base(h.path)
}

func lastPart(name string) string { return name[strings.LastIndexAny(name, `/\`)+1:] }

// folder opens a folder of the queue for the names of a sheet.
func (d *Drive) folder(dir string) (*image.Dir, error) {
	f, err := d.dir.Open(path.Join(Queue, dir), unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()                   // OpenFolder has its own
	return image.OpenFolder(f.Name()) // a path in /proc that is this directory
}

// try opens the image unless these very files were tried before. With keep
// the verdict gets the image.
func (d *Drive) try(h *head, v *verdict, keep bool) error {
	var b strings.Builder
	for _, m := range h.members {
		fmt.Fprintf(&b, "%v ", m)
	}
	if key := b.String(); h.tried == key && (!keep || h.imageErr != nil) {
		return h.imageErr
	}
	img, err := d.open(h)
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, image.ErrMissing) {
		err = fmt.Errorf("%w: %w", image.ErrMissing, err) // went in between
	}
	h.tried, h.imageErr, h.ragged = b.String(), err, nil
	if err != nil {
		return err
	}
	for _, w := range img.Warnings {
		if errors.Is(w, image.ErrIncomplete) {
			h.ragged = w
			break
		}
	}
	if keep {
		v.image = img
		return nil
	}
	return img.Close()
}

func (d *Drive) open(h *head) (*image.Image, error) {
	folder, err := d.folder(path.Dir(h.path))
	if err != nil {
		return nil, err
	}
	defer folder.Close() // the files stay open
	return h.sheet.Image(folder)
}
