package burner

import "github.com/burnfs/burnfs/burner/image"

// Job is one image to burn.
type Job struct {
	Name     string // for people: the name of the sheet or of its folder
	Image    *image.Image
	Settings Settings

	// Wait makes the job wait for a blank disc, with a text in Status,
	// where it would fail with NoMedium, MediaNotBlank or MediaNotSupported.
	Wait bool

	// Begin is called before the first command of each copy, 1, 2, ...,
	// that may leave a mark on a disc. An error stops the job with the disc
	// unharmed. It may be nil.
	Begin func(copy int) error
}
