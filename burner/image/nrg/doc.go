// Package nrg reads the images of Nero Burning ROM: NAME.nrg, one file with the
// sectors first and what they mean at its end.
//
// There is no description of the format from its maker. What stands here was
// found out by others from files, and is what several programs read alike; where
// they differ it is said.
//
// # The file
//
// Numbers have the highest byte first. The last bytes tell where the first chunk
// is:
//
//	version 1, 8 bytes     "NERO", offset (4)
//	version 2, 12 bytes    "NER5", offset (8)
//
// A chunk is four letters, the number of bytes that follow (4), and these. The
// chain ends with "END!". Offsets have 4 bytes in version 1 and 8 in version 2,
// and count from the start of the file.
//
//	CUES, CUEX   places on the disc of a session written Disc At Once, 8 bytes each
//	  0   1  control in the upper four bits, ADR below
//	  1   1  track, in BCD: 00 for the Lead-in, AAh for the Lead-out
//	  2   1  index, in BCD
//	  4   4  CUEX: LBA; CUES: zero, minute, second, frame (see below)
//
//	DAOI, DAOX   where the tracks of that session are in the file
//	  0   4  the size of the chunk again, in any byte order
//	  4  13  MCN, or zeros
//	 18   1  disc type: 00h, 10h CD-I, 20h XA
//	 20   1  first track   21   1  last track; not BCD
//	 22      30 or 42 bytes for each track:
//	         0  12  ISRC, or zeros
//	        12   2  bytes of a sector
//	        14   1  mode
//	        18      offsets of INDEX 00, of INDEX 01 and of the track's end
//
//	TINF, ETNF, ETN2   the same of a session written Track At Once: for each track
//	                   offset, length in bytes, mode (4), LBA (4), and in
//	                   ETNF 4, in ETN2 8 bytes of which nothing is known; TINF
//	                   has neither these nor the LBA
//	SINF   number of tracks of a session (4)
//	CDTX   CD-TEXT, packs of 18 bytes
//	MTYP   what the disc is, as bits (4): 1, 400h CD; the others below
//	TOCT   disc type, as above (1)
//
// Other chunks (DINF, RELO, VOLM, AFNM) say nothing of the disc.
//
//	mode   sectors
//	00h    Mode 1, 2048 bytes
//	02h    Mode 2 Form 1, 2048 bytes
//	03h    Mode 2, 2336 bytes: all behind the header
//	05h    Mode 1, 2352 bytes
//	06h    Mode 2, 2352 bytes
//	07h    audio; 08h too
//	0Fh, 10h, 11h   as 05h, 07h, 06h, with 96 bytes of Sub-channel, as on the disc
//
// Some programs write the whole sectors of 2352 bytes with the modes 00h, 02h and
// 03h; the size decides. Audio is little-endian.
//
// # Where the bytes lie
//
// The offsets of DAOI and DAOX tell the length of a track and of its Pre-gap, and
// CUES and CUEX its indexes and its control bits; where the two disagree about
// a length, what is in the file counts, with a warning. The file has the 150
// frames before the first track of a session, which the drive makes: the rest of
// that Pre-gap, a hidden track, is burned from the file.
//
// Track At Once has no places for indexes. Its tracks but the first have Pre-gaps of
// 150 frames, which the file has not; they are silence, or empty sectors.
//
// SINF says how the tracks make up sessions; where it does not fit the tracks,
// each chunk of them is a session.
//
// # Decisions
//
// The time in CUES is BCD to two of three programs and binary to the third. It is
// taken for BCD unless only the binary reading agrees with the offsets in DAOI.
//
// A malformed MCN or ISRC is left out with a warning, since nobody can mend it. So
// is CD-TEXT without a single good pack. Where a whole sector's header tells
// another mode than the chunk, the header is believed, with a warning: it is what
// the disc will have.
//
// Images of DVD, HD DVD and Blu-ray are refused. A file without the last
// bytes is no image or not whole: its error matches image.ErrIncomplete.
package nrg
