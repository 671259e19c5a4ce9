package burner

import (
	"strings"

	"github.com/burnfs/burnfs/mmc"
	"github.com/burnfs/burnfs/sgio"
)

// quirk is what is known of some drives beyond what they tell.
type quirk struct {
	vendor string   // of the INQUIRY reply, in capitals; the whole field
	avoid  []string // modes that are not tried under auto; a person may ask for them
	// done is a unit attention that tells, while the drive writes the end
	// of the disc, that it has. From any other drive it is a failure.
	done   sgio.Code
	source string // who found it
}

// quirks are facts about drives. A drive that is in no row, as any that is
// newer than the table, is asked instead: each write mode is tried by MODE
// SELECT and read back, each variant of a cue sheet is sent until one is
// taken, and a command that it lacks is done without. So a row is needed only
// for what a drive says and does not do. What concerns every drive alike
// stands where it is done: the illegal pages of LG and Matsushita in
// selectMode, the early READ TRACK INFORMATION of the Matsushita CW-7502 in
// start, the calibration of the RWD RW2224 in calibrate.
var quirks = []quirk{
	{vendor: "TEAC", avoid: []string{"raw16"}, source: "cdrecord, README.raw: TEAC drives hang in raw writing with 16 bytes"},
	{vendor: "PLEXTOR", avoid: []string{"raw96p"}, source: "cdrecord, README.raw: the firmware writes packed R-W that can't be read"},
	{vendor: "MITSUMI", done: sgio.Code{Key: sgio.UnitAttention, ASC: 0x2E}, source: "cdrecord, drv_mmc.c: insufficient time is what the drive says when it has finished early"},
}

// known gives the row that fits a drive, or an empty one.
func known(drive mmc.Inquiry) quirk {
	for _, q := range quirks {
		if strings.EqualFold(drive.Vendor, q.vendor) {
			return q
		}
	}
	return quirk{}
}
