package main_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What goes wrong with drives, one thing at a time, met by our own program over
// real SG_IO calls: real sense data, real residues. Other burners call a disc
// good after several of these.
func TestEmulateFaults(t *testing.T) {
	const (
		good   = 0
		drive  = 4
		medium = 5
		burn   = 6
	)
	for _, c := range []struct {
		name    string
		fault   string
		code    int
		text    string // in what is printed
		blank   bool   // the disc is unharmed
		session bool   // for session at once only
		slow    bool   // waits for minutes, in one mode, for the wait is the same
	}{
		{name: "nothing", fault: "", code: good, text: "result: OK"},
		{name: "buffer full once", fault: "write10#50 = 2/04/08", code: good, text: "busy 1 times"},
		{name: "buffer full 50 times", fault: "write10#50-99 = 2/04/08", code: good, text: "busy 50 times"},
		{name: "operation in progress", fault: "write10#50-69 = 2/04/07", code: good, text: "busy 20 times"},
		{name: "format in progress", fault: "write10#50-69 = 2/04/04", code: good, text: "busy 20 times"},
		{name: "a person is wanted", fault: "write10#50-69 = 2/04/03", code: burn, text: "2/04/03"},
		{name: "buffer full without end", fault: "write10#50+ = 2/04/08", code: burn, text: "COMMAND_TIMEOUT", slow: true},
		{name: "reset", fault: "write10#50 = 6/29/00", code: burn, text: "RESET"},
		{name: "write error", fault: "write10#50 = 3/0C/00", code: burn, text: "WRITE_FAILED"},
		{name: "underrun", fault: "write10#50 = 3/0C/09", code: burn, text: "LOSS_OF_STREAMING"},
		{name: "short transfer", fault: "write10#50 = residue 3000", code: burn, text: "WRITE_FAILED"},
		{name: "host error", fault: "write10#50 = host 7", code: burn, text: "host status 07h"},
		{name: "flush: write error", fault: "synchronize-cache = 3/0C/00", code: burn, text: "FLUSH_FAILED"},
		{name: "flush: tracking", fault: "synchronize-cache = 4/09/00", code: burn, text: "FLUSH_FAILED"},
		{name: "flush: busy", fault: "synchronize-cache#1-5 = 2/04/08", code: good, text: "result: OK"},
		{name: "flush: in progress", fault: "synchronize-cache#1-5 = 2/04/07", code: good, text: "result: OK"},
		{name: "flush: reset", fault: "synchronize-cache#1 = 6/29/00", code: burn, text: "RESET"},
		{name: "no calibration", fault: "send-opc = 5/20/00", code: good, text: "calibrates by itself"},
		{name: "calibration refused to a write protected disc", fault: "send-opc = 6/5A/03", code: good, text: "calibrates by itself"},
		{name: "calibration failed", fault: "send-opc = 3/73/03", code: medium, text: "another disc", blank: true},
		{name: "calibrations used up soon", fault: "send-opc = 1/73/01", code: good, text: "few more calibrations"},
		{name: "write parameters refused", fault: "mode-select10 = 5/26/00", code: drive, text: "does not take mode", blank: true},
		{name: "never ready", fault: "test-unit-ready = 2/04/01", code: drive, text: "COMMAND_TIMEOUT", blank: true, slow: true},
		{name: "cue sheet refused once", fault: "send-cue-sheet#1 = 5/26/00", code: good, text: "result: OK", session: true},
		{name: "cue sheet refused always", fault: "send-cue-sheet = 5/26/00", code: drive, text: "cue sheet", blank: true, session: true},
		{name: "gone", fault: "write10#50 = vanish", code: burn, text: "DEV_NOT_EXIST"},
		{name: "a reply of noise", fault: "read-disc-information = garbage", code: drive, blank: true},
		{name: "a reply cut short", fault: "read-disc-information = short 5", code: drive, text: "INVALID_RESPONSE", blank: true},
	} {
		for _, mode := range []string{"raw96r", "sao"} {
			if c.session && mode != "sao" || c.slow && (mode == "sao" || os.Getenv("BURNFS_LONG") == "") {
				continue
			}
			t.Run(c.name+" "+mode, func(t *testing.T) {
				t.Parallel()
				img := album(t, t.TempDir(), plainMaterial)
				disc := filepath.Join(t.TempDir(), "disc.rawcd")
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute) // longer than any wait of ours
				defer cancel()
				ran := finished(t, exec.CommandContext(ctx, builtBinary, "emulate", "--disc", disc, "--fault", c.fault, "--",
					builtBinary, "burn", "--device", "{}", "--mode", mode, "--set", "speed-check=off", img.cue))
				require.Equal(t, c.code, ran.code)
				require.Contains(t, ran.stdout+ran.stderr, c.text)
				switch {
				case c.code == good:
					compareDisc(t, img, disc)
				case c.blank:
					require.NotContains(t, ran.stdout, "disc: spoiled")
				default:
					require.Contains(t, ran.stdout, "disc: spoiled")
				}
			})
		}
	}
}

// A burn that is over sooner than any disc can turn has not happened, whatever
// the drive says.
func TestEmulateTooFast(t *testing.T) {
	img := album(t, t.TempDir(), plainMaterial)
	ran := runBinary(t, "emulate", "--", builtBinary, "burn", "--device", "{}", img.cue)
	require.Equal(t, 6, ran.code)
	require.Contains(t, ran.stderr, "TOO_FAST")
	require.Contains(t, ran.stdout, "disc: spoiled")
}
