// Package ffmpeg lets the machine's ffmpeg decode audio files of strangers, and
// makes their samples those of a disc.
//
// # Confinement
//
// ffmpeg knows many formats and many ways to reach other files and other
// machines, and a file can ask it for them. So it gets the container's name
// from us and does not guess; it may use no protocol but the pipes on its
// standard input and output, by which it gets the file and gives samples; it
// has an empty environment, may write no file (RLIMIT_FSIZE 0), take 1 GiB of
// memory at most (RLIMIT_AS) and ten minutes of a processor (RLIMIT_CPU), and
// runs in a network namespace without a network where the kernel lets us make
// one. The limits hold before the first byte of the file is given. Whoever
// waits half a minute for the next second of sound kills it.
//
// # MPEG-4 in a pipe
//
// A pipe can't go back, and MPEG-4 files often have at their end what tells
// where the samples are. Open puts it to the front.
package ffmpeg

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/burnfs/burnfs/burner/image"
)

// ErrMissing: the machine has no ffmpeg.
var ErrMissing = errors.New("only ffmpeg reads this, and it is not installed; install the package ffmpeg, or convert the file to 16 bit, 44.1 kHz FLAC")

// Look returns ErrMissing if the machine lacks ffmpeg or its ffprobe.
func Look() error {
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(name); err != nil {
			return ErrMissing
		}
	}
	return nil
}

// Input is a file and what it is.
type Input struct {
	container string // FFmpeg's name of a demuxer
	open      func() io.Reader
}

// Open makes an Input of a source, which is a container of FFmpeg's that name:
// "wav", "mov", ... Its error matches image.ErrIncomplete if the file is cut.
func Open(container string, src image.Source) (Input, error) {
	if container == "mov" {
		open, err := front(src)
		return Input{container, open}, err
	}
	return Input{container, func() io.Reader { return io.NewSectionReader(src, 0, src.Size()) }}, nil
}

// Stream is what the first audio stream of a file is.
type Stream struct {
	Format   string // for people: "ALAC", "Opus", ...
	Lossless bool
	Rate     int // Hz
	Channels int
	Bits     int   // of a sample
	Float    bool  // its samples are floating point
	Samples  int64 // of each channel as the container tells, or 0
}

// formats has the names of codecs that are not FFmpeg's in capitals; and which
// are lossless.
var formats = map[string]struct {
	name     string
	lossless bool
}{
	"alac": {"ALAC", true}, "ape": {"Monkey's Audio", true}, "wavpack": {"WavPack", true}, "tta": {"True Audio", true},
	"flac": {"FLAC", true}, "tak": {"TAK", true}, "shorten": {"Shorten", true}, "als": {"MPEG-4 ALS", true},
	"wmalossless": {"WMA Lossless", true}, "truehd": {"TrueHD", true}, "mlp": {"MLP", true},
	"opus": {"Opus", false}, "vorbis": {"Vorbis", false}, "musepack7": {"Musepack", false}, "musepack8": {"Musepack", false},
	"wmav1": {"WMA", false}, "wmav2": {"WMA", false}, "wmapro": {"WMA Pro", false},
}

// Probe asks ffprobe what is in a file.
func Probe(ctx context.Context, in Input) (Stream, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	p, err := start(in, "ffprobe", "-hide_banner", "-v", "error", "-protocol_whitelist", "pipe", "-max_alloc", maxAlloc,
		"-f", in.container, "-select_streams", "a:0", "-show_streams", "-of", "json", "pipe:0")
	if err != nil {
		return Stream{}, err
	}
	stop := context.AfterFunc(ctx, p.kill)
	out, err := io.ReadAll(io.LimitReader(p.out, 1<<20))
	if end := p.end(); err == nil {
		err = end
	}
	if !stop() {
		return Stream{}, fmt.Errorf("ffprobe did not find out in time what it is: %w", ctx.Err())
	}
	var answer struct {
		Streams []struct {
			Codec    string `json:"codec_name"`
			Format   string `json:"sample_fmt"`
			Rate     string `json:"sample_rate"`
			Channels int    `json:"channels"`
			Bits     int    `json:"bits_per_sample"`
			RawBits  string `json:"bits_per_raw_sample"`
			TimeBase string `json:"time_base"`
			Duration int64  `json:"duration_ts"`
		}
	}
	if err == nil {
		err = json.Unmarshal(out, &answer)
	}
	if err != nil {
		return Stream{}, fmt.Errorf("ffprobe can't read it: %w", err)
	}
	if len(answer.Streams) == 0 {
		return Stream{}, errors.New("it holds no sound")
	}
	a := answer.Streams[0]
	s := Stream{Format: strings.ToUpper(a.Codec), Channels: a.Channels, Bits: a.Bits}
	if f, ok := formats[a.Codec]; ok {
		s.Format, s.Lossless = f.name, f.lossless
	}
	if strings.HasPrefix(a.Codec, "pcm_") {
		s.Format = "PCM"
		s.Lossless = !strings.HasSuffix(a.Codec, "law")
	}
	s.Float = strings.HasPrefix(a.Format, "flt") || strings.HasPrefix(a.Format, "dbl")
	if n, err := strconv.Atoi(a.RawBits); err == nil && n > 0 {
		s.Bits = n
	}
	if width := map[string]int{"u8": 8, "s16": 16, "s32": 32, "flt": 32, "dbl": 64}[strings.TrimSuffix(a.Format, "p")]; s.Bits == 0 {
		s.Bits = width
	}
	s.Rate, err = strconv.Atoi(a.Rate)
	if err != nil || s.Rate <= 0 || s.Channels <= 0 {
		return Stream{}, errors.New("ffprobe does not know the form of its samples")
	}
	if a.TimeBase == "1/"+a.Rate {
		s.Samples = a.Duration
	}
	return s, nil
}

// soxr says whether ffmpeg was built with the better of its resamplers.
var soxr = sync.OnceValue(func() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ffmpeg", "-hide_banner", "-buildconf").Output()
	return err == nil && bytes.Contains(out, []byte("--enable-libsoxr"))
})

// Decode starts ffmpeg, which gives the first audio stream, of so many
// channels, as 16 bit PCM of 44.1 kHz in stereo, little-endian.
func Decode(in Input, channels int) (*Process, error) {
	resampler := "resampler=swr:filter_size=256:phase_shift=12:cutoff=0.98"
	if soxr() {
		resampler = "resampler=soxr:precision=28"
	}
	// Samples that are 16 bit, 44.1 kHz and stereo pass these as they are.
	filter := "aresample=44100:osf=s16:dither_method=triangular:" + resampler + ",aformat=sample_fmts=s16:channel_layouts=stereo"
	if channels == 1 {
		// By itself FFmpeg makes each side of a mono sound 3 dB softer.
		filter = "pan=stereo|c0=c0|c1=c0," + filter
	}
	return start(in, "ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-v", "error", "-threads", "1", "-max_alloc", maxAlloc,
		"-protocol_whitelist", "pipe", "-f", in.container, "-i", "pipe:0",
		"-map", "0:a:0", "-filter_threads", "1", "-af", filter, "-f", "s16le", "pipe:1")
}
