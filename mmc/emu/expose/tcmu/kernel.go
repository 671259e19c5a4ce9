package tcmu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	configfs      = "/sys/kernel/config"
	core          = configfs + "/target/core"
	loopback      = configfs + "/target/loopback"
	configfsMagic = 0x62656570

	// loading is the longest that modprobe may take.
	loading = 30 * time.Second
)

// modules are what the device needs, sg alone for its second node.
var modules = []string{"target_core_user", "tcm_loop", "sr_mod", "sg"}

// prepare loads the modules that are missing and says what the kernel lacks,
// with the command that mends it.
func prepare(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return errors.New("a device of the kernel's can only be made by root: run it with sudo")
	}
	said := load(ctx)
	lacks := func(what, mend string) error {
		text := fmt.Sprintf("%s; try: %s", what, mend)
		if said != "" {
			text += " (" + said + ")"
		}
		return errors.New(text)
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(configfs, &fs); err != nil {
		return lacks("the kernel has no configfs", "modprobe configfs")
	}
	if fs.Type != configfsMagic {
		return lacks("configfs is not mounted", "mount -t configfs configfs "+configfs)
	}
	for _, need := range []struct{ path, what, module string }{
		{core, "the kernel has no SCSI target", "target_core_mod"},
		{"/sys/module/target_core_user", "the kernel has no SCSI target that programs serve", "target_core_user"},
		{"/sys/bus/scsi/drivers/sr", "the kernel has no driver for optical drives", "sr_mod"},
	} {
		if _, err := os.Stat(need.path); err != nil {
			return lacks(need.what, "modprobe "+need.module)
		}
	}
	if err := os.Mkdir(loopback, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return lacks("the kernel has no SCSI host adapter for targets of its own", "modprobe tcm_loop")
	}
	return nil
}

// load loads modules, and gives what modprobe said against it. That is no
// error yet: what counts is what the kernel has.
func load(ctx context.Context) (said string) {
	var missing []string
	for _, m := range modules {
		if _, err := os.Stat("/sys/module/" + m); err != nil {
			missing = append(missing, m)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, loading)
	defer cancel()
	c := exec.CommandContext(ctx, "modprobe", append([]string{"-a"}, missing...)...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	if err == nil {
		return ""
	}
	return strings.Join(strings.Fields(err.Error()+": "+string(out)), " ")
}

// lockTargets keeps other processes of ours from making and sweeping targets
// until unlock.
func lockTargets(ctx context.Context) (unlock func() error, err error) {
	dir, err := os.Open(core)
	if err != nil {
		return nil, err
	}
	err = await(ctx, "another burnfs that makes a device", func() (bool, error) {
		err := unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		return err == nil, unless(err, unix.EWOULDBLOCK)
	})
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir.Close, nil
}

// unless gives err, but nil if it is the one that is expected.
func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

const (
	// patience is the longest that the kernel, udev or another process of
	// ours may take for one step.
	patience = 30 * time.Second
	pause    = 10 * time.Millisecond
)

// await looks again and again until done says that what we wait for is there.
func await(ctx context.Context, what string, done func() (bool, error)) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		ok, err := done()
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-tick.C:
		case <-limit.C:
			return fmt.Errorf("waited %v for %s in vain", patience, what)
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
}

// word reads a file of sysfs or configfs that holds one.
func word(path ...string) (string, error) {
	b, err := os.ReadFile(filepath.Join(path...))
	return strings.TrimSpace(string(b)), err
}
