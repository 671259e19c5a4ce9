package expose

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/burnfs/burnfs/sgio"
)

// Placeholder stands for the path of the device in the arguments of a program.
const Placeholder = "{}"

// Program is what Run starts.
type Program struct {
	// Launcher is a command line of our own binary that ends in Launch; the
	// program's arguments are put behind it.
	Launcher []string

	// Args is the program and its arguments. The program is looked up in
	// PATH; Placeholder becomes the device's path wherever it stands.
	Args []string

	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Signals, if it is not nil, are passed on to the program.
	Signals <-chan os.Signal
}

const (
	// handover is the longest that the launcher may take up to the program.
	handover = 30 * time.Second
	// outputDelay is how long the output of children that outlive the
	// program is read if it is not a file.
	outputDelay = 2 * time.Second
)

// Run runs a program with a drive, which open opens, as its device and waits
// for its end. It gives the program's exit code, or 128 and the number of the
// signal that killed it, as shells do. An error is one of ours: the program was
// not found (exec.ErrNotFound), did not start, for which the text has the
// reason, or could not be answered rightly. When the context ends the program
// is killed.
//
// The drive and its disc stay the caller's; all that the program had opened is
// let go. Children that outlive the program lose the device.
func Run(ctx context.Context, open func(exclusive bool) (sgio.Transport, error), p Program) (code int, err error) {
	if len(p.Args) == 0 || len(p.Launcher) == 0 {
		return 0, errors.New("no program to run")
	}
	program, err := exec.LookPath(p.Args[0])
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "burnfs-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path, err := makeNode(dir)
	if err != nil {
		return 0, err
	}

	args := append(append([]string{}, p.Launcher[1:]...), program)
	for _, a := range p.Args {
		args = append(args, strings.ReplaceAll(a, Placeholder, path))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Launcher[0], args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Stdin, p.Stdout, p.Stderr
	cmd.WaitDelay = outputDelay
	s := &supervisor{device: newDevice(open, path), cancel: cancel}
	return s.run(ctx, cmd, p.Signals)
}

// makeNode makes what the device's path shows to those who only look at it.
func makeNode(dir string) (path string, err error) {
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "sr0")
	return path, os.WriteFile(path, nil, 0o600)
}

// supervisor answers the system calls of one program.
type supervisor struct {
	device *device
	cancel func() // kills the program

	mu   sync.Mutex
	errs []error
}

// fail notes what must not happen and ends the program, whose next call might
// wait for ever.
func (s *supervisor) fail(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	s.errs = append(s.errs, err)
	s.mu.Unlock()
	s.cancel()
}

func (s *supervisor) run(ctx context.Context, cmd *exec.Cmd, signals <-chan os.Signal) (int, error) {
	socket, err := start(cmd)
	if err != nil {
		return 0, err
	}
	var tasks sync.WaitGroup
	ended := make(chan struct{})
	var l *listener
	if l, err = receive(socket); err == nil {
		tasks.Go(func() { s.fail(s.serve(ctx, l, &tasks)) })
		// The socket ends when the launcher becomes the program.
		tasks.Go(func() { s.fail(refusal(socket)) })
		tasks.Go(func() { pass(signals, cmd.Process, ended) })
	} else {
		s.cancel()
	}
	waited := cmd.Wait()
	close(ended)
	s.fail(errors.Join(err, s.device.close()))
	if l != nil {
		s.fail(l.halt())
		tasks.Wait()
		s.fail(l.close())
	}
	s.fail(socket.Close())
	return s.verdict(cmd, waited)
}

// verdict gives the program's end, or ours.
func (s *supervisor) verdict(cmd *exec.Cmd, waited error) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var exit *exec.ExitError
	if waited != nil && !errors.As(waited, &exit) && !errors.Is(waited, exec.ErrWaitDelay) && len(s.errs) == 0 {
		s.errs = append(s.errs, waited)
	}
	code := cmd.ProcessState.ExitCode()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal())
	}
	return code, errors.Join(s.errs...)
}

