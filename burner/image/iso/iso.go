// Package iso reads images that are one data track and nothing else: the
// sectors of a volume one after the other, with no file that tells what they
// are. The end of the name is .iso, .img or .bin; what the file is, its bytes
// say.
//
// # Sectors of 2048 bytes
//
// A volume begins with 16 sectors that are the system's. From sector 16 on
// stand the volume descriptors, one in each sector, whose bytes 1 to 5 are
// (ECMA-119, section 8; ECMA-167, part 2, section 9):
//
//	CD001          ISO 9660
//	BEA01, NSR02,  UDF
//	NSR03
//
// or whose bytes 9 to 13 are CDROM, in High Sierra. Such a file becomes one
// track of Mode 1. A file without a volume is refused, for it is more often
// something else than a disc: a cue sheet with a TRACK of MODE1/2048 burns it.
//
// A primary volume descriptor of ISO 9660 tells the number of blocks of the
// volume (bytes 80 to 83) and their size (bytes 128 and 129), both with the
// lowest byte first. A file that is shorter is not whole.
//
// # Sectors of 2352 bytes
//
// The file begins with the sync pattern (ECMA-130, section 14) and is whole
// sectors of one mode, as their headers say, which are burned as they are. The
// first sector, the last and some between are looked at: where one has no sync
// or another mode, there are several tracks, which only a sheet can tell apart.
// Sectors of Mode 2 make a disc of XA or, if the volume is of CD-I, of CD-I.
//
// # Sizes
//
// A size that is no multiple of the sectors' is an error that matches
// image.ErrIncomplete: the file is cut off, or still grows.
package iso

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
)

// Sizes of a sector in a file, in bytes.
const (
	userBytes = 2048
	rawBytes  = 2352
)

// Descriptors of a volume.
const (
	firstDescriptor = 16 // sector
	descriptors     = 16 // sectors that are searched
	modeAt          = 15 // of a raw sector
	formOneAt       = 24 // user data in a raw sector of Mode 2
)

// looks is how many raw sectors are looked at.
const looks = 32

// maxFrames is more than any disc holds: 100 minutes.
const maxFrames = 450_000

var sync = []byte{0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0}

// Sheet is such an image.
type Sheet struct{ name string }

var _ image.Sheet = (*Sheet)(nil)

// Parse looks at the bytes of an image: at most 16 sectors of descriptors, or
// 32 raw ones. name is that of the file in its folder. The error is an
// image.Problem.
func Parse(name string, src image.Source) (*Sheet, error) {
	if _, err := look(name, src); err != nil {
		return nil, err
	}
	return &Sheet{name}, nil
}

// Files gives the one file.
func (s *Sheet) Files() []string { return []string{s.name} }

// Settings gives none.
func (s *Sheet) Settings() [][2]string { return nil }

