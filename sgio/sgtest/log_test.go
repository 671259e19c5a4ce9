package sgtest

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/sgio"
)

// file is where a Log writes to, in the hand of a test.
type file struct {
	bytes.Buffer
	mu     sync.Mutex
	hold   chan struct{} // a write waits for it
	err    error
	closed error
}

func (f *file) Write(b []byte) (int, error) {
	if f.hold != nil {
		<-f.hold
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	return f.Buffer.Write(b)
}

func (f *file) Close() error { return f.closed }

func TestLog(t *testing.T) {
	f := &file{}
	l := NewLog(f, func(err error) { t.Error(err) })
	l.Remark("opened\nby a test")
	handle := l.Record(drive())
	want := commands(t, handle)
	require.NoError(t, handle.Close())
	l.Record(drive()).Do(t.Context(), &sgio.Cmd{CDB: ready}) // another handle
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	l.Remark("too late")

	require.Regexp(t, `^# \d{4}-\d\d-\d\dT[0-9:.]+Z opened by a test\n`, f.String())
	transcript, err := Parse(f.String())
	require.NoError(t, err)
	require.Len(t, transcript, 6)
	require.WithinDuration(t, time.Now(), transcript[0].Began, time.Minute)
	require.NotContains(t, f.String(), "too late")
	playback := NewPlayback(transcript[:5])
	require.Equal(t, want, commands(t, playback))
	require.NoError(t, playback.Close())
}

func TestLogKeepsLongRepliesAsHashes(t *testing.T) {
	f := &file{}
	l := NewLog(f, func(err error) { t.Error(err) })
	handle := l.Record(Func(func(c *sgio.Cmd) (int, error) { return len(c.Data) - 1, nil }))
	for _, n := range []int{maxReply + 1, maxReply + 2} {
		_, err := handle.Do(t.Context(), &sgio.Cmd{CDB: inquiry, Direction: sgio.FromDevice, Data: make([]byte, n)})
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	transcript, err := Parse(f.String())
	require.NoError(t, err)
	require.Len(t, transcript[0].Data, maxReply)
	require.Empty(t, transcript[1].Data)
	// sha256sum of 8193 zeros
	require.Contains(t, transcript[1].String(), "sha256 B1FB0079828AB653919011A9F8CFDD3704387EB08E1DC971155B33C03E0DA1EF of 8193")
	require.Equal(t, maxReply+1, transcript[1].moved())

	p := NewPlayback(transcript[1:])
	_, err = p.Do(t.Context(), &sgio.Cmd{CDB: inquiry, Direction: sgio.FromDevice, Data: make([]byte, maxReply+2)})
	require.ErrorContains(t, err, "only the SHA-256")
}

// A file that can't be written stops nothing and is told once.
func TestLogThatCannotBeWritten(t *testing.T) {
	full := errors.New("no space left")
	for name, c := range map[string]struct {
		file  *file
		limit int64
		says  string
	}{
		"it is full":         {&file{err: full}, maxLog, "no space left"},
		"it can't be closed": {&file{closed: os.ErrInvalid}, maxLog, "invalid"},
		"it has become long": {&file{}, 200, "ends here"},
	} {
		t.Run(name, func(t *testing.T) {
			var told []error
			l := newLog(c.file, func(err error) { told = append(told, err) }, c.limit)
			handle := l.Record(drive())
			for range 10 {
				_, err := handle.Do(t.Context(), &sgio.Cmd{CDB: inquiry, Direction: sgio.FromDevice, Data: make([]byte, 36)})
				require.NoError(t, err)
			}
			require.ErrorContains(t, l.Close(), c.says)
			require.Len(t, told, 1)
			require.ErrorContains(t, told[0], c.says)
			require.LessOrEqual(t, int64(c.file.Len()), c.limit+100)
			_, err := Parse(c.file.String())
			require.NoError(t, err)
		})
	}
}

// A file that is written slowly costs lines, which are counted, and no time.
func TestLogThatIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &file{hold: make(chan struct{})}
		var told []error
		l := NewLog(f, func(err error) { told = append(told, err) })
		handle := l.Record(drive())
		send := func() {
			_, err := handle.Do(t.Context(), &sgio.Cmd{CDB: inquiry, Direction: sgio.FromDevice, Data: make([]byte, 36)})
			require.NoError(t, err)
		}
		send()
		synctest.Wait()                   // the first line is being written
		room := maxQueue / (lineSize + 3) // the reply has three bytes
		for range room + 3 {
			send()
		}
		close(f.hold)
		synctest.Wait()
		send()
		require.NoError(t, l.Close())
		require.Len(t, told, 1)
		require.ErrorContains(t, told[0], "3 commands are missing")
		require.Equal(t, 1, strings.Count(f.String(), "# 3 commands are missing"))
		transcript, err := Parse(f.String())
		require.NoError(t, err)
		require.Len(t, transcript, 1+room+1)
	})
}
