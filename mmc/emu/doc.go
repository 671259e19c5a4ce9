// Package emu is an emulated CD recorder with its discs.
//
// A Drive takes SCSI commands like a real one, as an sgio.Transport, and keeps
// what is burned in a file. It serves to try things without spoiling a disc,
// as a witness of what a burner sends, and as a bench on which every command
// can be made to fail. It knows the formats by its own reading of the
// standards (package frame) and shares no code with the burner.
//
// # Strictness
//
// The drive refuses whatever MMC lets a drive refuse, and says GOOD only for
// data that the disc's file has taken:
//
//	unknown operation code                        5/20/00
//	a CDB too short, a bit that is not defined    5/24/00, with field pointer
//	allocation length above the host's room       5/24/00
//	WRITE whose data is not n blocks, or that
//	crosses to blocks of another length           5/24/00
//	mode page bits outside the mask, a header
//	that is not zero, a write type not offered    5/26/00, and no page is changed
//	a parameter list that ends within a page      5/1A/00
//	a cue sheet with a wrong line                 5/26/00, with field pointer
//	WRITE not at the next writable address        5/21/02
//	WRITE beyond the end of the groove, which is
//	6750 frames after the last possible Lead-out,
//	or in Session At Once into the Lead-out       5/21/00
//	WRITE, SEND CUE SHEET, OPC and CLOSE TRACK/
//	SESSION on a disc that takes no session       5/30/05
//	page 05h, OPC, BLANK, SET CD SPEED, START
//	STOP, SEND CUE SHEET while a session is open  5/2C/00
//	SEND CUE SHEET in another write type, WRITE
//	in Session At Once without a cue sheet        5/2C/00
//	reading commands while a session is open      2/04/08
//	CLOSE TRACK/SESSION while a session is open   5/2C/00
//	CLOSE TRACK/SESSION before the next session   5/2C/04
//	BLANK of a CD-R                               5/30/06
//	READ TOC and such of a blank disc             3/57/00
//	READ CD of a blank disc                       8/00/00
//	READ CD of what is not all in the Program Area
//	of one session, from its first Pre-gap on     5/21/00
//	READ TOC and READ TRACK INFORMATION of a
//	session that is not there                     5/24/00
//	a sector of another type than asked for       5/64/00
//	a range that goes from data to audio or back  5/64/00, at the first frame of the other
//	parts of a sector that do not adjoin          5/24/00
//	a data sector with wrong header or wrong EDC  3/11/00, 3/11/05 (see page 01h)
//	a frame that was never recorded               3/11/00
//
// Bit DCR of page 01h makes READ CD give data sectors as they are, whatever
// their EDC, and with F8h in byte 9 also those that are none.
//
// A CDB may be longer than its command if the rest is zero, as ATAPI hosts pad
// it. A transfer to the host may be shorter than the host's room, never
// longer: what does not fit ends as host status 7.
//
// # Raw writing
//
// Write type 3 with data block types 1, 2 and 3, on a blank disc only: RAW
// MULTI-SESSION is not offered. A session begins at the Lead-in start of the
// medium, has no gaps and ends with SYNCHRONIZE CACHE. After that a disc with a
// Lead-out is complete, unless its Lead-in says that a session may follow; one
// without is spoiled, for the laser can't go on where it stopped. The drive reads nothing out of the
// data but in which area the last block lies: the table of contents, CD-TEXT,
// MCN and ISRC are found on the disc afterwards, as by any reading drive, from
// Q frames whose CRC is right and from nothing else. For data block type 1 the
// drive makes the CRC; for type 2 it makes the parities and the interleave of
// R to W.
//
// TEST WRITE goes the same way and records nothing: the disc stays blank.
//
// # Session At Once
//
// Write type 2 with any data block type that MMC defines, for the cue sheet says
// what the blocks are; type 3 only if it announces a sub-channel. It is what the
// drive wakes up with. SEND CUE SHEET takes, on a disc that is blank or takes
// another session and in this order:
//
//	MCN         two lines of CONTROL 0, or none
//	Lead-in     form 01h, 14h, 24h or 34h as the first track, 00:00:00;
//	            with 40h added for CD-TEXT, then also the time that the
//	            Lead-in starts at
//	each track  ISRC, two lines with the CONTROL of the track, or none;
//	            INDEX 00, which the first track has where the Lead-in ends,
//	            00:00:00 in the first session, and for 150 frames or more;
//	            INDEX 01; further ones
//	Lead-out    form 01h, 14h, 24h or 34h as the last track
//
// Times are absolute in every session. Tracks have consecutive numbers, on from
// those of the session before, and each is 300 frames or longer from INDEX
// 01 to the next track's first line. CONTROL, SCMS and the class of the data
// form (audio, mode 1, XA, mode 2) stay the same in a track. Times increase,
// but for a Pre-gap of no length; the Lead-out lies on the medium. Track
// numbers, indexes and times are binary. The field pointer of a refusal names
// the byte, for times that of the minute, and for a sheet that ends too early
// its last byte. A sheet is forgotten when its session begins, with MODE
// SELECT of page 05h, BLANK, another disc and a reset.
//
// READ TRACK INFORMATION gives as next writable address where the Lead-in ends:
// LBA -150, and 150 frames before the earliest INDEX 01 of a further session. The
// first WRITE goes there, with CD-TEXT to the start of the Lead-in. The host then sends all places in order, each block as long as the
// data form of its place says: 2352, 2336 or 2048 bytes of main channel, and
// 96 more (in a Lead-in with CD-TEXT 96 alone) if the form has a sub-channel.
// One WRITE takes blocks of one length only; those of two forms that are
// equally long may share one. Places for which nothing is sent (01h, 14h, 24h,
// 34h) are passed over: the next WRITE goes behind them.
//
// Of the sub-channel the drive takes R to W, for form C0h as packs, whose
// parities and interleave it makes. Of a data sector it takes what the table
// of MMC says; a sector of class XA gets EDC and ECC of the form that its
// Sub-header names, one of mode 2 stays as it is. All else the drive makes:
//
//	Lead-in    A0, A1, A2 and the tracks, three frames each, over and over,
//	           with the frame's own address as running time, and empty
//	           sectors of the first track's class; with pointers, three
//	           frames of one of them after each entry
//	P          1 in Pre-gaps, 0 elsewhere
//	MCN        in frames whose LBA is a multiple of 90, Pre-gaps and Lead-out
//	           included
//	ISRC       50 frames after those, from INDEX 01 to the end of its track
//	SCMS       copy bit 0 for four frames and 1 for four, counted from LBA
//	           -150; in the table of contents 0
//	Lead-out   6750 frames in the first session, 2250 in a later one, at
//	           SYNCHRONIZE CACHE
//
// MCN and ISRC that fall on the first or last frame of an index come as soon
// after it as they can. SYNCHRONIZE CACHE before all is sent leaves a disc
// without a Lead-out, which is spoiled. The disc's file is the same as if
// these frames had come in raw writing.
//
// Other write types slot in as a strategy.
//
// # Several sessions
//
// MULTI-SESSION of page 05h says what the Lead-in of a session in write type 2
// tells of the next one (MMC, ECMA-394):
//
//	00  nothing: the disc is complete
//	01  pointer B0 with FF:FF:FF: the disc is complete
//	11  pointer B0 with the earliest INDEX 01 of the next session, 11400
//	    frames after the first Lead-out and 6900 after a later one: 6750 or
//	    2250 of Lead-out, 4500 of Lead-in, 150 of Pre-gap; FF:FF:FF if the
//	    shortest track does not fit there or there is a track 99
//
// B0 also has the last possible Lead-out and how many pointers there are; the
// first session has C0 beside it, what the ATIP says. After SYNCHRONIZE CACHE the
// session is closed and CLOSE TRACK/SESSION has nothing to do: before the next
// session it is answered 5/2C/04.
//
// On a disc that takes another session READ DISC INFORMATION counts it and its
// invisible track, which READ TRACK INFORMATION tells of as FFh. It is only found
// if the last session has reached its Lead-out to the end, so one that was cut off
// leaves those before it readable and nothing to add. The drive makes each
// Lead-in and Lead-out, between them nothing can be read. READ TOC gives the tracks of all
// sessions (format 0), the last session (1), all entries from a session on (2)
// and the CD-TEXT of the first session (5). No write type uses the PMA, so format
// 3 is empty.
//
// # Quirks
//
// Options.Quirks make a drive that keeps to less of the standard, or breaks it;
// Profile has some such drives by name.
//
// # Findings
//
// What a recorder writes without a word but a reader stumbles on is no error
// of a command. Findings reads the disc back and lists it: wrong CRC, EDC,
// ECC and headers, sectors that are not scrambled, times, tracks and indexes
// that jump, a table of contents or pointers that differ from what is recorded,
// a short Lead-out, a P channel without sense, CD-TEXT with wrong CRC, sequence or
// size information, R to W packs with wrong parity. Entries marked Note are conventions
// that readers live with. The writing path checks nothing of the kind, so it
// costs a copy into the file.
//
// # Buffer and time
//
// Without Options.RealTime every command is done when it ends. With it, the
// buffer, which counts the bytes that the host sent, drains at the set speed
// frame by frame; frames that the drive makes take time and no room. A WRITE
// that does not fit is answered 2/04/08 and must be sent again. The laser
// starts when the buffer is nine tenths full, or at SYNCHRONIZE CACHE. If the
// buffer runs empty before the Lead-out, underrun protection (BUFE) lets the
// drive wait, and a Note counts it; without it the next WRITE or SYNCHRONIZE
// CACHE is answered 3/0C/09 and the disc is spoiled. Loading, OPC, BLANK and SYNCHRONIZE CACHE take their
// time and meanwhile everybody else gets 2/04/01, 07 or 08 with the progress.
// Time is only looked at when a command comes; the drive has no goroutine. A
// command that waits longer than its Timeout ends with host status 3, and the
// drive has been reset: 6/29/00.
//
// Every block is in the file before its WRITE has answered. "In the file"
// means in the hands of the kernel: a killed process loses nothing, a power
// cut may.
//
// # Discs
//
// A disc is NAME.rawcd, frames of 2448 bytes: 2352 of main channel as
// recorded, so that data is scrambled, and 96 of raw P to W. Frame 0 lies at
// MSF 95:00:00, LBA -22650; the file is sparse where nothing is recorded and
// grows as it is written. NAME.json beside it is the Medium. All else is read
// from the frames: a disc whose burn was cut off is an incomplete disc without
// a next writable address. Spindle feeds a drive with disc after disc; LOAD
// then changes a disc that is no longer blank for the next.
//
// # Faults
//
// A fault plan is rules, one a line or separated by semicolons:
//
//	COMMAND [#WHICH] [%EVERY] = OUTCOME [, OUTCOME]...
//
// COMMAND is a name (test-unit-ready, request-sense, inquiry, start-stop-unit,
// prevent-allow, read-capacity, read10, write10, synchronize-cache,
// read-sub-channel, read-toc, get-configuration, get-event-status,
// read-disc-information, read-track-information, send-opc, mode-select10,
// mode-sense10, close-track-session, read-buffer-capacity, send-cue-sheet,
// blank, write12, get-performance, set-streaming, read-cd-msf, set-cd-speed,
// mechanism-status, read-cd), an operation code as D8h, or any. WHICH counts
// the commands that fit, from 1: N is the nth, N+ all from the nth on, N-M the
// nth to the mth; without it all. EVERY takes of these each so many-th. An
// OUTCOME is
//
//	3/0C/00      this sense, hexadecimal; the command is not carried out,
//	             unless the key is 0 or 1
//	residue N    the transport loses the last N bytes
//	host N       this host status; the command is not carried out
//	delay TIME   the answer comes so much later, as 40ms or 2s; a long
//	             operation lasts so much longer
//	short N      the reply is cut to N bytes
//	garbage      the reply is noise
//	vanish       the device is gone, from here on
//
// Examples:
//
//	write10#50 = 3/0C/00
//	write10%7 = 2/04/08
//	synchronize-cache = delay 5s
//	any#200+ = host 8
package emu
