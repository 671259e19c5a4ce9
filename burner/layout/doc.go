// Package layout lays an image on a disc: from the first frame of the Lead-in
// to the last of the Lead-out, as extents without gaps, for one medium. It
// reads no byte of the image; package stream does, with a Plan in hand.
//
// # From the Lead-in to the Lead-out
//
//	Medium.LeadInStart .. -151   Lead-in, 4500 frames at least
//	-150 .. -1                   INDEX 00 of the first track, on every disc
//	0 .. Plan.LeadOut-1          the image's frames, track by track
//	Plan.LeadOut .. Plan.End-1   Lead-out, 6750 frames
//
// The image's own Pre-gap of the first track comes on top of the 150 frames
// that every disc has: its first frame lies at LBA 0, and INDEX 00 lasts until
// INDEX 01.
//
// # Several sessions
//
// Sessions lays an image with a Next as one Plan for each session, New one that
// stands alone. Addresses run on over the whole disc. A later session has a
// Lead-in of 4500 frames, then its own 150 frames of Pre-gap, the image's
// frames from Medium.ProgramStart on, and a Lead-out of 2250 frames; so it
// begins 11400 frames after the first Lead-out starts, or 6900 after a later
// one. Track numbers go on from session to session.
//
// # How much goes on a disc
//
// The last Lead-out may start at Medium.LastLeadOut at the latest, and behind that
// address a medium has room for all of it. With Options.Overburn the Lead-out
// may start later; it keeps its length, for only the recorder can tell where
// the medium ends. Addresses count on past MSF 89:59:74, where a 90 or 99
// minute disc needs them. Only the clock cuts a Lead-out short: MSF 99:59:74
// is the last time that Q can tell, so nothing lies behind it, and at least
// 2250 frames of Lead-out (30 seconds, the shortest that the book has) must
// fit before it, Overburn or not.
//
// # What is checked
//
// An image comes from files that anybody may have written, so New takes
// nothing for granted: numbers, marks, forms and sizes are compared before the
// Plan is made, and a Plan that exists can be encoded. Frames may lie apart in
// their file (image.Extent.Stride), and the Sub-channel may lie between them or
// in a file of its own; both are cut as the frames are. Tracks of less than four
// seconds are errors, or warnings if Options.Lenient is set. The first track
// may have a number above 1 only on a disc that is all audio. An ISRC of a data
// track is left out, with a warning.
package layout
