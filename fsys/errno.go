package fsys

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/fsys/spool"
)

// codeErrno is what a program sees of a Code: the nearest errno there is. The
// words are in last-error.
var codeErrno = map[burner.Code]syscall.Errno{
	burner.OK: 0,

	burner.ImageNotSupported:     syscall.EINVAL,
	burner.StreamNotSupported:    syscall.EINVAL,
	burner.StreamLeadInTooShort:  syscall.EINVAL,
	burner.NotEnoughSpace:        syscall.ENOSPC,
	burner.DataBlockNotSupported: syscall.EOPNOTSUPP,

	burner.RecorderNotSupported:  syscall.EOPNOTSUPP,
	burner.DeviceGone:            syscall.ENODEV,
	burner.Locked:                syscall.EBUSY,
	burner.CommandTimeout:        syscall.ETIMEDOUT,
	burner.InvalidResponse:       syscall.EPROTO,
	burner.InvalidModeParameters: syscall.EOPNOTSUPP,
	burner.UnexpectedResponse:    syscall.EIO,

	burner.NoMedium:              syscall.ENOMEDIUM,
	burner.MediaNotBlank:         syscall.ENOTEMPTY,
	burner.MediaNotSupported:     syscall.EMEDIUMTYPE,
	burner.MediaIncompatible:     syscall.EMEDIUMTYPE,
	burner.MediaUpsideDown:       syscall.EMEDIUMTYPE,
	burner.MediaBecomingReady:    syscall.EAGAIN,
	burner.MediaFormatInProgress: syscall.EBUSY,
	burner.MediaBusy:             syscall.EBUSY,
	burner.MediaWriteProtected:   syscall.EROFS,
	burner.MediaSpeedMismatch:    syscall.EMEDIUMTYPE,

	burner.LossOfStreaming: syscall.EIO,
	burner.WriteFailed:     syscall.EIO,
	burner.FlushFailed:     syscall.EIO,
	burner.Reset:           syscall.EIO,
	burner.TooFast:         syscall.EIO,
	burner.VerifyFailed:    syscall.EIO,
	burner.Cancelled:       syscall.ECANCELED,
	burner.Interrupted:     syscall.ECANCELED,

	burner.WriteInProgress:    syscall.EBUSY,
	burner.WriteNotInProgress: syscall.ESRCH,
	burner.InvalidArgument:    syscall.EINVAL,
}

// otherErrno is the same for errors that have neither a Code nor an errno.
// The first that matches counts.
var otherErrno = []struct {
	err   error
	errno syscall.Errno
}{
	{spool.ErrNoJob, syscall.ENOENT},
	{spool.ErrAmbiguous, syscall.ENOTUNIQ},
	{burner.ErrUnknownSetting, syscall.EINVAL},
	{fs.ErrNotExist, syscall.ENOENT},
	{fs.ErrExist, syscall.EEXIST},
	{fs.ErrPermission, syscall.EPERM},
	{os.ErrClosed, syscall.EIO},
	{context.Canceled, syscall.ECANCELED},
	{context.DeadlineExceeded, syscall.ETIMEDOUT},
}

// errnoOf is the one place where an error becomes an errno. An error that
// nothing is known of is EIO.
func errnoOf(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	var code burner.Code
	if errors.As(err, &code) {
		if errno, ok := codeErrno[code]; ok {
			return errno
		}
		return syscall.EIO
	}
	var errno syscall.Errno
	if errors.As(err, &errno) && errno != 0 {
		return errno
	}
	for _, e := range otherErrno {
		if errors.Is(err, e.err) {
			return e.errno
		}
	}
	return syscall.EIO
}
