// Package cdtext turns text into the packs of CD-TEXT and back.
//
// CD-TEXT stands in R to W of the Lead-in, four packs in each frame, the whole
// set over and over (MMC-3, annex J; the rest is from Sony's Input Sheet 0.7T
// as other programs read it). Encode and Decode know packs, not frames.
//
// # A pack
//
// A pack has 18 bytes:
//
//	0       type, 80h to 8Fh
//	1       number of the track that its first character belongs to, 0 for
//	        the disc; part 0, 1 or 2 in type 8Fh
//	2       sequence number, from 0 in each block
//	3       bit 7: characters of two bytes (DBCC); bits 6 to 4: block; bits
//	        3 to 0: how many characters of its first text stand in earlier
//	        packs, 15 if more
//	4..15   text
//	16,17   CRC of bytes 0 to 15: x^16+x^12+x^5+1, start 0, inverted
//
// The types are, in the order in which they are written:
//
//	80 title  81 performer  82 songwriter  83 composer  84 arranger
//	85 message              of the disc, then of each track
//	86 number of the disc in its publisher's catalog
//	87 genre: two bytes of code, then text
//	88, 89    tables of contents
//	8D        closed information, which players do not show
//	8E        UPC/EAN of the disc, then the ISRC of each track
//	8F        size information, three packs
//
// Texts of one type lie end to end, each ended by a zero (two zeros if its
// characters have two bytes), and zeros fill the last pack. If one track has
// a text of a type, then the disc and every track have one, empty where there
// is nothing to say. A text like that of the track before is a single TAB.
//
// # Blocks
//
// A block is a language. There are at most eight, each with its own code page
// and at most 256 packs, of which three tell the sizes. What does not fit is
// left out by type, messages first and titles last, and is told.
//
// # Code pages
//
// Types 80 to 85 are in the code page of their block, 86, 87 and 8E in ASCII
// and 8D in ISO 8859-1 always. Nothing is replaced by something like it: a text
// with a letter that its code page lacks is left out and named. The three
// things that are done to a text do not change what it says: it is composed
// (Unicode form C); in MS-JIS, where every character has two bytes, letters get
// their wide forms, which is told; and there a wave dash or a minus is the one
// of that code page.
//
// MMC calls code page 00h a modified ISO 8859-1 and refers to the CD EXTRA
// specification, which was not to be had. It can only differ where ISO 8859-1 has
// no printable letters. Nothing is ever written there; on discs the bytes 80h to
// 9Fh come from programs that take Windows code page 1252 for it, so they are
// read as that.
//
// MS-JIS comes in two forms: with two zeros and the DBCC bit, as the standard
// wants it and Encode writes it, and as mixed text with single zeros and
// without the bit. Decode reads both.
//
// # Reading
//
// Decode reads what is left of damaged packs. The number of its track in each
// pack lets it find the way after a gap: a text of which a part is missing is
// left out, no text is taken for that of another track. Tables of contents (88,
// 89) belong to the disc they were written for and are passed over. Packs
// whose CRCs are all zero come from drives that leave them out, and are taken.
// libburn ends some texts in MS-JIS with two zeros and no DBCC bit; where the
// next pack shows it, the second zero is no text of its own.
package cdtext
