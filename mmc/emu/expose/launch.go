package expose

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// launcherSocket is the descriptor by which Run and Launch talk.
const launcherSocket = 3

// Launch makes this process the program that Run wants: args is the path of
// its file, then its name and arguments. It returns only if that fails, and Run
// has been told the reason; the process must then end. It is an error to call
// it in a process that Run did not start.
func Launch(args []string) error {
	if len(args) < 2 {
		return errors.New("nothing to launch")
	}
	// The filter is this thread's, and exec keeps that of the thread that
	// calls it.
	runtime.LockOSThread()
	kind, err := unix.GetsockoptInt(launcherSocket, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil || kind != unix.SOCK_SEQPACKET {
		return errors.New("this is a part of another command and not for use by hand")
	}
	unix.CloseOnExec(launcherSocket)
	fd, err := install()
	if err != nil {
		return tell(err)
	}
	// From here on we wait for answers of Run, so it gets the listener
	// before anything is opened.
	if err := unix.Sendmsg(launcherSocket, []byte{0}, unix.UnixRights(fd), nil, 0); err != nil {
		return os.NewSyscallError("sendmsg", err)
	}
	return tell(fmt.Errorf("%s: %w", args[0], unix.Exec(args[0], args[1:], os.Environ())))
}

// tell sends Run the reason why there is no program.
func tell(err error) error {
	return errors.Join(err, os.NewSyscallError("sendmsg", unix.Sendmsg(launcherSocket, []byte(err.Error()), nil, nil, 0)))
}

// launchError is what the launcher said.
func launchError(text []byte) error {
	if string(text) == "" {
		return errors.New("the launcher gave no reason")
	}
	return errors.New(string(text))
}
