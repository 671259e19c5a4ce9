package spool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFolders(t *testing.T) {
	discs := func(b *bench) {
		require.NoError(b, b.d.Mkdir("queue/rips", 0o755))
		require.NoError(b, b.d.Mkdir("queue/rips/one", 0o755))
		b.copyDisc("rips/one", "x")
		b.copy("queue/rips/one/cover.jpg", nil)
		settle(6 * time.Second)
	}
	for _, test := range []struct {
		name string
		do   func(b *bench)
		left []string
		done []string
	}{
		{"alone", func(b *bench) {}, nil, []string{"cover.jpg", "x.bin", "x.cue"}},
		{"a file is being copied", func(b *bench) {
			f := b.create("queue/rips/one/y.bin")
			b.Cleanup(func() { require.NoError(b, f.Close()) })
		}, []string{"cover.jpg", "y.bin"}, []string{"x.bin", "x.cue"}},
		{"a file has been copied", func(b *bench) {
			b.copy("queue/rips/one/y.bin", audio)
			settle(4 * time.Second)
		}, []string{"cover.jpg", "y.bin"}, []string{"x.bin", "x.cue"}},
		{"a file is there", func(b *bench) {
			b.copy("queue/rips/one/y.bin", audio)
			settle(5 * time.Second)
		}, nil, []string{"cover.jpg", "x.bin", "x.cue", "y.bin"}},
		{"another disc", func(b *bench) {
			b.copy("queue/rips/one/y.cue", []byte(sheet("y.bin")))
			settle(5 * time.Second)
		}, []string{"cover.jpg", "y.cue"}, []string{"x.bin", "x.cue"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(b *bench) {
				discs(b)
				require.Equal(t, "ready", b.why("rips/one"))
				c := b.next()
				test.do(b)
				require.NoError(t, c.Done(nil))
				var want []string
				for _, name := range test.done {
					want = append(want, "done/rips-one/"+name)
				}
				for _, name := range test.left {
					want = append(want, "queue/rips/one/"+name)
				}
				require.Equal(t, want, b.tree())
			})
		})
	}
	t.Run("a disc below", func(t *testing.T) {
		run(t, func(b *bench) {
			discs(b)
			b.copyDisc("rips", "y")
			settle(6 * time.Second)
			c := b.next()
			require.Equal(t, "rips/one", c.Name)
			require.NoError(t, c.Release())
			require.NoError(t, b.d.Cancel("rips"))
			settle(time.Second)
			require.Contains(t, b.tree(), "queue/rips/one/x.cue")
			require.Contains(t, b.tree(), "failed/rips/y.cue")
		})
	})
}
