// Package mmc speaks the commands of optical drives: MMC, and what drives
// answer of SPC.
//
// # One method, one command
//
// Each method of Drive encodes a CDB, sends it over the sgio.Transport, checks
// the reply and decodes it. Where a reply tells its own length, the command is
// sent a second time with that length. Nothing else happens: no method
// repeats a command that failed, waits, or remembers an answer. When to ask
// again, what to do about a sense code and how long to wait is the business of
// package burner.
//
// # Errors
//
// Every error is an *Error with the command's name. What lies in it:
//
//   - an *sgio.Error if the drive or the way to it failed: compare with
//     errors.Is and the codes of package sgio, as in
//     errors.Is(err, sgio.LongWriteInProgress);
//   - an error that matches ErrReply if the reply can't be right. Bytes from a
//     drive never panic and never make us take more memory than they fill;
//   - the context's error if it ended before the command was sent;
//   - a plain text if the arguments fit no CDB; then nothing was sent.
//
// # Units
//
// Addresses are addr.LBA or addr.MSF. Blocks are frames, whatever their length
// in bytes. Speeds are kB/s of 1000 bytes and sectors of 2352 bytes, so that
// 1x is 176.4.
//
// Control is the CONTROL nibble of Q: bit 2 data, bit 1 copy permitted, bit 0
// pre-emphasis of audio, bit 3 four channels. Times are plain binary. Two
// replies that some drives give in BCD are told from it and converted: ATIP and
// the full TOC.
//
// # Files
//
// primary.go and medium.go have the commands about the drive and its tray;
// mode.go, writeparameters.go, capabilities.go, configuration.go and speed.go
// those about what it can and shall do; disc.go, toc.go, atip.go and
// subchannel.go those about the disc; write.go and readcd.go move blocks.
// timeout.go says how long each may take.
package mmc
