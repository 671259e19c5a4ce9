package burner

import (
	"fmt"

	"github.com/burnfs/burnfs/mmc/addr"
)

// Code is the reason why something failed. Codes are stable: programs may
// compare them, and each has the name that IDiscFormat2RawCD gives to the same
// condition, without its prefix.
type Code uint8

const (
	OK Code = iota

	// The image.
	ImageNotSupported     // the image can't be what it says, or can't be burned as asked
	StreamNotSupported    // a raw stream that is no whole disc
	StreamLeadInTooShort  // a raw stream that starts after this medium's Lead-in
	NotEnoughSpace        // longer than the medium
	DataBlockNotSupported // the drive can't write the Sub-channel that the image needs

	// The drive.
	RecorderNotSupported  // does not write CDs raw
	DeviceGone            // no longer there
	Locked                // held by another program, or mounted
	CommandTimeout        // did not answer in time
	InvalidResponse       // its answer can't be right
	InvalidModeParameters // refused the write parameters
	UnexpectedResponse    // an error that has no better name

	// The medium.
	NoMedium
	MediaNotBlank
	MediaNotSupported
	MediaIncompatible
	MediaUpsideDown
	MediaBecomingReady
	MediaFormatInProgress
	MediaBusy
	MediaWriteProtected
	MediaSpeedMismatch

	// The burn.
	LossOfStreaming // the drive ran out of data
	WriteFailed     // the drive says that it could not write
	FlushFailed     // the drive did not say that all is on the disc
	Reset           // the drive was reset and has forgotten the session
	TooFast         // done sooner than the disc can turn: nothing was written
	VerifyFailed    // what was read back is not what was sent
	Cancelled
	Interrupted // burnfs itself was stopped in the middle

	// The request.
	WriteInProgress
	WriteNotInProgress
	InvalidArgument
)

var codeNames = [...]string{
	OK:                    "OK",
	ImageNotSupported:     "IMAGE_NOT_SUPPORTED",
	StreamNotSupported:    "STREAM_NOT_SUPPORTED",
	StreamLeadInTooShort:  "STREAM_LEADIN_TOO_SHORT",
	NotEnoughSpace:        "NOT_ENOUGH_SPACE",
	DataBlockNotSupported: "DATA_BLOCK_TYPE_NOT_SUPPORTED",
	RecorderNotSupported:  "RECORDER_NOT_SUPPORTED",
	DeviceGone:            "DEV_NOT_EXIST",
	Locked:                "LOCKED",
	CommandTimeout:        "COMMAND_TIMEOUT",
	InvalidResponse:       "INVALID_RESPONSE_FROM_DEVICE",
	InvalidModeParameters: "INVALID_MODE_PARAMETERS",
	UnexpectedResponse:    "UNEXPECTED_RESPONSE_FROM_DEVICE",
	NoMedium:              "MEDIA_NO_MEDIA",
	MediaNotBlank:         "MEDIA_IS_NOT_BLANK",
	MediaNotSupported:     "MEDIA_IS_NOT_SUPPORTED",
	MediaIncompatible:     "MEDIA_INCOMPATIBLE",
	MediaUpsideDown:       "MEDIA_UPSIDE_DOWN",
	MediaBecomingReady:    "MEDIA_BECOMING_READY",
	MediaFormatInProgress: "MEDIA_FORMAT_IN_PROGRESS",
	MediaBusy:             "MEDIA_BUSY",
	MediaWriteProtected:   "MEDIA_WRITE_PROTECTED",
	MediaSpeedMismatch:    "MEDIA_SPEED_MISMATCH",
	LossOfStreaming:       "LOSS_OF_STREAMING",
	WriteFailed:           "WRITE_FAILED",
	FlushFailed:           "FLUSH_FAILED",
	Reset:                 "RESET",
	TooFast:               "TOO_FAST",
	VerifyFailed:          "BURN_VERIFICATION_FAILED",
	Cancelled:             "REQUEST_CANCELLED",
	Interrupted:           "INTERRUPTED",
	WriteInProgress:       "WRITE_IN_PROGRESS",
	WriteNotInProgress:    "WRITE_NOT_IN_PROGRESS",
	InvalidArgument:       "INVALID_ARGUMENT",
}

func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("CODE_%d", uint8(c))
}

// Error makes a Code a target for errors.Is.
func (c Code) Error() string { return c.String() }

// Error is a failed request to a Recorder. errors.Is matches it with its Code
// and with all that its cause matches, sense codes included.
type Error struct {
	Code    Code
	Phase   State    // what the Recorder was doing
	LBA     addr.LBA // where the head was; meaningful if AtLBA
	AtLBA   bool
	Spoiled bool  // the disc in the drive can't be used for another try
	Err     error // the cause, in words for a person; may be nil
}

func (e *Error) Error() string {
	s := e.Code.String()
	if e.Phase != "" {
		s += " while " + string(e.Phase)
	}
	if e.AtLBA {
		s += fmt.Sprintf(" at LBA %d", e.LBA)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Spoiled {
		s += "; the disc is spoiled"
	}
	return s
}

// Unwrap gives the Code and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}
