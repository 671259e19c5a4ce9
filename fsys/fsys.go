// Package fsys is the tree that burnfs mounts.
package fsys

import (
	"context"
	"errors"
	"time"

	"github.com/burnfs/burnfs/burner"
)

// Drive is what the tree needs of a *burner.Recorder.
type Drive interface {
	Name() string
	Status() *burner.Status
	Media() *burner.Media
	Drive() *burner.DriveInfo
	Burn(ctx context.Context, job *burner.Job) (*burner.Report, error)
	Eject(ctx context.Context) error
	Load(ctx context.Context) error
	Blank(ctx context.Context, full bool) error
}

var _ Drive = (*burner.Recorder)(nil)

// DriveConfig is one drive of the tree.
type DriveConfig struct {
	Drive    Drive
	Settings burner.Settings // to start from; what ctl has set before wins
}

// Config says what is in the tree.
type Config struct {
	Spool  string        // folder for the bytes; made if it is not there
	Settle time.Duration // how long a file must be quiet before it is burned
	Keep   time.Duration // how long images of burned discs stay in done/
	Drives []DriveConfig
	Log    func(line string) // what concerns no drive; may be nil
}

// FS is the tree and what runs behind it.
type FS struct{}

// New opens the spool, brings what a crash has left to an end, and starts to
// take jobs.
func New(c Config) (*FS, error) { return nil, errors.New("not built yet") }

// Log adds a line to the file log of a drive.
func (f *FS) Log(drive, line string) {}

// Mount shows the tree at mountpoint. Options are those of mount -o.
func (f *FS) Mount(mountpoint string, options []string) (*Mount, error) {
	return nil, errors.New("not built yet")
}

// Stop takes no new job, waits for those in hand, unmounts and closes the
// spool. The end of ctx cancels the burns; Stop still waits for their end.
func (f *FS) Stop(ctx context.Context) error { return nil }

// Mount is a place where the tree can be seen.
type Mount struct{}

// Unmount takes the tree away. It may be called more than once.
func (m *Mount) Unmount() error { return nil }

// Done is closed when the tree is gone, by Unmount or from outside.
func (m *Mount) Done() <-chan struct{} { return nil }
