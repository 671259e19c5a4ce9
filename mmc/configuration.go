package mmc

import (
	"context"
	"encoding/binary"
)

// Profile is a kind of medium that a drive knows (MMC, "Profile List").
type Profile uint16

const (
	ProfileNone  Profile = 0x0000 // no medium, or one without a profile
	ProfileCDROM Profile = 0x0008 // also a finished CD-R on some drives
	ProfileCDR   Profile = 0x0009
	ProfileCDRW  Profile = 0x000A
)

// FeatureCode names a feature (MMC, "Features").
type FeatureCode uint16

const (
	FeatureProfileList       FeatureCode = 0x0000
	FeatureCore              FeatureCode = 0x0001
	FeatureRemovableMedium   FeatureCode = 0x0003
	FeatureCDRead            FeatureCode = 0x001E
	FeatureTrackAtOnce       FeatureCode = 0x002D
	FeatureMastering         FeatureCode = 0x002E
	FeatureCDRWMedia         FeatureCode = 0x0037
	FeatureRealTimeStreaming FeatureCode = 0x0107
	FeatureSerialNumber      FeatureCode = 0x0108
)

// Feature is one feature descriptor.
type Feature struct {
	Code       FeatureCode
	Version    uint8
	Persistent bool   // always there
	Current    bool   // usable with the medium in the drive
	Data       []byte // after the four bytes of the header; offset 4 of the standard's tables is Data[0]
}

// Configuration is what the drive can do, as it claims.
type Configuration struct {
	CurrentProfile Profile
	Features       []Feature
}

// Feature finds a feature.
func (c Configuration) Feature(code FeatureCode) (Feature, bool) {
	for _, f := range c.Features {
		if f.Code == code {
			return f, true
		}
	}
	return Feature{}, false
}

// CDMastering is feature 002Eh, raw and session at once (MMC, "CD Mastering
// Feature"). A missing bit can be believed. A set bit is a claim: ask with
// MODE SELECT.
type CDMastering struct {
	Current            bool // usable with the medium in the drive
	BufferUnderrunFree bool
	SAO                bool
	RawMultiSession    bool
	Raw                bool
	TestWrite          bool
	CDRW               bool // overwrites on CD-RW
	RW                 bool // writes R-W
	MaxCueSheet        int  // bytes
}

// CDMastering decodes feature 002Eh, and reports false if the drive has none.
func (c Configuration) CDMastering() (CDMastering, bool) {
	f, ok := c.Feature(FeatureMastering)
	if !ok || len(f.Data) < 4 {
		return CDMastering{}, false
	}
	has := func(b uint) bool { return f.Data[0]>>b&1 != 0 }
	return CDMastering{
		Current:            f.Current,
		BufferUnderrunFree: has(6), SAO: has(5), RawMultiSession: has(4), Raw: has(3),
		TestWrite: has(2), CDRW: has(1), RW: has(0),
		MaxCueSheet: int(f.Data[1])<<16 | int(f.Data[2])<<8 | int(f.Data[3]),
	}, true
}

const opGetConfiguration = "GET CONFIGURATION"

// GetConfiguration reads all features (MMC, GET CONFIGURATION): first the
// header, then as much as it announces. Drives before MMC-2 answer
// sgio.InvalidOpcode.
func (d *Drive) GetConfiguration(ctx context.Context) (Configuration, error) {
	b, err := d.getConfiguration(ctx, 8)
	if err != nil {
		return Configuration{}, err
	}
	if len(b) >= 4 {
		// More than a CDB can ask for is refused below, as a reply cut off.
		if need := 4 + uint64(binary.BigEndian.Uint32(b)); need > 8 && need <= 0xFFFF {
			if b, err = d.getConfiguration(ctx, uint16(need)); err != nil {
				return Configuration{}, err
			}
		}
	}
	return decode(opGetConfiguration, b, parseConfiguration)
}

func (d *Drive) getConfiguration(ctx context.Context, size uint16) ([]byte, error) {
	cdb := getConfigurationCDB(0, 0, size)
	return d.receive(ctx, opGetConfiguration, cdb[:], int(size), timeoutSimple)
}

// getConfigurationCDB: rt 0 asks for all features from code on, 1 for the
// current ones, 2 for that one.
func getConfigurationCDB(rt uint8, code FeatureCode, size uint16) [10]byte {
	cdb := [10]byte{0x46, rt & 3}
	binary.BigEndian.PutUint16(cdb[2:], uint16(code))
	binary.BigEndian.PutUint16(cdb[7:], size)
	return cdb
}

func parseConfiguration(b []byte) (Configuration, error) {
	if len(b) < 8 {
		return Configuration{}, badReply("%d bytes, not even a feature header", len(b))
	}
	end := 4 + uint64(binary.BigEndian.Uint32(b))
	if end < 8 || end > uint64(len(b)) {
		return Configuration{}, badReply("%d bytes that say they are %d", len(b), end)
	}
	c := Configuration{CurrentProfile: Profile(binary.BigEndian.Uint16(b[6:]))}
	for b = b[8:end]; len(b) > 0; {
		if len(b) < 4 || len(b) < 4+int(b[3]) {
			return Configuration{}, badReply("the last feature is cut off")
		}
		n := 4 + int(b[3])
		c.Features = append(c.Features, Feature{
			Code:       FeatureCode(binary.BigEndian.Uint16(b)),
			Version:    b[2] >> 2 & 0x0F,
			Persistent: b[2]&2 != 0,
			Current:    b[2]&1 != 0,
			Data:       b[4:n:n],
		})
		b = b[n:]
	}
	return c, nil
}
