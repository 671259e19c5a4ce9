// Package cue reads cue sheets, the text files of CDRWIN that say how the
// bytes of other files lie on a disc.
//
// # What is read
//
// Commands may be in any case, lines may end in LF, CR LF or CR, and a UTF-8
// byte order mark or a Ctrl-Z at the end do no harm. A command that nobody
// knows is a warning; a known one in the wrong place or with a wrong argument
// is an error, for the disc would be another than was meant. As many errors
// are told at once as can be.
//
//	CATALOG 13 digits          the MCN of the disc
//	FILE name type             BINARY, MOTOROLA or WAVE
//	TRACK number type          AUDIO, MODE1/2048, MODE1/2352, MODE2/2048, MODE2/2324,
//	                           MODE2/2336, MODE2/2352, CDI/2336, CDI/2352
//	FLAGS flag ...             DCP, 4CH, PRE, SCMS; DATA is implied by the type
//	ISRC code                  12 letters and digits, with dashes or without
//	PREGAP time                frames of silence, or empty sectors, before the track
//	INDEX number time          00 to 99, at minutes:seconds:frames of the file
//	POSTGAP time               the same at the track's end
//	REM BURNFS key value       a setting for this job alone
//
// FLAGS, ISRC and PREGAP stand between TRACK and its first INDEX, POSTGAP
// after its last. The commands of CD-TEXT (TITLE and so on) are taken and have
// no effect yet. Other REMs are passed over, but for two: REM SESSION above 1
// and REM HIGH-DENSITY AREA tell of a disc that is not one session, and are
// refused.
//
// # Where the bytes lie
//
// Times count from the start of their FILE, 75 frames to the second, each
// frame with the bytes of its track's type: where types are mixed in one file,
// an offset is the sum over the tracks before. The last INDEX of a file runs
// to its end.
//
// The first INDEX of a FILE is at 00:00:00, with one exception: what lies
// before INDEX 01 of the first track, without an INDEX 00, becomes its
// Pre-gap (a hidden track), with a warning. INDEX 00 and INDEX 01 may be in
// two files, as programs write that append gaps to the track before: the
// frames from INDEX 00 to the end of the old file are the Pre-gap of the new
// track. An INDEX 00 at the time of its INDEX 01 is as none.
//
// # Decisions
//
// BINARY audio is little-endian and MOTOROLA big-endian; data in a MOTOROLA
// file is taken as it is. PREGAP on track 1 comes on top of the 150 frames
// that every disc has; 00:02:00 there is a warning, since careless programs
// mean those 150 frames. With an INDEX 00 as well, its frames follow those of
// PREGAP. POSTGAP belongs to the last INDEX of its track. Of FLAGS DCP SCMS
// only SCMS counts. A malformed CATALOG or ISRC is an error, a wrong check
// digit a warning, and zeros alone are as none. A last frame that is not whole
// is filled with silence if it is audio, with a warning; data is an error.
//
// # Errors
//
// All are image.Problems, joined. A sheet says at most 20, and how many more.
// While a file is missing, or too short for the sheet, the error of
// Sheet.Image matches image.ErrMissing or image.ErrIncomplete.
package cue
