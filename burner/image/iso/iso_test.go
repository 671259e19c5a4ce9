package iso_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/burner/image/iso"
)

// volume makes sectors of 2048 bytes with a descriptor in sector 16.
func volume(sectors int, kind byte, id string, blocks uint32) []byte {
	b := make([]byte, sectors*2048)
	d := b[16*2048:]
	d[0] = kind
	copy(d[1:], id)
	binary.LittleEndian.PutUint32(d[80:], blocks)
	binary.BigEndian.PutUint32(d[84:], blocks)
	binary.LittleEndian.PutUint16(d[128:], 2048)
	return b
}

// rawSectors makes sectors of 2352 bytes, one for each mode; audio is 0.
func rawSectors(modes ...byte) []byte {
	var b []byte
	for _, m := range modes {
		s := make([]byte, 2352)
		if m != 0 {
			copy(s, "\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x00\x00\x02\x00")
			s[15] = m
		}
		b = append(b, s...)
	}
	return b
}

func same(n int, mode byte) []byte { return rawSectors(bytes.Repeat([]byte{mode}, n)...) }

func with(b []byte, at int, text string) []byte {
	copy(b[at:], text)
	return b
}

// open puts a file into a folder, and reads it as a disc.
func open(t *testing.T, name string, data []byte) (*image.Image, error) {
	t.Helper()
	path := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(path, name), data, 0o600))
	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, dir.Close()) }()
	sheet, err := iso.Parse(name, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	require.Equal(t, []string{name}, sheet.Files())
	require.Empty(t, sheet.Settings())
	return sheet.Image(dir)
}

func TestImage(t *testing.T) {
	tests := []struct {
		name    string
		data    []byte
		frames  int
		mode    image.Mode
		form    image.Form
		session image.SessionFormat
	}{
		{"ISO 9660", volume(320, 1, "CD001", 320), 320, image.Mode1, image.User2048, image.CDDA},
		{"ISO 9660 with sectors behind it", volume(350, 1, "CD001", 320), 350, image.Mode1, image.User2048, image.CDDA},
		{"a boot record first", volume(320, 0, "CD001", 999999), 320, image.Mode1, image.User2048, image.CDDA},
		{"UDF", volume(320, 0, "BEA01", 999999), 320, image.Mode1, image.User2048, image.CDDA},
		{"UDF behind an unknown descriptor", with(make([]byte, 320*2048), 17*2048+1, "NSR02"), 320, image.Mode1, image.User2048, image.CDDA},
		{"High Sierra", with(make([]byte, 320*2048), 16*2048+9, "CDROM"), 320, image.Mode1, image.User2048, image.CDDA},
		{"raw Mode 1", same(301, 1), 301, image.Mode1, image.Sector2352, image.CDDA},
		{"raw Mode 2", same(301, 2), 301, image.Mode2, image.Sector2352, image.XA},
		{"raw CD-I", with(same(301, 2), 16*2352+25, "CD-I "), 301, image.Mode2, image.Sector2352, image.CDI},
		{"one raw sector", same(1, 1), 1, image.Mode1, image.Sector2352, image.CDDA},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img, err := open(t, "a.iso", tt.data)
			require.NoError(t, err)
			require.Equal(t, "iso", img.Format)
			require.Equal(t, tt.session, img.Session)
			require.Len(t, img.Tracks, 1)
			track := img.Tracks[0]
			require.Equal(t, 1, track.Number)
			require.Equal(t, tt.mode, track.Mode)
			require.Equal(t, image.Data, track.Control)
			require.Equal(t, []image.Index{{Number: 1}}, track.Indexes)
			require.Len(t, track.Extents, 1)
			require.Equal(t, tt.frames, track.Frames())
			require.Equal(t, tt.form, track.Extents[0].Form)
			require.Zero(t, track.Extents[0].Offset)
			require.NoError(t, img.Close())
			_, err = track.Extents[0].Source.ReadAt(make([]byte, 1), 0)
			require.ErrorIs(t, err, os.ErrClosed)
		})
	}
}

