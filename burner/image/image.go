// Package image says what an image is: its tracks, their indexes, and where
// the bytes of each frame come from. It does not know how they are laid on a
// disc (package layout) nor what a sector on a disc looks like (package
// sector).
//
// # Frames and extents
//
// A track is a run of frames, from its INDEX 00 (or INDEX 01 where it has no
// Pre-gap) to its end, Post-gap and all. Its Extents give, in that order and
// without gaps, the source of each frame: a file at an offset in some Form, or
// nothing, which stands for silence or for empty sectors of the track's mode.
// The 150 frames before LBA 0 are no part of an image: every disc has them.
// An extent may have a source for the Sub-channel as well, which is another
// file or lies between the frames of the same one.
//
// # Sessions
//
// An Image is one session. The Image in Next is the session after it, with
// track numbers that go on; Close lets go of the files of all.
//
// # Formats
//
// Each format is a package below this one, and all have one face: a function
// Parse that takes the name and the bytes of the file that names the others,
// or is the image by itself, and returns a Sheet. Package formats tells which
// Parse is for which file. A Sheet says which files it needs, which is what a
// queue waits for; with all of them there, Sheet.Image opens them, checks their
// sizes and returns the Image.
package image

import (
	"context"
	"io"
	"slices"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Limits of the format (Red Book).
const (
	MaxTracks       = 99
	MaxIndex        = 99
	MinTrackFrames  = 300 // four seconds, Pre-gap not counted
	AudioFrameBytes = 2352
)

// MaxStride is the most that the frames of a source may lie apart, in bytes.
// Files that keep other things between them, as C2 pointers and Sub-channel,
// need less than 3000.
const MaxStride = 4096

// Mode is what the sectors of a track are on the disc.
type Mode uint8

const (
	Audio Mode = iota // 588 stereo samples of 16 bits
	Mode1             // data with EDC and ECC
	Mode2             // formless, XA or CD-I: what follows the header is the source's
)

func (m Mode) String() string {
	return [...]string{"AUDIO", "MODE1", "MODE2"}[m]
}

// Form is the shape in which a source holds a frame.
type Form uint8

const (
	Empty      Form = iota // no source: silence, or an empty sector of the track's mode
	Samples                // 2352: audio, little-endian
	SamplesBig             // 2352: audio, big-endian
	User2048               // 2048: user data; Mode 1, or Mode 2 Form 1 where the track is Mode 2
	User2324               // 2324: user data of Mode 2 Form 2
	Body2336               // 2336: all after the header of a Mode 2 sector, written as it is
	Sector2352             // 2352: a whole data sector, not scrambled, written as it is
)

// Bytes gives the size of one frame in the source.
func (f Form) Bytes() int {
	return [...]int{0, 2352, 2352, 2048, 2324, 2336, 2352}[f]
}

// Control is the nibble that Q carries for a track (IEC 60908, Q control).
type Control uint8

const (
	PreEmphasis   Control = 1 // audio only
	CopyPermitted Control = 2
	Data          Control = 4
	FourChannel   Control = 8 // audio only
)

// SessionFormat is the disc type that the table of contents tells (PSEC of
// point A0).
type SessionFormat uint8

const (
	CDDA SessionFormat = 0x00 // audio and Mode 1
	CDI  SessionFormat = 0x10
	XA   SessionFormat = 0x20 // any Mode 2
)

// Image is a disc to be, or one session of it.
type Image struct {
	Format  string  // of the file it came from: "cue", ...
	MCN     string  // 13 digits, or empty
	Tracks  []Track // in order of number, without holes
	Session SessionFormat
	Text    []byte // CD-TEXT: packs of 18 bytes, CRC and all, as they stand in the Lead-in; nil if there is none
	Next    *Image // the session after this one on the same disc, whose track numbers go on, or nil
	Raw     *Raw   // the blocks of the whole disc, if the image is a stream of them; else nil
	// Warnings of which one matches ErrIncomplete tell of a file that may be
	// cut off.
	Warnings []*Problem

	closers []io.Closer
}

// Raw is a disc as a raw write sends it: block after block from the Lead-in to
// the Lead-out, data scrambled. Such an image is burned as it is; its Tracks
// say what is in the blocks, with sources in them, for all who want to know or
// can't write raw.
type Raw struct {
	Source     Source
	Start      addr.LBA // of the first block, in the Lead-in
	Blocks     int
	BlockBytes int // 2368 or 2448
	// DataBlockType is that of mode page 05h (MMC, "Write Parameters"): 1,
	// 16 bytes of P and Q after the main channel; 2, 96 bytes with R to W
	// as packs; 3, 96 bytes as on the disc.
	DataBlockType uint8
}

// Track is one track.
type Track struct {
	Number  int // 1 to 99
	Mode    Mode
	Control Control // Data is set if and only if Mode is not Audio
	SCMS    bool    // the copy bit alternates: this disc is a copy already
	ISRC    string  // 12 characters without dashes, or empty
	Indexes []Index // ascending, without holes; the first is 0 or 1
	Extents []Extent
	Line    int // of its TRACK in the sheet, for messages; 0 if there is none
}

// Index is a mark inside a track.
type Index struct {
	Number int // 0 to 99
	Start  int // frames from the first frame of the track
}

// Extent is a run of frames with one source.
type Extent struct {
	Frames int
	Form   Form
	Source Source // nil if Form is Empty
	Offset int64  // of the first frame in Source, bytes
	Stride int    // from one frame to the next in Source, bytes; 0 stands for Form.Bytes(); at most MaxStride
	Sub    Sub    // the Sub-channel of the same frames; what Form is does not matter
	// Short counts the bytes that the source lacks of the last frame,
	// audio only: they are silence. What the file holds in their place, as
	// the chunks after the samples of a WAVE file, is not to be read.
	Short int
}

// SubForm is the shape in which a source holds the Sub-channel of a frame.
type SubForm uint8

const (
	NoSub SubForm = iota // no source: R to W are empty
	// SubPacks is four packs of 24 symbols in the order in which they are
	// meant, R to W in bits 5 to 0 of each byte; as .cdg files. Interleave
	// and parities are made when the disc is: what stands in the place of
	// the parities is not looked at, for many files have none.
	SubPacks
	SubRaw    // as on the disc, interleaved and with parities: P in bit 7 to W in bit 0 of each byte
	SubPlanes // as on the disc: 12 bytes of P, 12 of Q, and so on to W, first bit in bit 7; as CloneCD's .sub files
)

// SubFrameBytes is the size of a frame in each SubForm but NoSub.
const SubFrameBytes = 96

// Sub is where the Sub-channel of an extent comes from. R to W are burned; P
// and Q, where the form has them, only if the user wants a true clone. The
// zero value is no source.
type Sub struct {
	Form   SubForm
	Source Source // nil if Form is NoSub
	Offset int64  // of the first frame in Source, bytes
	Stride int    // from one frame to the next, bytes; 0 stands for SubFrameBytes; at most MaxStride
}

// Source gives the bytes of a file. ReadAt must be safe for concurrent use.
type Source interface {
	io.ReaderAt
	Size() int64
}

// Decoded is a Source whose bytes are not those of a file but are made of them,
// as the samples of compressed audio.
type Decoded interface {
	Source
	// Prepare makes them all, so that no ReadAt after it waits for it. It
	// may take minutes; the end of ctx stops it.
	Prepare(ctx context.Context) error
	// Exact gives nil, or an error that says by what the samples are not
	// the file's own, as those of another rate.
	Exact() error
}

// Decoded lists the sources of that kind of this session and those after it,
// each once, in order.
func (i *Image) Decoded() (all []Decoded) {
	for ; i != nil; i = i.Next {
		for t := range i.Tracks {
			for _, e := range i.Tracks[t].Extents {
				if d, ok := e.Source.(Decoded); ok && !slices.Contains(all, d) {
					all = append(all, d)
				}
			}
		}
	}
	return all
}

// Frames counts the frames of a track, its Pre-gap included.
func (t *Track) Frames() int {
	n := 0
	for _, e := range t.Extents {
		n += e.Frames
	}
	return n
}

// Pregap counts the frames before INDEX 01.
func (t *Track) Pregap() int {
	for _, x := range t.Indexes {
		if x.Number == 1 {
			return x.Start
		}
	}
	return 0
}

// Step gives the bytes from one frame to the next in Source.
func (e *Extent) Step() int {
	if e.Stride == 0 {
		return e.Form.Bytes()
	}
	return e.Stride
}

// Step gives the bytes from one frame to the next in Source.
func (s *Sub) Step() int {
	if s.Stride == 0 {
		return SubFrameBytes
	}
	return s.Stride
}

// Adopt makes Close close c as well.
func (i *Image) Adopt(c io.Closer) { i.closers = append(i.closers, c) }

// Warn adds a warning.
func (i *Image) Warn(p *Problem) { i.Warnings = append(i.Warnings, p) }

// Close lets go of the files of the image and of the sessions after it.
func (i *Image) Close() error {
	var first error
	if i.Next != nil {
		first = i.Next.Close()
	}
	for _, c := range i.closers {
		if err := c.Close(); err != nil && first == nil {
			first = err
		}
	}
	i.closers = nil
	return first
}

// Sheet is a parsed head of an image: the file that names the others.
type Sheet interface {
	// Files gives the names as they stand in the sheet, each once, in
	// order. They may be anything: Folder makes them safe.
	Files() []string
	// Settings gives the settings that the sheet carries for its own job
	// (REM BURNFS in a cue), as key and value in order.
	Settings() [][2]string
	// Image opens the files in folder and lays out the tracks. Its errors
	// are Problems, several joined where several can be told at once. While
	// files are missing or too short it matches ErrMissing or ErrIncomplete.
	Image(folder Folder) (*Image, error)
}

// Optional is a Sheet that also takes files beside it which may be absent.
type Optional interface {
	Sheet
	// OptionalFiles gives their names, as Files does. A queue does not wait
	// for them; those that are there belong to the job.
	OptionalFiles() []string
}

// Folder opens the files that a sheet names.
type Folder interface {
	// Open resolves a name as a sheet spells it and opens the file. Only
	// the last part of the name counts, and what it finds lies in the
	// folder and is a regular file. The errors match ErrMissing,
	// ErrAmbiguous, ErrName or ErrNotRegular, or are the file system's.
	Open(name string) (File, error)
}

// File is an open file of a Folder.
type File interface {
	Source
	io.Closer
	Name() string // the name that the folder has for it
}
