// Package cue reads cue sheets, the text files of CDRWIN that say how the
// bytes of other files lie on a disc.
//
// # What is read
//
// A sheet may be in any encoding: package codepage finds which, and a warning
// says so where the guess is doubtful. Commands may be in any case, lines may
// end in LF, CR LF or CR, and byte order marks or a Ctrl-Z at the end do no
// harm. A line that begins with ";", "#" or "//" is a comment, and so is what
// follows such a sign behind a blank, but for names without quotes and texts.
// A command that nobody knows is a warning; a known one in the wrong place or
// with a wrong argument is an error, for the disc would be another than was
// meant. As many errors are told at once as can be.
//
//	CATALOG 13 digits          the MCN of the disc
//	FILE name type             BINARY, MOTOROLA; WAVE, AIFF, MP3, FLAC, OGG, AU
//	TRACK number type          AUDIO, CDG, MODE1/2048, MODE1/2352, MODE2/2048, MODE2/2324,
//	                           MODE2/2336, MODE2/2352, CDI/2336, CDI/2352
//	FLAGS flag ...             DCP, 4CH, PRE, SCMS; DATA is implied by the type
//	ISRC code                  12 letters and digits, with dashes or without
//	PREGAP time                frames of silence, or empty sectors, before the track
//	INDEX number time          00 to 99, at minutes:seconds:frames of the file
//	POSTGAP time               the same at the track's end
//	TITLE, PERFORMER, SONGWRITER, COMPOSER, ARRANGER, MESSAGE text
//	                           CD-TEXT of the disc, or of the track
//	DISC_ID, GENRE, UPC_EAN text
//	                           CD-TEXT of the disc
//	CDTEXTFILE name            a file with all the CD-TEXT, in the place of those commands
//	REM SESSION number         the tracks that follow are of this session
//	REM BURNFS key value       a setting for this job alone
//
// FLAGS, ISRC and PREGAP stand between TRACK and its first INDEX, POSTGAP
// after its last. Other REMs (GENRE, DATE, DISCID, COMMENT, REPLAYGAIN, MSF and
// what else programs write) are passed over, but for one: REM HIGH-DENSITY AREA
// tells of a GD-ROM, which is no CD, and is refused.
//
// An audio file is read as what it is, whichever of its six words the sheet
// has for it: programs write WAVE for all. A warning tells of the difference.
//
// # Names of files
//
// Of a name only what follows the last slash of either kind counts, and
// image.Dir finds it beside the sheet in any Unicode form, case or code page,
// and nowhere else.
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
// # Sessions
//
// Track numbers go on from session to session. What lies between two sessions
// is the drive's: a Lead-out of 01:30:00 (00:30:00 after a later session), a
// Lead-in of 01:00:00 and a Pre-gap of 00:02:00. REM LEAD-OUT, LEAD-IN and
// PREGAP that say other lengths are warnings.
//
// Where a file goes on into the next session, as in images of IsoBuster, it
// holds the frames between them as well. They are passed over: from the time in
// REM LEAD-OUT to the first INDEX or, without one and if there is room, as many
// as the drive will write. 150 frames between INDEX 00 and INDEX 01 of the
// first track of a later session, in the file or as PREGAP, are those that the
// drive writes: with them twice the track would lie where its own addresses do
// not say.
//
// # CD-TEXT
//
// The texts are one block, for the tracks of the first session, if one of them
// has sound. Its code page is ISO 8859-1 or, where there are Japanese or
// Chinese letters, MS-JIS; a text that does not fit in it is left out and told.
// Its language is English, or Japanese in MS-JIS: a sheet tells none.
//
// # Graphics
//
// A CDG track has 96 bytes of Sub-channel behind each frame. They are taken for
// P to W as on the disc if Q has a right CRC in one of the first frames, else
// for packs of R to W.
//
// A .cdg file beside one with sound, of the same name up to the dot, is taken
// for its graphics, frame by frame from its first one, as players of karaoke
// take it: people have such a file for no other reason, and a disc without the
// words would be in vain. As the sheet does not name it, it is not waited for,
// and a warning says that it was taken.
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
// is filled with silence if it is audio, with a warning; data is an error. Of a
// BINARY or MOTOROLA file the warning matches image.ErrIncomplete: it may be cut off.
//
// # Errors
//
// All are image.Problems, joined, with line and column. A sheet says at most
// 20, and how many more.
// While a file is missing, or too short for the sheet, the error of
// Sheet.Image matches image.ErrMissing or image.ErrIncomplete.
package cue
