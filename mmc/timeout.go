package mmc

import "time"

// How long a command may take before the kernel aborts it and perhaps resets
// the drive. A reset ruins a burn, so every limit is far above what a healthy
// drive needs; who wants to know sooner whether a drive still lives asks for
// the immediate form and polls. The orders of magnitude are those that
// cdrecord, cdrdao and libburn have used in the field for twenty years.
const (
	// timeoutSimple is for commands that the drive answers from memory.
	// Kernels raise what is below 7 s on srN nodes.
	timeoutSimple = 30 * time.Second

	// timeoutMedium is for commands that may first have to spin up a disc
	// or move the tray.
	timeoutMedium = 2 * time.Minute

	// timeoutRead covers a drive that tries a bad spot again and again.
	timeoutRead = 2 * time.Minute

	// timeoutWrite covers a drive that calibrates, or writes a Lead-in,
	// before it takes the first block. Burners use 30 to 200 s.
	timeoutWrite = 200 * time.Second

	// timeoutOPC: most burners give a calibration 60 s, minutes were seen.
	timeoutOPC = 5 * time.Minute

	// timeoutFlush is a SYNCHRONIZE CACHE that waits: a full buffer and, in
	// session at once, a Lead-out at 1x (90 s).
	timeoutFlush = 10 * time.Minute

	// timeoutClose is a CLOSE TRACK/SESSION that waits: Lead-in and
	// Lead-out at low speed. Burners use 480 s.
	timeoutClose = 10 * time.Minute

	// timeoutBlank is a BLANK of a whole disc that waits: 80 minutes at 1x,
	// twice. cdrecord gives it 9600 s.
	timeoutBlank = 9600 * time.Second
)