func TestErrors(t *testing.T) {
	mixed := same(40, 1)
	copy(mixed[39*2352:], same(1, 0))
	tests := []struct {
		name string
		data []byte
		soft bool
		want string
	}{
		{"empty", nil, true, "is empty"},
		{"no volume", make([]byte, 100*2048), false, "no ISO 9660 or UDF volume"},
		{"cut off early", make([]byte, 16*2048+2047), true, "before sector 16"},
		{"odd size", append(volume(320, 1, "CD001", 320), 1), true, "655361 bytes are no whole number of sectors of 2048: the last has only 1"},
		{"shorter than its volume", volume(319, 1, "CD001", 320), true, "its volume has 655360 bytes, and the file only 653312"},
		{"odd raw size", append(same(20, 1), 1, 2), true, "sectors of 2352: the last has only 2"},
		{"an audio track at the end", mixed, false, "sector 39 is not of the kind of the first"},
		{"two modes", append(same(20, 1), same(20, 2)...), false, "more than one track"},
		{"sectors of 2448", bytes.Repeat(append(same(1, 1), make([]byte, 96)...), 49), false, "sectors of another size"},
		{"Mode 0", same(20, 0x60), false, "its first sector is of Mode 96"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img, err := open(t, "a.img", tt.data)
			require.Nil(t, img)
			var problem *image.Problem
			require.ErrorAs(t, err, &problem)
			require.Equal(t, "a.img", problem.File)
			require.Contains(t, problem.Msg, tt.want)
			require.Equal(t, tt.soft, errors.Is(err, image.ErrIncomplete))
		})
	}
}

// sparse is a large file of few bytes.
type sparse struct {
	head []byte
	size int64
}

func (s sparse) Size() int64 { return s.size }

func (s sparse) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	if at < int64(len(s.head)) {
		copy(p, s.head[at:])
	}
	if at+int64(len(p)) > s.size {
		return int(max(s.size-at, 0)), io.EOF
	}
	return len(p), nil
}

func TestLargerThanLife(t *testing.T) {
	for _, s := range []sparse{
		{volume(20, 1, "CD001", 400), 1 << 60},
		{same(1, 1), 2352 << 50},
	} {
		_, err := iso.Parse("a.iso", s)
		require.ErrorContains(t, err, "more than any CD holds")
		require.NotErrorIs(t, err, image.ErrIncomplete)
	}
}

func TestFileThatWent(t *testing.T) {
	sheet, err := iso.Parse("a.iso", bytes.NewReader(volume(320, 1, "CD001", 320)))
	require.NoError(t, err)
	path := t.TempDir()
	dir, err := image.OpenFolder(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, dir.Close()) }()
	_, err = sheet.Image(dir)
	require.ErrorIs(t, err, image.ErrMissing)
	require.NoError(t, os.WriteFile(filepath.Join(path, "a.iso"), make([]byte, 100*2048), 0o600))
	_, err = sheet.Image(dir)
	require.ErrorContains(t, err, "no ISO 9660 or UDF volume")
}

// A volume that another program made is one track of all its sectors.
func TestXorriso(t *testing.T) {
	program, err := exec.LookPath("xorriso")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("xorriso is needed")
		}
		t.Skip("needs xorriso")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.iso")
	out, err := exec.Command(program, "-as", "mkisofs", "-o", path, os.Args[0]).CombinedOutput()
	require.NoError(t, err, "%s", out)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	img, err := open(t, "a.iso", data)
	require.NoError(t, err)
	require.Equal(t, len(data)/2048, img.Tracks[0].Frames())
	require.NoError(t, img.Close())
	_, err = open(t, "a.iso", data[:len(data)-400*2048])
	require.ErrorIs(t, err, image.ErrIncomplete)
}

func FuzzParse(f *testing.F) {
	f.Add(volume(18, 1, "CD001", 18), int64(18*2048))
	f.Add(same(2, 2), int64(2*2352))
	f.Add([]byte("CD001"), int64(1)<<62)
	f.Fuzz(func(t *testing.T, head []byte, size int64) {
		src := sparse{head, max(size, 0)}
		sheet, err := iso.Parse("a.iso", src)
		var problem *image.Problem
		if err != nil {
			require.ErrorAs(t, err, &problem)
			require.Nil(t, sheet)
			return
		}
		img, err := sheet.Image(shelf{src})
		require.NoError(t, err)
		e := img.Tracks[0].Extents[0]
		require.Positive(t, e.Frames)
		require.Equal(t, src.size, int64(e.Frames)*int64(e.Form.Bytes()))
	})
}

// shelf is a folder with one file under any name.
type shelf struct{ sparse }

func (s shelf) Open(name string) (image.File, error) { return file(s), nil }

type file struct{ sparse }

func (file) Close() error { return nil }
func (file) Name() string { return "a.iso" }
