// Package stream makes the blocks that a burn sends. For raw writing (Encoder)
// that is for every frame of a Plan its 2352 bytes of main channel, scrambled
// where they are data, and its Sub-channel; for a session at once (Session) it
// is what the drive can't make by itself. It does so for any frame without
// those before it, so a burn, a verify and an export read the same disc from
// wherever they like.
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
// In the Lead-in they are the CD-TEXT of the image, four packs a frame, from
// its first frame on and cycled without a break, neither interleaved nor with
// parities. In the program area they are what the image has (image.Sub):
//
//	SubPacks           interleaved here, with parities made anew; the last
//	                   packs reach two frames into what follows, a track
//	                   without R to W or the Lead-out
//	SubRaw, SubPlanes  as they are, even where packs before them reach in
//	none               zero
//
// The form Packed leaves interleave and parities to the drive: packs go as they
// are, and those of a source in the disc's own form are gathered from the
// frames over which they are spread, so that what is no pack, or begins before
// the source does, is lost. It has no CD-TEXT, since the drive would interleave
// that as well. PQ has no R to W at all.
//
// # A true clone
//
// With Clone, P and Q come from sources that have them, right or wrong, in every
// form. Lead-in, Lead-out, the 150 frames before the program area and frames
// without such a source keep those that are made here.
//
// # Write offset
//
// With WriteOffset audio moves by so many samples, silence or the next audio
// coming after it, Lead-out and Pre-gaps included. Data, times and Sub-channel
// stay.
//
// # Session at once
//
// A cue sheet announces what the host sends; all else is the drive's. Programs
// differ in what they announce, and drives in what they take:
//
//	time of the Lead-in  00:00:00, as every program has it; with CD-TEXT cdrdao
//	                     first tells the real one and then 00:00:00, cdrecord
//	                     and libburn 00:00:00 only. We begin with what most do
//	                     and then tell the real one: a refused sheet costs
//	                     nothing
//	ISRC                 with the control nibble of the track, then without
//	                     (cdrdao; the others have it always)
//	CD-TEXT              40h is added to the form of the Lead-in, whatever the
//	                     first track is (cdrecord; cdrdao always says 41h, as
//	                     for audio); 96-byte blocks of R to W follow from the
//	                     start of the Lead-in that the medium tells (all three)
//	R to W               40h (as on the disc) or C0h (packs) is added to the
//	                     form of all tracks alike, for packs reach from one
//	                     into the next
//	data                 10h with 2048 and 20h with 2336 bytes, as cdrdao: the
//	                     drive makes EDC and ECC, by the sub-header in Mode 2
//	gaps                 a line of INDEX 00 only where there is a gap, in the
//	                     form of the track that follows (cdrdao, libburn)
//	Lead-out             the control nibble of the last track (libburn)
//	later sessions       00:00:00 in the first line, absolute times in all
//	                     others, numbers that go on (cdrdao)
//
// Sheet is one of these variants, and Sheet.Variants their order.
//
// # What is lost
//
// No mode but Raw carries all that an image may have. Survey reads what would
// be burned as it is and tells what is odd in it; its Content then says for each
// form and sheet what would be missing on the disc: CD-TEXT, R to W, a Q of the
// image's own, faults of sectors, sectors of Mode 2 without EDC, sessions. R to W that a file has room for but
// that are empty, as in most CloneCD images, are no loss.
package stream
