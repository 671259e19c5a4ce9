package burner_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
	"github.com/burnfs/burnfs/mmc/emu"
	"github.com/burnfs/burnfs/sgio"
)

// memory is a Source.
type memory []byte

func (m memory) Size() int64 { return int64(len(m)) }
func (m memory) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(m).ReadAt(p, at)
}

func noise(seed uint64, n int) memory {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := 0; i+8 <= n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b
}

// mixed is a data track and two audio tracks, the second with a Pre-gap that
// holds sound, an ISRC, a catalog number.
func mixed() *image.Image {
	return &image.Image{
		Format: "test", MCN: "0123456789012",
		Tracks: []image.Track{
			{Number: 1, Mode: image.Mode1, Control: image.Data,
				Indexes: []image.Index{{Number: 1, Start: 0}},
				Extents: []image.Extent{{Frames: 400, Form: image.User2048, Source: noise(1, 400*2048)}}},
			{Number: 2, Mode: image.Audio, ISRC: "USRC17607839",
				Indexes: []image.Index{{Number: 0, Start: 0}, {Number: 1, Start: 150}},
				Extents: []image.Extent{
					{Frames: 150, Form: image.Empty},
					{Frames: 500, Form: image.Samples, Source: noise(2, 500*2352)}}},
			{Number: 3, Mode: image.Audio, Control: image.CopyPermitted,
				Indexes: []image.Index{{Number: 0, Start: 0}, {Number: 1, Start: 75}, {Number: 2, Start: 200}},
				Extents: []image.Extent{{Frames: 700, Form: image.Samples, Source: noise(3, 700*2352)}}},
		},
	}
}

// mixedLeadOut is where its Lead-out starts.
const mixedLeadOut = 400 + 650 + 700

// shortLeadIn is a medium whose Lead-in is as short as can be, for speed.
func shortLeadIn(t testing.TB) emu.Medium {
	m, err := emu.CDR(80)
	require.NoError(t, err)
	m.LeadInStart = addr.MSF{M: 98, S: 58, F: 0}
	return m
}

// bench is a Recorder on an emulated drive.
type bench struct {
	*burner.Recorder
	drive *emu.Drive
	dir   string
	wire  *wire

	mu  sync.Mutex
	log []string
}

// wire stands between Recorder and drive: it counts what is held, and may
// break commands.
type wire struct {
	mu     sync.Mutex
	open   int // exclusive handles
	locked bool
	names  []byte // operation codes on the exclusive handle since it was opened
	// fault may answer for the drive: the nth command of its operation
	// code, from 1, on the exclusive handle.
	fault func(n int, c *sgio.Cmd) (hit bool, moved int, err error)
}

type handle struct {
	sgio.Transport
	w         *wire
	exclusive bool
}

func (h *handle) Do(ctx context.Context, c *sgio.Cmd) (int, error) {
	if h.exclusive {
		h.w.mu.Lock()
		h.w.names = append(h.w.names, c.CDB[0])
		n := bytes.Count(h.w.names, c.CDB[:1])
		fault := h.w.fault
		h.w.mu.Unlock()
		if fault != nil {
			if hit, moved, err := fault(n, c); hit {
				return moved, err
			}
		}
	}
	moved, err := h.Transport.Do(ctx, c)
	if c.CDB[0] == 0x1E && err == nil {
		h.w.mu.Lock()
		h.w.locked = c.CDB[4]&1 != 0
		h.w.mu.Unlock()
	}
	return moved, err
}

func (h *handle) Close() error {
	if h.exclusive {
		h.w.mu.Lock()
		h.w.open--
		h.w.mu.Unlock()
	}
	return h.Transport.Close()
}

// nothingHeld fails if a handle is exclusively open or the tray locked.
func (w *wire) nothingHeld(t testing.TB) {
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Zero(t, w.open, "exclusive handles")
	require.False(t, w.locked, "the tray is locked")
}

