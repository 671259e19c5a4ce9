package sample

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"

	"github.com/kdomanski/iso9660"
)

const readme = `This disc was made by burnfs demo.

Track 1 holds this text and a picture. Track 2 plays the Ode to Joy. Track 3
plays Frere Jacques, and before its start, where a player gets to only by
itself, there is a chime.

If you can read this, the whole way worked: an image was copied into a folder,
burned as raw sectors with their Sub-channel, and read back.
`

// volume makes the ISO 9660 volume of track 1.
func volume() (iso []byte, err error) {
	w, err := iso9660.NewWriter()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Cleanup()) }()

	if err := w.AddFile(strings.NewReader(strings.ReplaceAll(readme, "\n", "\r\n")), "README.TXT"); err != nil {
		return nil, err
	}
	var cover bytes.Buffer
	if err := png.Encode(&cover, picture()); err != nil {
		return nil, err
	}
	if err := w.AddFile(&cover, "COVER.PNG"); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := w.WriteTo(&out, "BURNFS_DEMO"); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// picture draws a disc.
func picture() image.Image {
	const size = 160
	const half = size / 2
	p := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			dx, dy := float64(x)-half+0.5, float64(y)-half+0.5
			r := math.Hypot(dx, dy) / half
			shine := uint8(150 + 80*math.Cos(2*math.Atan2(dy, dx)))
			c := color.RGBA{24, 26, 44, 255}
			switch {
			case r < 0.13, r > 0.97: // the hole, and the table it lies on
			case r < 0.36:
				c = color.RGBA{210, 214, 222, 255}
			default:
				c = color.RGBA{shine, uint8(190 + 50*math.Sin(9*r)), uint8(255 - int(shine)/3), 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}
