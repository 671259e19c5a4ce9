package fsys

import (
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/stretchr/testify/require"
)

// BenchmarkCopy copies 800 MB with cp, first into the spool's own file system
// and then into the queue, and tells the ratio of the speeds.
func BenchmarkCopy(b *testing.B) {
	for name, without := range map[string]uint64{"passthrough": 0, "plain": fuse.CAP_PASSTHROUGH} {
		b.Run(name, func(b *testing.B) {
			tr := newTreeWithout(b, without)
			source := b.TempDir() + "/source"
			zero, err := os.Open("/dev/zero")
			require.NoError(b, err)
			f, err := os.Create(source)
			require.NoError(b, err)
			_, err = io.CopyN(f, zero, 800<<20)
			require.NoError(b, err)
			require.NoError(b, f.Close())
			require.NoError(b, zero.Close())
			copyTo := func(to string) time.Duration {
				start := time.Now()
				require.NoError(b, exec.Command("cp", source, to).Run())
				took := time.Since(start)
				require.NoError(b, os.Remove(to))
				return took
			}
			var native, here time.Duration
			for b.Loop() {
				native += copyTo(tr.spool + "/beside")
				here += copyTo(tr.path("queue/image.bin"))
			}
			b.ReportMetric(native.Seconds()/here.Seconds(), "of-native")
			b.SetBytes(800 << 20)
		})
	}
}