// newBench makes a Recorder on an emulated drive with a spindle of medium m.
func newBench(t testing.TB, m emu.Medium, change func(*emu.Options, *burner.Options)) *bench {
	b := &bench{dir: t.TempDir(), wire: &wire{}}
	eo := emu.Options{}
	next := 0
	eo.Loader = func() (*emu.Disc, error) {
		next++
		return emu.CreateDisc(filepath.Join(b.dir, fmt.Sprintf("%04d.rawcd", next)), m)
	}
	bo := burner.Options{Name: "em0", Device: "emulated", Robot: true, Log: func(s string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.log = append(b.log, s)
	}}
	if change != nil {
		change(&eo, &bo)
	}
	var err error
	b.drive, err = emu.New(eo)
	require.NoError(t, err)
	bo.Open = func(exclusive bool) (sgio.Transport, error) {
		tr, err := b.drive.Open(exclusive)
		if err != nil {
			return nil, err
		}
		b.wire.mu.Lock()
		defer b.wire.mu.Unlock()
		if exclusive {
			b.wire.open++
			b.wire.names = nil
		}
		return &handle{tr, b.wire, exclusive}, nil
	}
	b.Recorder = burner.New(bo)
	t.Cleanup(func() {
		require.NoError(t, b.Recorder.Close())
		require.NoError(t, b.drive.Close())
		if t.Failed() {
			b.mu.Lock()
			defer b.mu.Unlock()
			for _, l := range b.log {
				t.Log(l)
			}
		}
	})
	return b
}

func settings() burner.Settings {
	s := burner.DefaultSettings()
	s.SpeedCheck, s.Eject = false, false // the drive works at once
	return s
}

func job(img *image.Image) *burner.Job {
	return &burner.Job{Name: "mixed", Image: img, Settings: settings()}
}

// frame reads a frame of a disc file.
func frame(t testing.TB, path string, at addr.LBA) []byte {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	b := make([]byte, 2448)
	_, err = f.ReadAt(b, int64(at-addr.StreamStart)*2448)
	require.True(t, err == nil || errors.Is(err, io.EOF), "%v", err)
	return b
}

func TestBurnMixed(t *testing.T) {
	for _, mode := range []string{"raw96r", "raw16", "raw96p", "auto"} {
		t.Run(mode, func(t *testing.T) {
			b := newBench(t, shortLeadIn(t), nil)
			j := job(mixed())
			j.Settings.Mode = mode
			began := 0
			j.Begin = func(n int) error { began++; require.Equal(t, began, n); return nil }
			report, err := b.Burn(t.Context(), j)
			require.NoError(t, err, "%v", report)
			require.Equal(t, 1, began)
			require.Equal(t, "OK", report.Result)
			require.Equal(t, fmt.Sprintf("%d sectors equal", mixedLeadOut), report.Copies[0].Verified)
			require.Empty(t, report.Copies[0].Notes)
			require.Equal(t, "em0, BURNFS EMULATED CD-RW 1.00", report.Drive)
			require.Empty(t, b.drive.Findings())
			b.wire.nothingHeld(t)
			// Audio lies on the disc as it is.
			got := frame(t, b.drive.Disc().Path(), 400+150+7)
			require.Equal(t, []byte(noise(2, 500*2352)[7*2352:8*2352]), got[:2352])
		})
	}
}

func TestCopiesAndTheNextDisc(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	j := job(mixed())
	j.Settings.Copies = 3
	report, err := b.Burn(t.Context(), j)
	require.NoError(t, err)
	require.Len(t, report.Copies, 3)
	require.Equal(t, "0003.rawcd", filepath.Base(b.drive.Disc().Path()))
	first, err := os.ReadFile(filepath.Join(b.dir, "0001.rawcd"))
	require.NoError(t, err)
	third, err := os.ReadFile(filepath.Join(b.dir, "0003.rawcd"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, third))
}

func TestSimulateLeavesTheDiscBlank(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	j := job(mixed())
	j.Settings.Simulate = true
	report, err := b.Burn(t.Context(), j)
	require.NoError(t, err)
	require.True(t, b.drive.Disc().Blank())
	require.True(t, report.Copies[0].Simulated)
	require.False(t, report.Copies[0].Spoiled)
}

