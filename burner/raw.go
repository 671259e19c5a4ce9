package burner

import (
	"bytes"
	"fmt"

	"github.com/burnfs/burnfs/burner/image"
	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/mmc/addr"
)

// shortestLeadOut is the least of a Lead-out that a stream must have, in
// frames: half a minute, as after later sessions.
const shortestLeadOut = 30 * addr.Second

// rawStream is an image that is a stream of blocks, burned as they are.
type rawStream struct{ *image.Raw }

func (r rawStream) end() addr.LBA { return r.Start + addr.LBA(r.Raw.Blocks) }

// Run gives the size of the block at an address, and how many follow.
func (r rawStream) Run(at addr.LBA) (size, blocks int) { return r.BlockBytes, int(r.end() - at) }

// Blocks fills dst with blocks from at on.
func (r rawStream) Blocks(dst []byte, at addr.LBA) error {
	if n, err := r.Source.ReadAt(dst, int64(at-r.Start)*int64(r.BlockBytes)); n < len(dst) {
		return &image.Problem{Msg: fmt.Sprintf("the stream can't be read at LBA %d: %v", at, err), Err: err}
	}
	return nil
}

// direct says whether the image is a stream of the blocks that a mode writes.
// In any other mode it is burned track by track.
func direct(img *image.Image, m writeMode) bool {
	return img.Raw != nil && !m.session() && m.block == mmc.DataBlockType(img.Raw.DataBlockType)
}

// stream gives the blocks of such an image from the start of this disc's
// Lead-in on; what lies before is left out (IMAPI2,
// IDiscFormat2RawCD::WriteMedia2).
func (b *burn) stream() (source, error) {
	r := rawStream{b.job.Image.Raw}
	start := b.plan.Medium.LeadInStart
	switch {
	case r.Start > start:
		return nil, &Error{Code: StreamLeadInTooShort, Err: fmt.Errorf(
			"the stream starts at LBA %d (MSF %v), after the Lead-in of this disc at LBA %d (MSF %v)", r.Start, r.Start.MSF(), start, start.MSF())}
	case r.end()-b.plan.LeadOut < shortestLeadOut:
		return nil, &Error{Code: StreamNotSupported, Err: fmt.Errorf(
			"the stream ends at LBA %d, %d frames after the start of its Lead-out; at least %d are needed", r.end(), r.end()-b.plan.LeadOut, shortestLeadOut)}
	}
	// The files of emulated discs begin earlier than what is on them.
	first := make([]byte, r.BlockBytes)
	if err := r.Blocks(first, start); err != nil {
		return nil, imageError(err)
	}
	if sub := first[sector:]; bytes.Count(sub, []byte{0}) == len(sub) {
		return nil, &Error{Code: StreamLeadInTooShort, Err: fmt.Errorf(
			"the stream has no Lead-in yet at LBA %d (MSF %v), where that of this disc starts", start, start.MSF())}
	}
	b.span(start, r.end())
	return r, nil
}
