package audio

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzVorbis leaves out the pages, whose checksums hide what is in them from a
// fuzzer: it changes the setup and a packet with sound.
func FuzzVorbis(f *testing.F) {
	head := []byte("\x01vorbis\x00\x00\x00\x00\x02\x44\xAC\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xB8\x01")
	f.Add([]byte("\x05vorbis\x00BCV\x01\x00\x02\x00\x00\x00"), []byte("\x00"))
	cmd := exec.Command("oggenc", "-Q", "-r", "-q", "0", "-o", "-", "-")
	cmd.Stdin = strings.NewReader(strings.Repeat("0123 abcd zyx!%&", 10000))
	if out, err := cmd.Output(); err == nil { // else there is one seed less
		r := newPackets(bytes.NewReader(out))
		var seeds [][]byte
		for range 8 {
			p, err := r.next()
			require.NoError(f, err)
			seeds = append(seeds, bytes.Clone(p.data))
		}
		require.Len(f, seeds[0], len(head))
		for _, sound := range seeds[3:] {
			f.Add(seeds[2], sound)
		}
	}
	f.Fuzz(func(t *testing.T, setup, sound []byte) {
		d := vorbisDecoder{packets: &packets{}}
		var pages []byte
		for _, p := range [][]byte{[]byte("comments"), setup} {
			pages = append(pages, paged(p)...)
		}
		d.packets = newPackets(bytes.NewReader(pages))
		if d.headers(head) != nil {
			return
		}
		for range 3 {
			samples, err := d.decode(packet{data: sound})
			if err != nil {
				return
			}
			require.LessOrEqual(t, len(samples), 8192)
		}
	})
}

// paged puts a packet into pages.
func paged(p []byte) []byte {
	var out []byte
	flags := byte(0)
	for more := true; more; flags = pageContinued {
		n := min(len(p), 255*255)
		more = n == 255*255
		page := append([]byte("OggS\x00"), make([]byte, 22)...)
		page[5] = flags
		lacing := bytes.Repeat([]byte{255}, n/255)
		if !more {
			lacing = append(lacing, byte(n%255))
		}
		page[26] = byte(len(lacing))
		page = append(append(page, lacing...), p[:n]...)
		sum := pageSum(page)
		page[22], page[23], page[24], page[25] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
		out, p = append(out, page...), p[n:]
	}
	return out
}

func TestCheckCodebooks(t *testing.T) {
	bits := func(fields ...[2]int) []byte {
		b := make([]byte, 64)
		at := 0
		for _, f := range fields {
			for i := range f[1] {
				b[at>>3] |= byte(f[0]>>i&1) << (at & 7)
				at++
			}
		}
		return b
	}
	one, sync := [2]int{0, 8}, [2]int{0x564342, 24}
	plain := [2]int{0, 2} // neither ordered nor sparse
	l := func(n int) [2]int { return [2]int{n - 1, 5} }
	none := [2]int{0, 4}
	tests := []struct {
		name string
		b    []byte
		ok   bool
	}{
		{"a whole tree", bits(one, sync, [2]int{1, 16}, [2]int{3, 24}, plain, l(1), l(2), l(2), none), true},
		{"a branch without end", bits(one, sync, [2]int{1, 16}, [2]int{3, 24}, plain, l(1), l(2), l(3), none), false},
		{"too many branches", bits(one, sync, [2]int{1, 16}, [2]int{3, 24}, plain, l(1), l(1), l(2), none), false},
		{"no dimensions", bits(one, sync, [2]int{0, 16}, [2]int{3, 24}, plain, l(1), l(2), l(2), none), false},
		{"sixteen million entries", bits(one, sync, [2]int{1, 16}, [2]int{1<<24 - 1, 24}, [2]int{1, 1}, l(24), none), false},
		{"ordered", bits(one, sync, [2]int{1, 16}, [2]int{3, 24}, [2]int{1, 1}, l(1), [2]int{1, 2}, [2]int{2, 2}, none), true},
		{"ordered, never ends", bits(one, sync, [2]int{1, 16}, [2]int{3, 24}, [2]int{1, 1}, l(1)), false},
		{"more numbers than bits", bits(one, sync, [2]int{65535, 16}, [2]int{2, 24}, plain, l(1), l(1), [2]int{2, 4}, [2]int{0, 64}, [2]int{15, 4}), false},
		{"no codebook", make([]byte, 10), false},
		{"nothing", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.ok, checkCodebooks(tt.b) == nil)
		})
	}
}
