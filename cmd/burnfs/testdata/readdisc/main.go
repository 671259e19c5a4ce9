// Readdisc judges a disc file (NAME.rawcd) as a strict reading drive would,
// and says what it holds.
//
//	readdisc [-json] [-expect-lead-in-start MSF] DISC.rawcd
//	readdisc -extract TRACK -o FILE [-raw] [-from-pregap] DISC.rawcd
//
// It is a witness: it shares no code with the programs whose discs it judges,
// and knows only what the standards say of a disc.
//
// # The disc file
//
// Frames of 2448 bytes: 2352 of the main channel as recorded, so data sectors
// are scrambled, then 96 of raw P to W, bit 7 P, bit 6 Q, bits 5 to 0 R to W.
// The first frame is MSF 95:00:00, LBA -22650. A frame of zeros is not written,
// for the CRC of a written Q is never zero with all else zero.
//
// # What it checks
//
//   - the written frames have no hole and run from a lead-in over the
//     programme area from LBA -150 on to the end of a lead-out of 90 s or more;
//     a further session follows with a lead-in of 60 s and ends with a lead-out
//     of 30 s or more;
//   - the CRC of every Q; P the same in all its 96 bits;
//   - the lead-in: every frame an entry of the table of contents, each entry
//     three times in a row, over and over, always the same; the running time
//     either the frame's address or its distance from the start;
//   - its pointers of ADR 5, three times in a row between the entries: B0 counts
//     them and tells where the next programme begins, 11400 frames after the
//     first lead-out and 6900 after a later one, or FF:FF:FF in the last
//     session; C0 tells where the first lead-in begins;
//   - CD-TEXT in R to W of the lead-in: the CRC of each pack, the sequence over
//     and over, the size information, and the track and position that each pack
//     names for its first character. Its strings are in the report;
//   - the position in every frame of ADR 1: track and index in order, the
//     relative time, which in a pre-gap counts down to 0 in the last frame,
//     the absolute time, the control nibble constant in a track (but for a
//     copy bit that changes every four frames);
//   - ADR 1 in nine of any ten frames; the MCN once in any 100 frames from
//     LBA 0 on; an ISRC once in any 100 frames from INDEX 01 to the end of its track and
//     nowhere else;
//   - the table of contents is what the programme area shows, and the tracks of
//     a session go on where those of the one before end;
//   - the main channel of every frame: where control says data the sync
//     pattern, the header's time, the mode, EDC, the zero bytes of mode 1, P
//     and Q parity; the lead-in and lead-out empty, the lead-in in the mode of
//     the first track.
//
// A frame whose Q can't be read belongs to what its neighbours belong to. That an MCN stands
// in the first frame of an INDEX other than 01 can't be seen, and moves that
// index by one frame.
//
// R to W of the programme area are no problem whatever they are; the report
// counts the packs whose parities fit, by their mode, and those whose do not. Of
// the packs 86h to 8Dh of CD-TEXT only the number is judged, and strings in other
// character sets than ISO 8859-1 and ASCII are told as hexadecimal digits.
//
// # The report
//
// What is told of the disc is that of the first session (toc, leadInTime, mcn), of
// the last (leadOut) or of all (tracks, rw, p); sessions has each by itself. A
// problem names its kind, so a reader of the report can tell a wrong CRC (q-crc,
// text-crc) from a wrong place (toc-time, pointer) or a wrong length
// (lead-in-length, lead-out-short).
//
// # Exit status
//
// 0 without a problem, 1 with one, 2 if the file or the arguments are of no use.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() { os.Exit(readdisc(os.Args[1:], os.Stdout, os.Stderr)) }

// The exit status.
const (
	exitGood     = 0
	exitProblems = 1
	exitUnusable = 2
)

// readdisc is main without the process: the arguments, where to print, the exit status.
func readdisc(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("readdisc", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print the report as JSON")
	leadIn := flags.String("expect-lead-in-start", "", "the `MSF` at which the lead-in must start")
	number := flags.Int("extract", 0, "write the user data of this `track`, from INDEX 01 to its end")
	output := flags.String("o", "", "the `file` to extract to")
	raw := flags.Bool("raw", false, "extract the 2352 bytes of each frame, descrambled")
	fromPregap := flags.Bool("from-pregap", false, "extract from INDEX 00 on")
	if err := flags.Parse(args); err != nil {
		return exitUnusable
	}
	fail := func(err error) int {
		fmt.Fprintln(stderr, "readdisc:", err)
		return exitUnusable
	}
	if flags.NArg() != 1 {
		return fail(fmt.Errorf("one disc file is needed, not %d", flags.NArg()))
	}
	if (*number != 0) != (*output != "") {
		return fail(fmt.Errorf("-extract and -o go together"))
	}
	var expect *int
	if *leadIn != "" {
		at, err := parseMSF(*leadIn)
		if err != nil {
			return fail(err)
		}
		lba := lbaOf(at)
		expect = &lba
	}
	f, err := os.Open(flags.Arg(0))
	if err != nil {
		return fail(err)
	}
	defer f.Close() // read only: nothing to lose
	info, err := f.Stat()
	if err != nil {
		return fail(err)
	}
	d, err := scan(f, info.Size())
	if err != nil {
		return fail(err)
	}
	r, err := d.judge(expect)
	if err != nil {
		return fail(err)
	}
	if *number != 0 {
		e := extraction{*number, *raw, *fromPregap}
		if err := e.toFile(*output, f, r); err != nil {
			return fail(err)
		}
	}
	if *asJSON {
		err = json.NewEncoder(stdout).Encode(r)
	} else {
		err = r.print(stdout)
	}
	if err != nil {
		return fail(err)
	}
	if len(r.Problems) > 0 {
		return exitProblems
	}
	return exitGood
}
