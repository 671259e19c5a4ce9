// Package toc reads the .toc files of cdrdao, the texts that say how pieces of
// other files make up the tracks of a disc.
//
// The grammar is that of cdrdao's manual page and of its parser (1.2.4 and
// 1.2.6), which takes more than the page says.
//
// # What is read
//
// Words, numbers, strings in double quotes and the signs { } : , # stand in any
// number of lines; // begins a comment. In a string \" and \\ stand for a quote
// and a backslash and \ooo, three octal digits, for a byte; cdrdao writes such
// bytes in the texts of a disc that it can't read as letters. The file may be
// in any encoding (package codepage). Words may be in any case.
//
//	CD_DA, CD_ROM, CD_ROM_XA, CD_I
//	                          what the table of contents says of the disc
//	CATALOG "13 digits"       its MCN
//	FIRST_TRACK_NO n          the number of the first track, else 1
//	CD_TEXT { ... }           texts of the disc
//
//	TRACK mode [RW | RW_RAW]  begins a track; the numbers go up by one
//	[NO] COPY, [NO] PRE_EMPHASIS, TWO_CHANNEL_AUDIO, FOUR_CHANNEL_AUDIO
//	ISRC "12 letters and digits"
//	CD_TEXT { ... }           texts of the track
//	PREGAP msf                the track begins with an empty Pre-gap
//	SILENCE n                 empty audio
//	ZERO [mode [RW | RW_RAW]] n
//	                          empty frames of any kind
//	FILE or AUDIOFILE "name" [SWAP] [#bytes] start [length]
//	DATAFILE "name" [#bytes] [length]
//	START [msf]               INDEX 01, from the begin of the track; else here
//	END [msf]                 one more INDEX, for the Post-gap
//	INDEX msf                 02 and on, from INDEX 01
//
// A length or start of FILE and SILENCE is in samples of 1/44100 s, one of
// DATAFILE and ZERO in bytes, or either in minutes:seconds:frames. A length of 0,
// or none, goes to the end of the file. #bytes are passed over before all else.
// The pieces follow one another to the sample, or byte.
//
//	mode             bytes of a frame in a file
//	AUDIO            2352
//	MODE1            2048, user data
//	MODE1_RAW        2352, a whole sector
//	MODE2            2336, all behind the header
//	MODE2_FORM1      2048, user data
//	MODE2_FORM2      2324, user data
//	MODE2_FORM_MIX   2336, all behind the header
//	MODE2_RAW        2352, a whole sector
//
// RW and RW_RAW add 96 bytes behind each frame: packs of R to W, or R to W as
// on the disc.
//
// MODE0 can only be asked for by ZERO and is refused, as are FIFO and the name
// "-", which is the standard input there: a burn must be able to read a second
// time what it verifies.
//
// # Byte order
//
// Raw samples are big-endian in cdrdao, which writes them so when it reads a
// disc, and little-endian with SWAP. What other programs call .bin or .raw is
// little-endian most of the time: in a .toc made by hand it needs SWAP. (A cue sheet
// is the other way round, see package cue: to cdrdao BINARY there is big-endian
// too, which no other program means.) Audio files say their order themselves;
// SWAP turns it round.
//
// cdrdao goes by the name: .wav, .flac, .mp3 and .ogg are audio files, all else is
// raw. Here a file that begins as WAVE, AIFF, FLAC or Ogg is that under any name,
// with a warning: its header burned as sound is what nobody wants. Package audio
// reads them.
//
// # Where the bytes lie
//
// Track 1 begins at LBA 0, and a START or PREGAP of it comes on top of the 150
// frames that every disc has, as in cdrdao.
//
// Where the pieces of a track don't end with a frame, the frame in which two
// meet is put together from both. What is left over at a track's end, or before a
// ZERO of another shape, is filled with zeros, with a warning; but a data file
// whose length nothing tells and which ends within a sector is an error that
// matches image.ErrIncomplete, for more often it is cut off.
//
// Of names of files only the last part counts, see image.Dir.
//
// # CD-TEXT
//
//	CD_TEXT { LANGUAGE_MAP { 0: EN 1: 8 } LANGUAGE 0 { ... } LANGUAGE 1 { ... } }
//	LANGUAGE n { ENCODING_ISO_8859_1 TITLE "text" GENRE { 0, 20, 0 } ... }
//
// The map is in the text of the disc alone; its numbers are the language codes
// of package cdtext, and a language that is not in it is left out, with a
// warning. (Where there is no map at all, as cueconvert writes it, language 0 is
// taken for English; cdrdao leaves it out.) So are those in ENCODING_KOREAN and ENCODING_MANDARIN, for which
// nobody has described the bytes. Without an encoding it is the one that has
// all the letters; cdrdao takes ISO 8859-1. Numbers in braces are the bytes of
// a text.
//
//	TITLE, PERFORMER, SONGWRITER, COMPOSER, ARRANGER, MESSAGE
//	DISC_ID, GENRE, UPC_EAN, CLOSED (or RESERVED4)    of the disc
//	ISRC                                              of a track
//	SIZE_INFO, TOC_INFO1, TOC_INFO2                   made anew; SIZE_INFO tells
//	                                                  whether the texts are protected
//	RESERVED1 to RESERVED3                            passed over
//
// # Errors
//
// All are image.Problems, joined, with line and column; after an error in the
// grammar reading goes on at the next TRACK.
package toc
