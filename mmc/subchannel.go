package mmc

import (
	"context"
)

const opReadSubChannel = "READ SUB-CHANNEL"

// Formats of READ SUB-CHANNEL.
const (
	subMCN  = 2
	subISRC = 3
)

// ReadSubChannelMCN reads the Media Catalog Number, 13 digits (MMC, READ
// SUB-CHANNEL format 02h). It reports false if the disc has none; some drives
// then fail with sense 3/11/0F.
func (d *Drive) ReadSubChannelMCN(ctx context.Context) (string, bool, error) {
	return d.readSubChannel(ctx, subMCN, 0, parseMCN)
}

// ReadSubChannelISRC reads the ISRC of a track, 12 characters (MMC, READ
// SUB-CHANNEL format 03h). It reports false if the track has none; some drives
// then fail with sense 3/11/10.
func (d *Drive) ReadSubChannelISRC(ctx context.Context, track uint8) (string, bool, error) {
	return d.readSubChannel(ctx, subISRC, track, parseISRC)
}

func (d *Drive) readSubChannel(ctx context.Context, format, track uint8, parse func([]byte) (code, error)) (string, bool, error) {
	cdb := readSubChannelCDB(format, track)
	b, err := d.receive(ctx, opReadSubChannel, cdb[:], 24, timeoutMedium)
	if err != nil {
		return "", false, err
	}
	c, err := decode(opReadSubChannel, b, parse)
	return c.text, c.valid, err
}

func readSubChannelCDB(format, track uint8) [10]byte {
	return [10]byte{0x42, 0x02, 0x40, format, 6: track, 8: 24}
}

// code is a code of the disc or of a track, if it is there.
type code struct {
	text  string
	valid bool
}

func parseMCN(b []byte) (code, error)  { return parseCode(b, subMCN, 13, digit) }
func parseISRC(b []byte) (code, error) { return parseCode(b, subISRC, 12, alphanumeric) }

func parseCode(b []byte, format uint8, length int, allowed func(byte) bool) (code, error) {
	if len(b) < 9+length {
		return code{}, badReply("%d bytes, not 24", len(b))
	}
	if b[4] != format {
		return code{}, badReply("format %d, not %d", b[4], format)
	}
	if b[8]&0x80 == 0 {
		return code{}, nil
	}
	text := b[9 : 9+length]
	for _, c := range text {
		if !allowed(c) {
			return code{}, badReply("the code % X", text)
		}
	}
	return code{string(text), true}, nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func alphanumeric(c byte) bool { return digit(c) || c >= 'A' && c <= 'Z' }
