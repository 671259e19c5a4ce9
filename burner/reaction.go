package burner

import (
	"context"
	"errors"

	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/sgio"
)

// verdict is what is done about an answer of the drive.
type verdict uint8

const (
	fail verdict = iota // the request has failed
	wait                // the drive is busy: ask again
	pass                // nothing is wrong
)

// reaction is one row of the table: what a sense code means for a burn.
type reaction struct {
	sense   sgio.Code
	anyASCQ bool
	anyASC  bool
	verdict verdict
	code    Code
}

// reactions is the only place that says what an answer of the drive means.
// The first row that fits counts. Only what is busy is asked again: a reset, a
// short transfer or a failed flush is a failed burn.
var reactions = []reaction{
	{sense: sgio.Code{Key: sgio.RecoveredError}, anyASC: true, verdict: pass},
	{sense: sgio.BecomingReady, verdict: wait, code: MediaBecomingReady},
	{sense: sgio.FormatInProgress, verdict: wait, code: MediaFormatInProgress},
	{sense: sgio.OperationInProgress, verdict: wait, code: MediaBusy},
	{sense: sgio.LongWriteInProgress, verdict: wait, code: MediaBusy},
	{sense: sgio.NoMedium, anyASCQ: true, code: NoMedium},
	{sense: sgio.NoReferencePosition, code: MediaUpsideDown},
	{sense: sgio.Code{Key: sgio.NotReady, ASC: 0x30}, anyASCQ: true, code: MediaIncompatible},
	{sense: sgio.LossOfStreaming, code: LossOfStreaming},
	{sense: sgio.Code{Key: sgio.MediumError, ASC: 0x0C}, anyASCQ: true, code: WriteFailed},
	{sense: sgio.Code{Key: sgio.IllegalRequest, ASC: 0x30}, anyASCQ: true, code: MediaIncompatible},
	{sense: sgio.Code{Key: sgio.IllegalRequest, ASC: 0x26}, anyASCQ: true, code: InvalidModeParameters},
	{sense: sgio.EndOfUserArea, code: NotEnoughSpace},
	{sense: sgio.MediumChanged, anyASCQ: true, code: Reset},
	{sense: sgio.Reset, anyASCQ: true, code: Reset},
	{sense: sgio.WriteProtected, anyASCQ: true, code: MediaWriteProtected},
}

// react judges an error that came from the drive, or from the context.
func react(err error) (verdict, Code) {
	if err == nil {
		return pass, OK
	}
	var burner *Error
	if errors.As(err, &burner) {
		return fail, burner.Code
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fail, Cancelled
	case errors.Is(err, sgio.ErrGone):
		return fail, DeviceGone
	case errors.Is(err, sgio.ErrTimeout):
		return fail, CommandTimeout
	case errors.Is(err, sgio.ErrBusy):
		return fail, Locked
	case errors.Is(err, mmc.ErrReply):
		return fail, InvalidResponse
	}
	var sense sgio.Code
	if errors.As(err, &sense) {
		for _, r := range reactions {
			if r.fits(sense) {
				return r.verdict, r.code
			}
		}
		return fail, UnexpectedResponse
	}
	var scsi *sgio.Error
	if errors.As(err, &scsi) && (scsi.Status == sgio.StatusBusy || scsi.Status == sgio.StatusTaskSetFull) {
		return wait, MediaBusy
	}
	return fail, UnexpectedResponse
}

func (r *reaction) fits(c sgio.Code) bool {
	return r.sense.Key == c.Key &&
		(r.anyASC || r.sense.ASC == c.ASC) &&
		(r.anyASC || r.anyASCQ || r.sense.ASCQ == c.ASCQ)
}

// lacks says that the drive answered that it does not have a command or a
// variant of it, or answered nonsense. Where a burn can do without, that is no
// failure; anything else, a reset above all, is one even there.
func lacks(err error) bool {
	var sense sgio.Code
	if errors.As(err, &sense) {
		return sense.Key == sgio.IllegalRequest
	}
	return errors.Is(err, mmc.ErrReply)
}
