package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/cmd/burnfs/sample"
	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
	"github.com/burnfs/burnfs/sgio/sgtest"
)

// burnSample burns the sample with a drive, in a bubble where time stands still
// while anybody works, and gives the report.
func burnSample(t *testing.T, dir string, d *drive) string {
	img, _, err := openImage(filepath.Join(dir, sample.Sheet))
	require.NoError(t, err)
	settings := d.settings
	settings.Verify = false // sectors are not in a trace
	var report *burner.Report
	var failed error
	synctest.Test(t, func(t *testing.T) {
		r := burner.New(burner.Options{Name: d.name, Device: d.device, Open: d.handle, Robot: d.robot})
		report, failed = r.Burn(t.Context(), &burner.Job{Name: "sample", Image: img, Settings: settings})
		synctest.Wait() // for its look at the new disc
		require.NoError(t, r.Close())
	})
	require.NoError(t, img.Close())
	if failed != nil {
		return report.String() + failed.Error()
	}
	return report.String()
}

// A burn that was traced is played again: the same commands, the same replies,
// the same report, with no drive.
func TestTraceIsPlayedAgain(t *testing.T) {
	for name, fault := range map[string]string{
		"a good burn":   "",
		"a failed one":  "write10#50 = 3/0C/00",
		"one that died": "write10#50 = vanish",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, sample.Write(dir))
			d, err := faultyDisc(filepath.Join(dir, "disc.rawcd"), fault)
			require.NoError(t, err)
			tr := trace{path: filepath.Join(dir, "trace.txt"), tell: func(line string) { t.Error(line) }}
			require.NoError(t, tr.attach(d))
			want := burnSample(t, dir, d)
			require.NoError(t, d.close())
			tr.close()
			require.Equal(t, fault == "", strings.Contains(want, "result: OK"), want)

			text, err := os.ReadFile(tr.path)
			require.NoError(t, err)
			require.Regexp(t, `(?m)^# .* em0 \(emulated\): opened for a burn$`, string(text))
			require.Regexp(t, `(?m)^2A 00 FF FF CF 24 .* \| out 63648 \| sha256 [0-9A-F]{64} \| good \| .* \| 2000-01-01T00:00:0`, string(text))
			require.Less(t, len(text), 1<<20)

			transcript, err := sgtest.Parse(string(text))
			require.NoError(t, err)
			playback := sgtest.NewPlayback(transcript)
			left := len(transcript)
			again := &drive{name: "em0", device: "emulated", settings: d.settings, open: func(bool) (sgio.Transport, error) {
				if left == 0 {
					return nil, &sgio.Error{Err: sgio.ErrGone}
				}
				return open{playback, &left}, nil
			}}
			require.Equal(t, want, burnSample(t, dir, again))
			require.NoError(t, playback.Close(), "all of it was played")
		})
	}
}

// open stays open: a transcript is that of several handles. It counts what is
// left, for a drive whose transcript is over is gone.
type open struct {
	sgio.Transport
	left *int
}

func (o open) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
	*o.left--
	return o.Transport.Do(ctx, c)
}

func (open) Close() error { return nil }

// A trace that can't be written stops no burn and is told once.
func TestTraceOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, sample.Write(dir))
	d, err := emulatedDisc(filepath.Join(dir, "disc.rawcd"))
	require.NoError(t, err)
	var told []string
	tr := trace{path: "/dev/full", tell: func(line string) { told = append(told, line) }}
	require.NoError(t, tr.attach(d))
	require.Contains(t, burnSample(t, dir, d), "result: OK")
	require.NoError(t, d.close())
	tr.close()
	require.Len(t, told, 1)
	require.Contains(t, told[0], "the trace /dev/full is not whole: ")
	require.Contains(t, told[0], "no space left")

	tr = trace{path: filepath.Join(dir, "none/trace.txt")}
	require.ErrorContains(t, tr.attach(d), "--trace: ")
}

func TestTraceOfSeveralDrives(t *testing.T) {
	tr := trace{path: "/tmp/a.b/trace.txt", each: true}
	require.Equal(t, "/tmp/a.b/trace-sr0.txt", tr.of("sr0"))
	tr.path = "/tmp/a.b/trace"
	require.Equal(t, "/tmp/a.b/trace-sr0", tr.of("sr0"))
	tr.each = false
	require.Equal(t, "/tmp/a.b/trace", tr.of("sr0"))
}

// In a mount each drive has its file, also one that comes later, and it goes on
// when the drive comes again.
func TestTraceOfAMount(t *testing.T) {
	needsFUSE(t)
	b := newBench(t, at("sr0", "6:0:0:0", "left"))
	path := filepath.Join(b.dir, "trace.txt")
	b.mount(func(m *mount) { m.trace = path })
	opens := func(name string) int {
		text, err := os.ReadFile(filepath.Join(b.dir, "trace-"+name+".txt"))
		if err != nil {
			return 0
		}
		_, err = sgtest.Parse(strings.TrimSuffix(string(text), "\n"))
		if err != nil {
			return 0 // a line is being written
		}
		return strings.Count(string(text), " opened\n")
	}
	b.until("a trace", func() bool { return opens("sr0") == 1 })
	other := at("sr1", "2:0:0:0", "right")
	b.plug(other)
	b.until("that of another drive", func() bool { return opens("sr1") == 1 })
	b.untilGone("sr0")
	b.plug(other, at("sr0", "7:0:0:0", "left"))
	b.until("it goes on", func() bool { return opens("sr0") == 2 })
	require.NoFileExists(t, path)
	require.NotContains(t, b.output(), "is not whole")
}

// faultyDisc is emulatedDisc with faults by plan.
func faultyDisc(path, plan string) (*drive, error) {
	faults, err := emu.ParseFaults(plan)
	if err != nil {
		return nil, err
	}
	disc, err := openDisc(path)
	if err != nil {
		return nil, err
	}
	e, err := emu.New(emu.Options{Faults: faults})
	if err == nil {
		err = e.Insert(disc)
	}
	if err != nil {
		return nil, errors.Join(err, disc.Close())
	}
	return newEmulated("em0", e, func() error { return errors.Join(e.Close(), disc.Close()) }), nil
}
