// Package subcode makes and reads the Sub-channel of a CD: 96 bits in each of
// eight channels, P to W, beside every frame of 2352 bytes (IEC 60908).
//
// # Q
//
// Q tells where the disc is. Its 96 bits are 12 bytes:
//
//	0      CONTROL (high nibble), ADR (low nibble)
//	1..9   by ADR, below
//	10,11  CRC of bytes 0 to 9, inverted
//
//	ADR 1  program   TNO INDEX MIN SEC FRAME zero AMIN ASEC AFRAME   Position
//	ADR 1  Lead-in   zero POINT MIN SEC FRAME zero PMIN PSEC PFRAME   TOCEntry
//	ADR 2  13 digits of the Media Catalog Number, AFRAME              MCN
//	ADR 3  International Standard Recording Code, AFRAME              ISRC
//
// Numbers are BCD on the disc and binary in the arguments here. CONTROL is the
// high nibble here and on the disc; the replies of READ TOC have it low.
//
// In a Pre-gap the relative time counts down to 0 in the last frame: a gap of
// 150 frames begins with 00:01:74. Programs differ by one here; pressed discs
// and their readers agree on this form.
//
// # The form in a block
//
// Raw96 is the 96-byte form of data block types 2 and 3: byte i has bit i of
// each channel, P in bit 7, Q in bit 6, R to W in bits 5 to 0. PQ16 is the
// 16-byte form of type 1. The CRC is stored inverted in both, as a disc has
// it. CloneCD's files have the same bits channel by channel: FromPlanes and
// ToPlanes. In the 16-byte form other programs disagree and their discs work either
// way, so drives seem to make it anew or not to look; none has been tried here.
//
// # R to W
//
// A frame holds four packs of 24 symbols of six bits. On the disc they carry
// parities and are interleaved over eight packs: Interleaver and Deinterleaver
// go from one form to the other. CD-TEXT in the Lead-in has packs of the same
// length, neither interleaved nor with parities: TextSymbols and TextPack.
package subcode