// Image opens the file and looks at it once more, for it may have changed.
func (s *Sheet) Image(folder image.Folder) (*image.Image, error) {
	f, err := folder.Open(s.name)
	if err != nil {
		return nil, &image.Problem{File: s.name, Msg: err.Error(), Err: err}
	}
	found, err := look(s.name, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	img := &image.Image{
		Format:  "iso",
		Session: found.session,
		Tracks: []image.Track{{
			Number: 1, Mode: found.mode, Control: image.Data,
			Indexes: []image.Index{{Number: 1}},
			Extents: []image.Extent{{Frames: found.frames, Form: found.form, Source: f}},
		}},
	}
	img.Adopt(f)
	return img, nil
}

// track is what the bytes of a file say.
type track struct {
	frames  int
	mode    image.Mode
	form    image.Form
	session image.SessionFormat
}

// looker looks at one file.
type looker struct {
	name string
	src  image.Source
}

func look(name string, src image.Source) (track, error) {
	l := looker{name, src}
	if src.Size() == 0 {
		return track{}, l.problem(image.ErrIncomplete, "it is empty; it may still be growing")
	}
	head, err := l.read(0, len(sync))
	if err != nil {
		return track{}, err
	}
	if bytes.Equal(head, sync) {
		return l.raw()
	}
	return l.user()
}

func (l *looker) problem(cause error, format string, args ...any) error {
	return &image.Problem{File: l.name, Msg: fmt.Sprintf(format, args...), Err: cause}
}

// read gives n bytes at an offset, or fewer at the end of the file.
func (l *looker) read(at int64, n int) ([]byte, error) {
	n = int(min(int64(n), max(l.src.Size()-at, 0)))
	b := make([]byte, n)
	if got, err := l.src.ReadAt(b, at); got < n {
		return nil, l.problem(err, "reading it at byte %d: %v", at, err)
	}
	return b, nil
}

// count gives the number of sectors.
func (l *looker) count(size int64) (int, error) {
	frames, rest := l.src.Size()/size, l.src.Size()%size
	switch {
	case rest != 0:
		return 0, l.problem(image.ErrIncomplete,
			"its %d bytes are no whole number of sectors of %d: the last has only %d; it may still be growing, else copy it again",
			l.src.Size(), size, rest)
	case frames > maxFrames:
		return 0, l.problem(nil, "its %d sectors are more than any CD holds", frames)
	}
	return int(frames), nil
}

// user looks at an image of 2048 bytes of user data a sector.
func (l *looker) user() (track, error) {
	need, err := l.volume()
	if err != nil {
		return track{}, err
	}
	if need > l.src.Size() {
		return track{}, l.problem(image.ErrIncomplete,
			"its volume has %d bytes, and the file only %d; it may still be growing, else copy it again (a cue sheet with MODE1/2048 burns it as it is)",
			need, l.src.Size())
	}
	frames, err := l.count(userBytes)
	return track{frames, image.Mode1, image.User2048, image.CDDA}, err
}

// volume finds a volume and gives the bytes that it needs, 0 if it does not
// tell.
func (l *looker) volume() (int64, error) {
	for i := range int64(descriptors) {
		d, err := l.read((firstDescriptor+i)*userBytes, userBytes)
		if err != nil {
			return 0, err
		}
		if len(d) < userBytes {
			break
		}
		switch id := string(d[1:6]); {
		case id == "CD001" && d[0] == 1:
			blocks, size := binary.LittleEndian.Uint32(d[80:]), binary.LittleEndian.Uint16(d[128:])
			return int64(blocks) * int64(size), nil
		case id == "CD001", id == "BEA01", id == "NSR02", id == "NSR03", string(d[9:14]) == "CDROM":
			return 0, nil
		}
	}
	if l.src.Size() < (firstDescriptor+1)*userBytes {
		return 0, l.problem(image.ErrIncomplete, "it ends before sector 16, where a volume begins; it may still be growing, else it is no image of a disc")
	}
	return 0, l.problem(nil, "no ISO 9660 or UDF volume is in it, and no sectors of 2352 bytes; if it is an image of a disc, put the sheet beside it that tells how it lies there (a cue sheet with MODE1/2048 for sectors of 2048)")
}

// raw looks at an image of whole sectors.
func (l *looker) raw() (track, error) {
	frames, err := l.count(rawBytes)
	if err != nil {
		return track{}, err
	}
	t := track{frames: frames, form: image.Sector2352}
	var first byte
	for i := range looks {
		n := int64(frames-1) * int64(i) / (looks - 1)
		s, err := l.read(n*rawBytes, modeAt+1)
		if err != nil {
			return track{}, err
		}
		mode := s[modeAt]
		if i == 0 {
			first = mode
		}
		switch {
		case i == 0 && (mode < 1 || mode > 2):
			return track{}, l.problem(nil, "its first sector is of Mode %d; only Mode 1 and Mode 2 are tracks", mode)
		case !bytes.Equal(s[:len(sync)], sync) || mode != first:
			return track{}, l.problem(nil, "sector %d is not of the kind of the first: it is more than one track, or sectors of another size; copy its cue sheet, or the sheet of another format, beside it", n)
		}
	}
	if t.mode = image.Mode1; first == 2 {
		t.mode = image.Mode2
		t.session, err = l.session()
	}
	return t, err
}

// session gives the disc type of an image of Mode 2.
func (l *looker) session() (image.SessionFormat, error) {
	id, err := l.read(firstDescriptor*rawBytes+formOneAt+1, 5)
	if string(id) == "CD-I " {
		return image.CDI, err
	}
	return image.XA, err
}
