package mmc

import "fmt"

// String gives the kind of medium as people call it: "CD-R", "DVD-RAM".
func (p Profile) String() string {
	if s, ok := profileWords[p]; ok {
		return s
	}
	return fmt.Sprintf("medium of profile %04Xh", uint16(p))
}

// profileWords are the media of MMC, "Profile List".
var profileWords = map[Profile]string{
	ProfileNone: "none", 0x0001: "non-removable disk", 0x0002: "removable disk",
	0x0003: "magneto-optical disk", 0x0004: "optical disk", 0x0005: "advanced storage disk",
	ProfileCDROM: "CD-ROM", ProfileCDR: "CD-R", ProfileCDRW: "CD-RW",
	0x0010: "DVD-ROM", 0x0011: "DVD-R", 0x0012: "DVD-RAM", 0x0013: "DVD-RW", 0x0014: "DVD-RW",
	0x0015: "DVD-R DL", 0x0016: "DVD-R DL", 0x001A: "DVD+RW", 0x001B: "DVD+R",
	0x002A: "DVD+RW DL", 0x002B: "DVD+R DL",
	0x0040: "BD-ROM", 0x0041: "BD-R", 0x0042: "BD-R", 0x0043: "BD-RE",
	0x0050: "HD DVD-ROM", 0x0051: "HD DVD-R", 0x0052: "HD DVD-RAM",
}

func (s DiscStatus) String() string {
	switch s {
	case Blank:
		return "blank"
	case Appendable:
		return "appendable"
	case Complete:
		return "complete"
	}
	return "other"
}

func (m LoadMechanism) String() string {
	switch m {
	case Caddy:
		return "caddy"
	case Tray:
		return "tray"
	case PopUp:
		return "pop-up"
	case Changer:
		return "changer"
	case Magazine:
		return "magazine"
	}
	return "unknown"
}