func TestTooLongIsRefusedBeforeTheFirstWrite(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	img := mixed()
	room := b.lastLeadOut(t)
	img.Tracks[2].Extents = append(img.Tracks[2].Extents, image.Extent{Frames: int(room) - mixedLeadOut, Form: image.Empty})
	j := job(img)
	j.Settings.Verify = false
	_, err := b.Burn(t.Context(), j)
	require.NoError(t, err, "an image that just fits")
	img.Tracks[2].Extents[1].Frames++
	report, err := b.Burn(t.Context(), j)
	require.ErrorIs(t, err, burner.NotEnoughSpace)
	require.False(t, report.Copies[0].Spoiled)
	require.True(t, b.drive.Disc().Blank())
	require.NotContains(t, string(b.wire.names), "\x2A")
	b.wire.nothingHeld(t)
}

func (b *bench) lastLeadOut(t testing.TB) addr.LBA {
	require.Eventually(t, func() bool { return b.Media().Present }, 5*time.Second, time.Millisecond)
	return b.Media().LastLeadOut.LBA
}

func TestWrongDiscWithoutWaiting(t *testing.T) {
	b := newBench(t, shortLeadIn(t), func(_ *emu.Options, o *burner.Options) { o.Robot = false })
	_, err := b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	_, err = b.Burn(t.Context(), job(mixed()))
	require.ErrorIs(t, err, burner.MediaNotBlank)
	require.NoError(t, b.Eject(t.Context()))
	_, err = b.Burn(t.Context(), job(mixed()))
	require.ErrorIs(t, err, burner.NoMedium)
	require.NoError(t, b.Load(t.Context()))
	_, err = b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	b.wire.nothingHeld(t)
}

func TestWaitsForABlankAndServesMeanwhile(t *testing.T) {
	b := newBench(t, shortLeadIn(t), func(_ *emu.Options, o *burner.Options) { o.Robot = false })
	_, err := b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	j := job(mixed())
	j.Wait = true
	done := make(chan error, 1)
	go func() {
		_, err := b.Burn(t.Context(), j)
		done <- err
	}()
	require.Eventually(t, func() bool { return b.Status().State == burner.Waiting && b.Status().Waiting != "" }, 10*time.Second, time.Millisecond)
	require.Contains(t, b.Status().Waiting, "not blank")
	require.NoError(t, b.Eject(t.Context()))
	require.NoError(t, b.Load(t.Context()))
	require.NoError(t, <-done)
	require.Equal(t, "0002.rawcd", filepath.Base(b.drive.Disc().Path()))
}

func TestBlank(t *testing.T) {
	m, err := emu.CDRW(74)
	require.NoError(t, err)
	m.LeadInStart = shortLeadIn(t).LeadInStart
	b := newBench(t, m, func(_ *emu.Options, o *burner.Options) { o.Robot = false })
	for range 2 {
		_, err = b.Burn(t.Context(), job(mixed()))
		require.NoError(t, err)
		_, err = b.Burn(t.Context(), job(mixed()))
		require.ErrorIs(t, err, burner.MediaNotBlank)
		require.NoError(t, b.Blank(t.Context(), false))
	}
	require.Equal(t, burner.Idle, b.Status().State)
	b.wire.nothingHeld(t)

	cdr := newBench(t, shortLeadIn(t), nil)
	require.ErrorIs(t, cdr.Blank(t.Context(), false), burner.MediaNotSupported)
}

func TestCancelInTheMiddle(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	ctx, cancel := context.WithCancel(t.Context())
	b.wire.fault = func(n int, c *sgio.Cmd) (bool, int, error) {
		if c.CDB[0] == 0x2A && n > 100 {
			cancel()
		}
		return false, 0, nil
	}
	report, err := b.Burn(ctx, job(mixed()))
	require.ErrorIs(t, err, burner.Cancelled)
	var e *burner.Error
	require.ErrorAs(t, err, &e)
	require.True(t, e.Spoiled)
	require.Equal(t, burner.Writing, e.Phase)
	require.True(t, report.Copies[0].Spoiled)
	b.wire.nothingHeld(t)
	require.Eventually(t, func() bool { return b.Media().State == "spoiled" }, 5*time.Second, time.Millisecond)
	b.wire.fault = nil
	_, err = b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err, "the next disc burns")
}