// start starts the launcher and gives our end of the socket that is its
// descriptor 3.
func start(cmd *exec.Cmd) (*net.UnixConn, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "launcher"), os.NewFile(uintptr(pair[1]), "launcher")
	cmd.ExtraFiles = []*os.File{theirs}
	conn, err := net.FileConn(ours)
	err = errors.Join(err, ours.Close())
	if err == nil {
		err = cmd.Start()
		if err != nil {
			err = errors.Join(err, conn.Close())
		}
	}
	if err := errors.Join(err, theirs.Close()); err != nil {
		return nil, err
	}
	return conn.(*net.UnixConn), nil
}

// receive takes the listening end of the filter from the launcher.
func receive(socket *net.UnixConn) (*listener, error) {
	if err := socket.SetReadDeadline(time.Now().Add(handover)); err != nil {
		return nil, err
	}
	text, rights := make([]byte, 4096), make([]byte, unix.CmsgSpace(4))
	n, m, _, _, err := socket.ReadMsgUnix(text, rights)
	if err != nil {
		return nil, fmt.Errorf("the launcher said nothing: %w", err)
	}
	messages, err := unix.ParseSocketControlMessage(rights[:m])
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err == nil && len(fds) == 1 {
			unix.CloseOnExec(fds[0])
			return newListener(fds[0])
		}
	}
	return nil, launchError(text[:n])
}

// refusal waits until the launcher is the program, or says why not.
func refusal(socket *net.UnixConn) error {
	text := make([]byte, 4096)
	n, err := socket.Read(text)
	switch {
	case errors.Is(err, io.EOF) || err == nil && n == 0:
		return nil
	case err != nil:
		return fmt.Errorf("the launcher said nothing: %w", err)
	}
	return launchError(text[:n])
}

// pass hands signals on until the program has ended.
func pass(signals <-chan os.Signal, to *os.Process, ended <-chan struct{}) {
	for {
		select {
		case sig := <-signals:
			// An error is that the program has ended already.
			_ = to.Signal(sig)
		case <-ended:
			return
		}
	}
}

// serve answers calls until the listener is halted, each in a goroutine of
// its own: one may wait for the drive while another must not.
func (s *supervisor) serve(ctx context.Context, l *listener, tasks *sync.WaitGroup) error {
	for {
		n, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		tasks.Go(func() {
			a, done := s.answer(ctx, l, n)
			s.fail(done(l.send(n, a)))
		})
	}
}

// answer finds the answer to a call. done is called when it has been sent,
// with the error of that.
func (s *supervisor) answer(ctx context.Context, l *listener, n notification) (a answer, done func(error) error) {
	done = func(err error) error { return err }
	fresh := func() bool { return l.valid(n) }
	switch n.number {
	case unix.SYS_IOCTL:
		o := s.device.find(n.thread, int32(n.args[0]))
		if o == nil {
			return proceed, done
		}
		return s.device.ioctl(ctx, n, o, fresh), done
	case sysOpen:
		return s.open(n, unix.AT_FDCWD, n.args[0], n.args[1], fresh)
	case unix.SYS_OPENAT:
		return s.open(n, int32(n.args[0]), n.args[1], n.args[2], fresh)
	case unix.SYS_OPENAT2: // the flags are the first word of struct open_how
		var b [8]byte
		if err := n.thread.read(n.args[2], b[:]); err != nil {
			return proceed, done // the kernel knows the right errno
		}
		return s.open(n, int32(n.args[0]), n.args[1], binary.NativeEndian.Uint64(b[:]), fresh)
	}
	return proceed, done
}

func (s *supervisor) open(n notification, dirfd int32, path, flags uint64, fresh func() bool) (answer, func(error) error) {
	name, err := n.thread.text(path)
	if err != nil || !s.device.named(n.thread, dirfd, name) || !fresh() {
		return proceed, func(err error) error { return err }
	}
	return s.device.open(flags)
}
