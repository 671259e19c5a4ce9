package main_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/hirochachacha/go-smb2"
	"github.com/stretchr/testify/require"
)

// explorer copies as the Explorer of Windows does: it makes the file as large
// as it will be, writes its data, sets its times and closes it.
var explorer = client{"explorer", []string{"smbd"}, func(t *testing.T, from, to string, names ...string) (err error) {
	share, conn, err := mountShare(t, smbd(t, to))
	if err != nil {
		return err
	}
	defer conn.Close() // the server sees to the rest
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		f, err := share.Create(name)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Truncate(int64(len(data))), writeChunks(f, data)); err != nil {
			return err
		}
		if err := errors.Join(share.Chtimes(name, time.Now(), time.Unix(1e9, 0)), f.Close()); err != nil {
			return err
		}
	}
	return nil
}}

func writeChunks(f *smb2.File, data []byte) error {
	const chunk = 64 << 10
	for at := 0; at < len(data); at += chunk {
		if _, err := f.WriteAt(data[at:min(at+chunk, len(data))], int64(at)); err != nil {
			return err
		}
	}
	return nil
}

func mountShare(t *testing.T, port int) (*smb2.Share, net.Conn, error) {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return nil, nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(waitLimit)); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	dialer := smb2.Dialer{Initiator: &smb2.NTLMInitiator{User: "nobody-knows-me"}}
	session, err := dialer.Dial(conn)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("session: %w", err), conn.Close())
	}
	share, err := session.Mount("queue")
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("share: %w", err), conn.Close())
	}
	return share, conn, nil
}

func TestExplorer(t *testing.T) {
	t.Parallel()
	testClient(t, explorer)
}

// A copy whose machine goes away leaves a file of the full size, which only
// the end that nobody wrote gives away.
func TestExplorerIsCutOff(t *testing.T) {
	t.Parallel()
	need(t, explorer.needs...)
	m := mountTree(t, t.TempDir())
	img := pocketDisc(t, t.TempDir(), "image", 7)
	explorer.mustCopy(m, img, "image.cue")
	share, conn, err := mountShare(t, smbd(t, m.in("queue")))
	require.NoError(t, err)
	data, err := os.ReadFile(img.files[0])
	require.NoError(t, err)
	f, err := share.Create("image.bin")
	require.NoError(t, err)
	require.NoError(t, f.Truncate(int64(len(data))))
	m.waits("image.cue", "receiving image.bin 0 %")
	// Two thirds are there, so that the sheet is content with what there is.
	require.NoError(t, writeChunks(f, data[:len(data)/3*2]))
	m.waits("image.cue", "receiving image.bin 6")
	require.NoError(t, conn.Close())
	m.waits("image.cue", "image.bin: the last ")
	require.Contains(t, m.read("status"), "bytes were never written; copy it again")
	require.Empty(t, m.names("done"))

	explorer.mustCopy(m, img, "image.bin")
	m.burned(1, img)
	m.stop()
}
