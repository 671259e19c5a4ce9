package burner_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
	"github.com/burnfs/burnfs/sgio"
)

// fault is a way for a command to fail.
type fault struct {
	name string
	make func(c *sgio.Cmd) (moved int, err error)
	last bool // the drive answers nothing more
}

func checkCondition(key, asc, ascq uint8) func(c *sgio.Cmd) (int, error) {
	return func(c *sgio.Cmd) (int, error) {
		return 0, &sgio.Error{Opcode: c.CDB[0], Status: sgio.StatusCheckCondition, Residue: len(c.Data),
			Sense: &sgio.Sense{Code: sgio.Code{Key: key, ASC: asc, ASCQ: ascq}}}
	}
}

var faults = []fault{
	{name: "hardware", make: checkCondition(4, 0x44, 0)},
	{name: "medium", make: checkCondition(3, 0x0C, 0)},
	{name: "underrun", make: checkCondition(3, 0x0C, 9)},
	{name: "illegal", make: checkCondition(5, 0x24, 0)},
	{name: "reset", make: checkCondition(6, 0x29, 0)},
	{name: "aborted", make: checkCondition(0xB, 0x47, 0)},
	{name: "timeout", make: func(c *sgio.Cmd) (int, error) {
		return 0, &sgio.Error{Opcode: c.CDB[0], Host: sgio.HostTimeout}
	}},
	{name: "gone", last: true, make: func(c *sgio.Cmd) (int, error) {
		return 0, &sgio.Error{Opcode: c.CDB[0], Err: sgio.ErrGone}
	}},
	{name: "short", make: func(c *sgio.Cmd) (int, error) {
		half := len(c.Data) / 2
		if c.Direction == sgio.FromDevice && !c.Whole {
			clear(c.Data)
			return half, nil
		}
		return half, &sgio.Error{Opcode: c.CDB[0], Err: sgio.ErrShortTransfer, Residue: len(c.Data) - half}
	}},
}

// part is where in the recipe a command stands.
type part int

const (
	before    part = iota // no WRITE yet
	writing               // from the first WRITE
	finishing             // from SYNCHRONIZE CACHE to READ DISC INFORMATION
	verifying
	after // the tray is unlocked
)

// parts gives the part of each command of a burn that went well.
func parts(ops []byte) []part {
	all := make([]part, len(ops))
	now := before
	for i, op := range ops {
		all[i] = now
		switch {
		case now == before && op == 0x2A:
			now = writing
			all[i] = now
		case now == writing && op == 0x35:
			now = finishing
			all[i] = now
		case now == finishing && op == 0x51:
			now = verifying // from the next one on
		case now == verifying && op == 0x1E:
			now = after
			all[i] = now
		}
	}
	return all
}

// codes are the reasons that a fault must be given as, by part.
var codes = map[string][4]burner.Code{
	"hardware": {burner.UnexpectedResponse, burner.UnexpectedResponse, burner.FlushFailed, burner.VerifyFailed},
	"medium":   {burner.WriteFailed, burner.WriteFailed, burner.FlushFailed, burner.VerifyFailed},
	"underrun": {burner.LossOfStreaming, burner.LossOfStreaming, burner.LossOfStreaming, burner.VerifyFailed},
	"illegal":  {burner.UnexpectedResponse, burner.UnexpectedResponse, burner.FlushFailed, burner.VerifyFailed},
	"reset":    {burner.Reset, burner.Reset, burner.Reset, burner.Reset},
	"aborted":  {burner.UnexpectedResponse, burner.UnexpectedResponse, burner.FlushFailed, burner.VerifyFailed},
	"timeout":  {burner.CommandTimeout, burner.CommandTimeout, burner.CommandTimeout, burner.CommandTimeout},
	"gone":     {burner.DeviceGone, burner.DeviceGone, burner.DeviceGone, burner.DeviceGone},
	"short":    {burner.InvalidResponse, burner.WriteFailed, burner.InvalidResponse, burner.VerifyFailed},
}

// exceptions are the codes of single commands.
var exceptions = map[string]map[byte]burner.Code{
	// MODE SELECT and SEND CUE SHEET: the list did not arrive.
	"short":   {0x55: burner.UnexpectedResponse, 0x5D: burner.UnexpectedResponse},
	"illegal": {0x55: burner.UnexpectedResponse},
}

// dataless are the operation codes that move no data, which can't be short.
const dataless = "\x00\x1B\x1E\x35\x54\xA1\xBB"

// forgiven are the operation codes that a burn can do without when a fault
// hits them.
var forgiven = map[string]string{
	// READ TRACK INFORMATION, SET CD SPEED, GET PERFORMANCE, MODE SENSE of
	// page 2Ah, READ BUFFER CAPACITY, READ SUB-CHANNEL, PREVENT ALLOW,
	// SYNCHRONIZE CACHE (with IMMED), READ DISC INFORMATION after it, READ
	// TOC in its full form.
	"illegal": "\x52\xBB\xAC\x5A\x5C\x42\x1E\x35\x51\x43",
	"short":   "\x52\xAC\x5A\x5C\x42\x51\x43",
	// READ SUB-CHANNEL, and READ CD where the second try goes well.
	"medium":   "\x42\xBE",
	"underrun": "\x42\xBE",
	"reset":    "\x00",
}

