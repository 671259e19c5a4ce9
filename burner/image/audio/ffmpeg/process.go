package ffmpeg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxMemory  = 1 << 30
	maxAlloc   = "268435456" // of one block, by FFmpeg's own count
	maxSeconds = 600         // of a processor
	patience   = 30 * time.Second
	second     = 176400 // bytes
)

// Process is a running ffmpeg. Read gives what it writes. It is not for use by
// two goroutines.
type Process struct {
	cmd    *exec.Cmd
	out    *os.File // its standard output
	in     *os.File // its standard input
	fed    chan error
	stderr tail
	ended  error
	over   bool

	patience time.Duration // for a second of sound
	waited   time.Duration // for the next second of sound
	given    int           // of this second, bytes
	late     bool          // set by the timer, before it kills
	mu       sync.Mutex    // over late
}

func start(in Input, args ...string) (*Process, error) {
	p := &Process{fed: make(chan error, 1), patience: patience}
	theirIn, ourIn, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ourOut, theirOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, theirIn.Close(), ourIn.Close())
	}
	p.in, p.out = ourIn, ourOut
	err = p.run(args, theirIn, theirOut)
	err = errors.Join(err, theirIn.Close(), theirOut.Close())
	if err != nil {
		err = errors.Join(err, ourIn.Close(), ourOut.Close())
		if p.cmd != nil && p.cmd.Process != nil {
			p.kill()
			_ = p.cmd.Wait() // killed; why is in err
		}
		return nil, fmt.Errorf("%s can't be started: %w", args[0], err)
	}
	go func() {
		_, err := io.Copy(ourIn, in.open())
		if errors.Is(err, syscall.EPIPE) {
			err = nil // it has seen enough
		}
		p.fed <- errors.Join(err, ourIn.Close())
	}()
	return p, nil
}

// run starts the program and bounds it.
func (p *Process) run(args []string, in, out *os.File) error {
	namespaces := []uintptr{syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET, 0}
	if os.Geteuid() == 0 {
		namespaces[0] = syscall.CLONE_NEWNET
	}
	var err error
	for _, flags := range namespaces {
		p.cmd = exec.Command(args[0], args[1:]...)
		p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, out, &p.stderr
		p.cmd.Env = []string{"LC_ALL=C", "AV_LOG_FORCE_NOCOLOR=1"}
		p.cmd.Dir = "/"
		p.cmd.WaitDelay = 5 * time.Second
		// In a group of its own, for what interrupts us at a terminal lets a
		// burn go on.
		p.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Setpgid: true}
		if err = p.cmd.Start(); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	for resource, limit := range map[int]uint64{
		unix.RLIMIT_AS: maxMemory, unix.RLIMIT_CPU: maxSeconds, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 64,
	} {
		err := unix.Prlimit(p.cmd.Process.Pid, resource, &unix.Rlimit{Cur: limit, Max: limit}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) { // it ended already, which Wait will tell
			return err
		}
	}
	return nil
}

func (p *Process) kill() { _ = p.cmd.Process.Kill() } // fails only if it has ended

// Read gives samples; io.EOF if ffmpeg has ended and found nothing wrong.
func (p *Process) Read(b []byte) (int, error) {
	if p.over {
		return 0, p.ended
	}
	begin := time.Now()
	timer := time.AfterFunc(p.patience-p.waited, func() {
		p.mu.Lock()
		p.late = true
		p.mu.Unlock()
		p.kill()
	})
	n, err := p.out.Read(b)
	timer.Stop()
	p.waited += time.Since(begin)
	if p.given += n; p.given >= second {
		p.given, p.waited = 0, 0
	}
	if err == nil {
		return n, nil
	}
	end := p.end()
	p.over, p.ended = true, err
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.late:
		p.ended = fmt.Errorf("ffmpeg took more than %v for a second of it", p.patience)
	case end != nil:
		p.ended = fmt.Errorf("ffmpeg can't read it: %w", end)
	}
	return n, p.ended
}

// Close ends ffmpeg, if it has not ended by itself.
func (p *Process) Close() error {
	if p.over {
		return nil
	}
	p.over, p.ended = true, os.ErrClosed
	p.kill()
	_ = p.end() // killed
	return nil
}

// end waits for the program and for the feeding of it. It gives what the
// program said if it failed.
func (p *Process) end() error {
	p.out.Close() // read only: nothing can be lost
	err := p.cmd.Wait()
	if fed := <-p.fed; fed != nil {
		return fed
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if said := p.stderr.line(); said != "" && exit.Exited() {
			return errors.New(said)
		}
		return exit
	}
	return err
}

// tail keeps the last bytes written to it.
type tail struct{ b []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.b = append(t.b, b...)
	if over := len(t.b) - 4096; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(b), nil
}

// line gives the last line, without what no terminal should get.
func (t *tail) line() string {
	lines := bytes.Split(bytes.TrimSpace(t.b), []byte("\n"))
	return string(bytes.ToValidUTF8(bytes.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F && r < 0xA0 {
			return -1
		}
		return r
	}, lines[len(lines)-1]), nil))
}
