// Package stream makes the blocks that a raw burn sends: for every frame of a
// Plan its 2352 bytes of main channel, scrambled where they are data, and its
// Sub-channel. It does so for any frame without those before it, so a burn, a
// verify and an export read the same disc from wherever they like.
//
// # Main channel
//
// Audio is little-endian, left before right, and never scrambled; sources in
// big-endian order are turned. A data sector is sync, header, user data, EDC
// and ECC, all made here unless the source has them:
//
//	User2048    Mode 1; in a Mode 2 track Form 1, sub-header 00 00 08 00 twice
//	User2324    Form 2, sub-header 00 00 20 00 twice
//	Body2336    sync and header are made, what follows is the source's
//	Sector2352  the source's from sync to ECC, right or wrong (see Check)
//	Empty       silence; Mode 1 with zeros; Form 2 with zeros
//
// Lead-in, the 150 frames before LBA 0 and Lead-out have no source: they are
// Empty in the mode of the first and of the last track. The header of a sector
// in the Lead-in tells the sector's own time, 97:26:65 or so rising to
// 99:59:74.
//
// # Q
//
// The Lead-in tells the table of contents: A0, A1, A2 and the tracks, each in
// three frames, over and over from its first frame on, with the frame's own
// time as running time. A Pre-gap belongs to the track that follows, counts
// N-1 ... 0, and has INDEX 00; INDEX 02 and later do not restart the relative
// time. The Lead-out is track AAh, INDEX 01, with the control nibble of the
// last track. Under SCMS the copy bit is clear for four frames and set for
// four, clear in the first frame of INDEX 01; the Pre-gap counts back from
// there, and Lead-in and Lead-out have it clear.
//
// The frame at each LBA that is a multiple of 90 tells the MCN, and 50 frames
// later one tells the ISRC; ninety, so that a frame put off leaves no hundred
// frames without. Put off, by up to nine frames, are those that a player needs
// for its position: the first of a Pre-gap, track or index, and the last of a
// Pre-gap. The Lead-in tells no MCN. An ISRC is told between INDEX 01 and the
// end of an audio track, and nowhere else. Both have the control nibble that
// the frame has anyway.
//
// # P
//
// P is the flag of a start to come. It is up in a whole Pre-gap, and in the two
// seconds before INDEX 01 and before the Lead-out even where the one before
// plays on without a gap; and still in the first frame of what it announced. In
// the Lead-out it stays down until two seconds have passed, then it changes at
// 2 Hz until the end. It is down everywhere else and in the Lead-in.
//
// # R to W
//
// They are zero.
package stream