// Every command that a burn sends fails in turn, in every way. Each burn ends
// with the right reason, lets go of all it held, tells truly whether the disc
// is spoiled, and the next job burns. The short form takes the first command of
// each kind in each part; the long one all, of WRITE and READ CD each 25th.
func TestEveryCommandFails(t *testing.T) {
	for _, mode := range []string{"auto", "sao"} {
		t.Run(mode, func(t *testing.T) { everyCommandFails(t, mode) })
	}
}

// modeJob is a job in a mode.
func modeJob(mode string) *burner.Job {
	j := job(mixed())
	j.Settings.Mode = mode
	return j
}

func everyCommandFails(t *testing.T, mode string) {
	long := os.Getenv("BURNFS_LONG") != ""
	b := newBench(t, shortLeadIn(t), nil)
	_, err := b.Burn(t.Context(), modeJob(mode))
	require.NoError(t, err)
	ops := slices.Clone(b.wire.names)
	where := parts(ops)
	require.Equal(t, after, where[len(where)-1])
	cases := 0
	for _, f := range faults {
		if testing.Short() && f.name != "gone" {
			continue
		}
		type kind struct {
			op byte
			part
		}
		seen := map[kind]int{}
		count := map[byte]int{}
		for i, op := range ops {
			k := kind{op, where[i]}
			seen[k]++
			count[op]++
			switch {
			case f.name == "short" && strings.IndexByte(dataless, op) >= 0:
				continue
			case op == 0x5C && seen[k] > 1:
				continue // how many there are hangs on the clock
			case seen[k] > 1 && (!long || (op == 0x2A || op == 0xBE) && seen[k]%25 != 0):
				continue
			}
			cases++
			t.Run(fmt.Sprintf("%s/%02X/%d", f.name, op, count[op]), func(t *testing.T) {
				failOnce(t, mode, f, count[op], op, where[i])
			})
		}
	}
	t.Logf("%d commands, %d cases", len(ops), cases)
}

func failOnce(t *testing.T, mode string, f fault, n int, op byte, where part) {
	b := newBench(t, shortLeadIn(t), nil)
	hits := 0
	b.wire.fault = func(k int, c *sgio.Cmd) (bool, int, error) {
		if hit := c.CDB[0] == op && k == n; !hit && !(f.last && hits > 0) {
			return false, 0, nil
		}
		hits++
		moved, err := f.make(c)
		return true, moved, err
	}
	report, err := b.Burn(t.Context(), modeJob(mode))
	require.NotZero(t, hits, "the command was not sent")
	disc := report.Copies[0]
	if err == nil {
		probed := mode == "auto" && f.name == "illegal" && op == 0x55 // the mode is not taken, the next one is
		require.True(t, where == after || probed || strings.IndexByte(forgiven[f.name], op) >= 0, "the burn succeeded")
		require.Equal(t, "OK", report.Result)
		require.False(t, disc.Spoiled)
	} else {
		want, ok := exceptions[f.name][op]
		if !ok {
			want = codes[f.name][where]
		}
		var e *burner.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, want.String(), e.Code.String(), "%v", err)
		require.Equal(t, want.String(), report.Result)
		require.Equal(t, e.Spoiled, disc.Spoiled)
		refused := f.name == "illegal" && op == 0x2A && n == 1 // nothing was taken
		require.Equal(t, where > before && !refused, e.Spoiled, "%v", err)
		if where == before {
			require.True(t, b.drive.Disc().Blank())
		}
	}
	b.wire.mu.Lock()
	require.Zero(t, b.wire.open, "exclusive handles")
	if where != after && !f.last {
		require.False(t, b.wire.locked, "the tray is locked")
	}
	b.wire.fault = nil
	b.wire.mu.Unlock()
	require.Equal(t, burner.Idle, b.Status().State)
	if f.name == "hardware" { // one kind is enough: what is left behind does not hang on it
		_, err = b.Burn(t.Context(), modeJob(mode))
		require.NoError(t, err, "the next job")
		b.wire.nothingHeld(t)
	}
}

func TestErrorReachesTheSense(t *testing.T) {
	b := newBench(t, shortLeadIn(t), nil)
	b.wire.fault = func(n int, c *sgio.Cmd) (bool, int, error) {
		if c.CDB[0] != 0x35 {
			return false, 0, nil
		}
		moved, err := checkCondition(3, 0x0C, 0)(c)
		return true, moved, err
	}
	_, err := b.Burn(t.Context(), job(mixed()))
	require.ErrorIs(t, err, burner.FlushFailed)
	require.ErrorIs(t, err, sgio.WriteError)
	var scsi *sgio.Error
	require.True(t, errors.As(err, &scsi))
	require.Equal(t, byte(0x35), scsi.Opcode)
}