func TestNothingElseDuringABurn(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	var refused error
	once := sync.Once{}
	b.wire.fault = func(n int, c *sgio.Cmd) (bool, int, error) {
		if c.CDB[0] == 0x2A {
			once.Do(func() {
				refused = errors.Join(b.Eject(t.Context()), b.Load(t.Context()), b.Blank(t.Context(), false))
				_, err := b.Burn(t.Context(), job(mixed()))
				refused = errors.Join(refused, err)
			})
		}
		return false, 0, nil
	}
	_, err := b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	joined, ok := refused.(interface{ Unwrap() []error })
	require.True(t, ok)
	require.Len(t, joined.Unwrap(), 2)
	for _, e := range joined.Unwrap() {
		require.ErrorIs(t, e, burner.WriteInProgress)
	}
}

func TestBeginStopsTheJobUnharmed(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	j := job(mixed())
	j.Begin = func(int) error { return errors.New("the journal is full") }
	_, err := b.Burn(t.Context(), j)
	require.ErrorContains(t, err, "the journal is full")
	require.True(t, b.drive.Disc().Blank())
	require.NotContains(t, string(b.wire.names), "\x54", "SEND OPC")
	b.wire.nothingHeld(t)
}

// brokenSource fails from an offset on.
type brokenSource struct {
	memory
	from int64
}

func (s brokenSource) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > s.from {
		return 0, errors.New("input/output error")
	}
	return s.memory.ReadAt(p, at)
}

func TestSourceThatFails(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	img := mixed()
	e := &img.Tracks[2].Extents[0]
	e.Source = brokenSource{e.Source.(memory), 600 * 2352}
	_, err := b.Burn(t.Context(), job(img))
	require.ErrorIs(t, err, burner.ImageNotSupported)
	require.ErrorContains(t, err, "input/output error")
	b.wire.nothingHeld(t)
}

// A drive that reads audio some samples off is allowed for.
func TestVerifyFindsTheReadOffset(t *testing.T) {
	for _, offset := range []int{6, -588, 1200} {
		b := newBench(t, shortLeadIn(t), nil)
		b.wire.fault = func(_ int, c *sgio.Cmd) (bool, int, error) {
			if c.CDB[0] != 0xBE {
				return false, 0, nil
			}
			at := addr.LBA(int32(binary.BigEndian.Uint32(c.CDB[2:])))
			if at < 400 {
				return false, 0, nil // data is found by its header
			}
			path := b.drive.Disc().Path()
			var raw []byte
			n := len(c.Data) / 2352
			for i := -4; i < n+4; i++ {
				raw = append(raw, frame(t, path, at+addr.LBA(i))[:2352]...)
			}
			copy(c.Data, raw[4*2352+4*offset:])
			return true, len(c.Data), nil
		}
		report, err := b.Burn(t.Context(), job(mixed()))
		require.NoError(t, err)
		require.Contains(t, fmt.Sprint(report.Copies[0].Notes), fmt.Sprintf("%+d samples", offset))
	}
}

func TestVerifyFindsOneWrongByte(t *testing.T) {
	for _, at := range []addr.LBA{16, 400 + 10, 400 + 650 + 699} {
		b := newBench(t, shortLeadIn(t), nil)
		b.wire.fault = func(_ int, c *sgio.Cmd) (bool, int, error) {
			if c.CDB[0] != 0xBE {
				return false, 0, nil
			}
			tr, err := b.drive.Open(false)
			require.NoError(t, err)
			defer tr.Close()
			n, err := tr.Do(t.Context(), c)
			from := addr.LBA(int32(binary.BigEndian.Uint32(c.CDB[2:])))
			if i := int(at-from) * 2352; i >= 0 && i < len(c.Data) {
				c.Data[i+1000] ^= 1
			}
			return true, n, err
		}
		report, err := b.Burn(t.Context(), job(mixed()))
		require.ErrorIs(t, err, burner.VerifyFailed)
		require.Contains(t, report.Copies[0].Verified, fmt.Sprintf("1 of %d sectors differ: LBA %d 1 bytes differ", mixedLeadOut, at))
		require.True(t, report.Copies[0].Spoiled)
		b.wire.nothingHeld(t)
	}
}

