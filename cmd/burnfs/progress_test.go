package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner"
)

func TestLinesAreFew(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out)
	show := func(s burner.Status) {
		snapshot, err := snapshotOf("em0", &s)
		require.NoError(t, err)
		p.show(snapshot)
	}
	show(burner.Status{State: burner.Idle})
	for range 5 {
		show(burner.Status{State: burner.Waiting, Waiting: "a blank disc", Job: "a.cue"})
	}
	for i := range 1000 {
		show(burner.Status{
			State: burner.Writing, Job: "a.cue", Percent: burner.Percent(i) / 10,
			Track: burner.Count{N: 1, Of: 2}, Speed: burner.Speed{X: 8},
			Remaining: burner.Seconds(75 * time.Second),
		})
	}
	show(burner.Status{State: burner.Finishing, Job: "a.cue"})
	show(burner.Status{State: burner.Idle, LastResult: "OK"})
	p.end()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 1+10+1+1)
	require.Equal(t, "em0 waiting a.cue, a blank disc", lines[0])
	require.Equal(t, "em0 writing a.cue 10 %, track 1 of 2, 8x, 1:15 left", lines[2])
	require.Equal(t, "em0 finishing a.cue 0 %", lines[11])
	require.Equal(t, "em0 idle, last result OK", lines[12])
}

// A bar must take every order of states, for a drive burns again and again.
func TestBarsGoBackAndEnd(t *testing.T) {
	var out bytes.Buffer
	p := newBars(&out)
	for _, state := range []burner.State{burner.Idle, burner.Writing, burner.Verifying, burner.Writing, burner.Idle} {
		for _, percent := range []float64{0, 50, 100, 250, -1} {
			for _, name := range []string{"em0", "em1"} {
				p.show(snapshot{Name: name, State: state, Percent: percent})
			}
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.end()
	}()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("the display does not end")
	}
	require.Contains(t, out.String(), "em0 idle")
	require.Contains(t, out.String(), "em1 idle")
}

func FuzzParseSnapshot(f *testing.F) {
	f.Add([]byte(`{"state":"writing","percent":12.5,"track":{"n":1,"of":3},"remaining":3,"buffer":{"size":1,"used":1}}`))
	f.Add([]byte(`{"state":"idle","percent":1e300,"last-result":"OK"}  `))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseSnapshot("em0", b)
		if err != nil {
			return
		}
		require.True(t, strings.HasPrefix(s.line(), "em0 "))
		(&lines{w: &bytes.Buffer{}, last: map[string]step{}}).show(s)
	})
}
