package stream

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc/addr"
)

func TestSessionBlocks(t *testing.T) {
	user := bytes.Repeat([]byte("0123456789ABCDEF"), 2048*400/16)
	audio := bytes.Repeat([]byte("fedcba98"), 2352*400/8)
	img := &image.Image{Tracks: []image.Track{
		{Number: 1, Mode: image.Mode1, Control: image.Data, Indexes: []image.Index{{Number: 1}}, Extents: []image.Extent{from(image.User2048, user)}},
		{Number: 2, Indexes: []image.Index{{Number: 0}, {Number: 1, Start: 10}},
			Extents: []image.Extent{{Frames: 10}, from(image.Samples, audio)}},
	}}
	s, err := Sheet{}.Session(plan(t, img))
	require.NoError(t, err)
	require.Equal(t, addr.LBA(-150), s.First())
	size, n := s.Run(addr.ProgramStart)
	require.Equal(t, [2]int{2048, 550}, [2]int{size, n})
	size, n = s.Run(399)
	require.Equal(t, [2]int{2048, 1}, [2]int{size, n})
	size, n = s.Run(400)
	require.Equal(t, [2]int{2352, 410}, [2]int{size, n})
	b := make([]byte, 3*2048)
	require.NoError(t, s.Blocks(b, -1))
	require.Equal(t, append(make([]byte, 2048), user[:4096]...), b)
	b = make([]byte, 3*2352)
	require.NoError(t, s.Blocks(b, 409))
	require.Equal(t, append(make([]byte, 2352), audio[:2*2352]...), b)
	for _, at := range []addr.LBA{-11635, -151, 810} {
		size, n = s.Run(at)
		require.Equal(t, [2]int{}, [2]int{size, n}, "the drive makes LBA %d", at)
		require.ErrorContains(t, s.Blocks(b, at), "no blocks are sent")
	}
	require.ErrorContains(t, s.Blocks(make([]byte, 2*2048), 399), "more than 1 blocks of 2048 bytes")
}

func TestSessionOfMode2(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789ABCDEF"), 2336*300/16)
	s, err := Sheet{}.Session(plan(t, discOf(image.Mode2, from(image.Body2336, body))))
	require.NoError(t, err)
	b := make([]byte, 2*2336)
	require.NoError(t, s.Blocks(b, 7))
	require.Equal(t, body[7*2336:9*2336], b)
}

func TestSessionWithText(t *testing.T) {
	img := discA()
	img.Text = unhex(t, textA)
	s, err := Sheet{Text: true}.Session(plan(t, img))
	require.NoError(t, err)
	require.Equal(t, addr.LBA(-11635), s.First())
	size, n := s.Run(-11635)
	require.Equal(t, [2]int{96, 11485}, [2]int{size, n})
	b := make([]byte, 11485*96)
	require.NoError(t, s.Blocks(b, -11635))
	require.Equal(t, firstText, sum(b[:96]))
	raw := rw(t, encoder(t, img, Raw), -11635, 11485)
	require.True(t, bytes.Equal(raw, b), "as in raw writing, without P and Q")
	some := make([]byte, 5*96)
	require.NoError(t, s.Blocks(some, -1000))
	require.Equal(t, b[10635*96:][:5*96], some)
	size, n = s.Run(-150)
	require.Equal(t, [2]int{2352, 45150}, [2]int{size, n})

	_, err = Sheet{Text: true}.Session(plan(t, discA()))
	require.ErrorContains(t, err, "the image has no CD-TEXT")
	_, err = Sheet{RW: PQ}.Session(plan(t, discA()))
	require.Error(t, err)
}

// With R to W a block is what a session at once sends, and after it the
// Sub-channel of raw writing.
func TestSessionWithSubChannel(t *testing.T) {
	img := mixedSub(t)
	for _, form := range []SubChannel{Raw, Packed} {
		plain, err := Sheet{}.Session(plan(t, img))
		require.NoError(t, err)
		s, err := Sheet{RW: form}.Session(plan(t, img))
		require.NoError(t, err)
		whole := encoder(t, img, form)
		for at, n := range map[addr.LBA]int{-150: 454, 304: 450, 754: 400} {
			size, blocksThere := plain.Run(at)
			has, n2 := s.Run(at)
			require.Equal(t, [2]int{n, n}, [2]int{blocksThere, n2})
			require.Equal(t, size+96, has)
			b, main := make([]byte, n*has), make([]byte, n*size)
			require.NoError(t, s.Blocks(b, at))
			require.NoError(t, plain.Blocks(main, at))
			raw := blocks(t, whole, at, n)
			for i := range n {
				require.True(t, bytes.Equal(main[i*size:][:size], b[i*has:][:size]))
				require.True(t, bytes.Equal(raw[i*2448+2352:][:96], b[i*has+size:][:96]), "LBA %d", at+addr.LBA(i))
			}
		}
	}
}