func TestSpeedCheck(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	j := job(mixed())
	j.Settings.SpeedCheck = true // on a drive that works at once
	_, err := b.Burn(t.Context(), j)
	require.ErrorIs(t, err, burner.TooFast)
	b.wire.nothingHeld(t)
}

// While a burn is under way every number goes one way.
func TestStatusGoesOneWay(t *testing.T) {
	b := newBench(t, shortLeadIn(t), func(o *emu.Options, _ *burner.Options) { o.RealTime, o.MaxSpeed = true, 72 })
	done := make(chan error, 1)
	go func() {
		j := job(mixed())
		j.Settings.Verify = false
		_, err := b.Burn(t.Context(), j)
		done <- err
	}()
	var last *burner.Status
	seen := map[burner.State]bool{}
	for {
		select {
		case err := <-done:
			require.NoError(t, err)
			require.True(t, seen[burner.Writing], "seen: %v", seen)
			require.Equal(t, "OK mixed", b.Status().LastResult)
			return
		case <-time.After(time.Millisecond):
		}
		s := b.Status()
		seen[s.State] = true
		if last != nil && s.State == burner.Writing && last.State == burner.Writing {
			require.GreaterOrEqual(t, s.LastWrittenLBA, last.LastWrittenLBA)
			require.GreaterOrEqual(t, s.LastReadLBA, last.LastReadLBA)
			require.GreaterOrEqual(t, s.Written, last.Written)
			require.GreaterOrEqual(t, s.Percent, last.Percent)
			require.GreaterOrEqual(t, s.Elapsed, last.Elapsed)
			require.Equal(t, s.Buffer.Size, s.Buffer.Used+s.Buffer.Free)
			require.Negative(t, s.StartLBA)
		}
		last = s
	}
}

// Session at once ends in the same disc as raw writing does, as far as the
// host has a say in it.
func TestSessionAtOnce(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	j := job(mixed())
	j.Settings.Mode = "sao"
	report, err := b.Burn(t.Context(), j)
	require.NoError(t, err, "%v", report)
	require.Equal(t, "sao", report.Copies[0].Mode)
	require.Equal(t, fmt.Sprintf("%d sectors equal", mixedLeadOut), report.Copies[0].Verified)
	require.Empty(t, report.Copies[0].Notes)
	require.Empty(t, b.drive.Findings())
	session := b.drive.Disc().Path()

	j.Settings.Mode = "raw96r"
	_, err = b.Burn(t.Context(), j)
	require.NoError(t, err)
	for at := addr.LBA(-150); at < mixedLeadOut; at++ {
		require.Equal(t, frame(t, b.drive.Disc().Path(), at)[:2352], frame(t, session, at)[:2352], "LBA %d", at)
	}
}

// A drive that offers no raw mode is written session at once, if nothing of the
// image is lost by it.
func TestSessionAtOnceIsTheFallback(t *testing.T) {
	noRaw := func(o *emu.Options, _ *burner.Options) { o.Quirks.RefusedBlockTypes = []uint8{1, 2, 3} }
	b := newBench(t, shortLeadIn(t), noRaw)
	report, err := b.Burn(t.Context(), job(mixed()))
	require.NoError(t, err)
	require.Equal(t, "sao", report.Copies[0].Mode)

	odd := mixed()
	e := &odd.Tracks[0].Extents[0]
	e.Form, e.Source = image.Sector2352, make(memory, 400*2352) // no sync, no EDC
	b = newBench(t, shortLeadIn(t), noRaw)
	_, err = b.Burn(t.Context(), job(odd))
	require.ErrorIs(t, err, burner.DataBlockNotSupported)
	require.True(t, b.drive.Disc().Blank())
	b.wire.nothingHeld(t)
}
