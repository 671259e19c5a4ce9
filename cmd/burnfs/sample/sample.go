// Package sample makes a small disc that a person can recognise: files to
// read, and music to hear. burnfs demo burns it.
//
// # The disc
//
// It is a mixed-mode disc of about half a minute, as a cue sheet and one bin:
//
//	track 1  MODE1/2048  an ISO 9660 volume: README.TXT and COVER.PNG
//	track 2  AUDIO       after two seconds of silence, the Ode to Joy
//	track 3  AUDIO       Frère Jacques; its Pre-gap is in the bin and holds a
//	                     chime, which a player plays only when it gets there
//	                     by itself or is wound back from the track's start
//
// It has a media catalog number and an ISRC for each audio track. All of it is
// made from numbers in this package: the tunes are sines with envelopes.
package sample

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Names of the files that Write makes.
const (
	Sheet = "album.cue"
	Bin   = "album.bin"
)

// MCN is the media catalog number of the disc. Numbers that start with 2 are
// for use inside a shop: no other disc has it.
const MCN = "2012345678903"

// ISRCs of tracks 2 and 3. No registrant has the code ZZ.
var ISRCs = [2]string{"ZZBRN2600001", "ZZBRN2600002"}

// dataFrames is the shortest that a track may be, and two seconds more: the
// end of a data track before audio, which not every drive reads.
const dataFrames = (4 + 2) * addr.Second

// Write makes the sheet and its bin in the folder dir.
func Write(dir string) error {
	volume, err := volume()
	if err != nil {
		return fmt.Errorf("the data track of the sample: %w", err)
	}
	if room := dataFrames * 2048; len(volume) > room {
		return fmt.Errorf("the data track of the sample has %d bytes, more than %d", len(volume), room)
	}
	volume = append(volume, make([]byte, dataFrames*2048-len(volume))...)

	first, chime, second := odeToJoy.render(), chime.render(), frereJacques.render()
	start2 := dataFrames
	pregap3 := start2 + len(first)/frameBytes
	start3 := pregap3 + len(chime)/frameBytes

	if err := writeAll(filepath.Join(dir, Bin), volume, first, chime, second); err != nil {
		return err
	}
	var cue bytes.Buffer
	fmt.Fprintf(&cue, "CATALOG %s\nFILE \"%s\" BINARY\n", MCN, Bin)
	fmt.Fprintf(&cue, "  TRACK 01 MODE1/2048\n    INDEX 01 00:00:00\n")
	fmt.Fprintf(&cue, "  TRACK 02 AUDIO\n    ISRC %s\n    PREGAP 00:02:00\n    INDEX 01 %v\n",
		ISRCs[0], addr.FromFrames(start2))
	fmt.Fprintf(&cue, "  TRACK 03 AUDIO\n    ISRC %s\n    INDEX 00 %v\n    INDEX 01 %v\n",
		ISRCs[1], addr.FromFrames(pregap3), addr.FromFrames(start3))
	return writeAll(filepath.Join(dir, Sheet), cue.Bytes())
}

// writeAll makes a file of the parts.
func writeAll(path string, parts ...[]byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return w.Flush()
}
