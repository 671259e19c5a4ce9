// Package album makes a disc of a folder of audio files that no sheet
// describes, or of a playlist.
//
// # Which files, and in what order
//
// Of a bare folder (Of) every file that has the name of an audio file (IsAudio)
// is a track; what else lies there, covers and logs, is passed over. Order is
// that of names, where a run of digits counts as a number and the case of
// letters does not count: "2 b.flac" stands before "10 a.flac".
//
// A playlist (Parse), .m3u or .m3u8, says which files and in which order, by
// lines; the same file may come twice:
//
//	name         of a file beside the playlist
//	#EXTINF:seconds,Performer - Title
//	             what the next file is, if its own tags don't say so
//	#...         anything else, passed over
//
// It may be in any encoding (package codepage). Of a name only what follows the
// last slash of either kind counts, see image.Dir; addresses in a network are
// refused.
//
// # Tracks
//
// Package audio reads the files, whatever they are. There are no gaps: a track
// begins where the one before ends, for what lies between the tracks of an album
// is part of them, and a live album must not fall silent there. (Other programs
// put two seconds between the tracks unless they are told not to.) Who wants
// gaps writes a cue sheet with PREGAP.
//
// A frame of a disc has 588 samples. What is cut from a CD ends with a frame; a
// file that does not is filled with silence, up to 13 milliseconds, with one
// warning for all.
//
// # What tags say
//
// Tags are read from FLAC files (RFC 9639, 8.6, VORBIS_COMMENT), whatever the
// case of their names:
//
//	TITLE        CD-TEXT, if all tracks have one, of the file or of #EXTINF
//	ARTIST       CD-TEXT, if all tracks have one
//	ALBUM        CD-TEXT of the disc, if that of all files is the same
//	ALBUMARTIST  the same; without it, the ARTIST that all tracks have
//	ISRC         of its track
//	MCN, BARCODE, UPC, EAN
//	             the MCN of the disc; one of 12 digits gets a 0 before it
//
// Nothing is asked of a person who has no tags: with none at all there are no
// texts, and no warning. Where some tracks have them and some not, or a code
// is malformed, a warning says what is left out. CD-TEXT is one block, in English or, in
// MS-JIS, Japanese, as in package cue.
package album
