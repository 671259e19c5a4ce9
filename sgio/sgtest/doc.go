// Package sgtest has Transports that stand in for a drive in a test, or write
// down what goes to one.
//
// # Func
//
// Func answers commands from a function: for tests of one command.
//
// # Record and Playback
//
// Record wraps a Transport and keeps a Transcript of what went over it.
// Playback plays a Transcript: it takes exactly the commands that were
// recorded, in their order, and gives the replies that the drive gave. A
// transcript of a real drive so proves that our encodings are what they were
// and that our decoders take what that drive said. It proves nothing about
// behaviour: for that there is the emulated drive.
//
// # Log
//
// A Log writes the transcript of a drive to a file while it is at work: for
// people with a drive that does something odd. It costs no more than a hash of
// what is sent, and keeps neither the burn waiting nor memory: the file is
// written by a goroutine of its own, lines that it can't keep up with are left
// out and counted, a file that can't be written or is too long ends the Log,
// all of which is told once. Of replies above 8 KiB, which are sectors, it has
// the SHA-256 only: a Playback stops there.
//
// # The text of a transcript
//
// A Transcript is kept as text that a person can read. Empty lines and lines
// that begin with # are nothing. Every other line is a command, with five or
// six columns between vertical bars:
//
//	CDB | direction and length | data | result | duration | time of day
//
// for example
//
//	00 00 00 00 00 00 | none | | status=02 sense=2/04/01 progress=32768 | 1ms
//	12 00 00 00 24 00 | in 36 | 05 80 02 02 1F 00 00 00 ... | good | 840µs
//	2A 00 FF FF D2 8D 00 00 1A 00 | out 63648 | sha256 5C9D... | good | 31ms
//
// Bytes are hexadecimal. The direction is "none", "in", "in whole" (a reply
// that must fill its room) or "out", with the length of Cmd.Data. The data of
// "in" is what the device gave, perhaps less than there was room for. Data of
// "out" above 256 bytes stands as its SHA-256; where a long reply does, its
// length follows: "sha256 5C9D... of 63648".
//
// The result is "good", or "good" and sense data (the command recovered), or
// the parts of an sgio.Error, each only if it is there:
//
//	short gone busy timeout           the name that Err matches
//	errno=N                           the errno in Err
//	text="..."                        any other Err
//	status=HH host=N driver=N         the status bytes
//	sense=K/AA/QQ                     and of the sense data: deferred info=N
//	                                  progress=N field=N cdb
//	residue=N                         bytes that did not move
//
// The duration is as Go writes it. Playback does not wait for it. The time is
// when the command was sent, in UTC, as 2006-01-02T15:04:05.000000Z; it may be
// left out.
package sgtest
