package burner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxSpeed asks for the fastest speed that drive and disc offer.
const MaxSpeed = 0

// Settings say how to burn. A drive has them (the lines of ctl), and a job
// starts from a copy of its drive's.
type Settings struct {
	Speed              float64 // x, where 1 is 75 sectors a second; MaxSpeed
	Rotation           string  // "clv" or "cav"
	Mode               string  // "auto", "raw96r", "raw96p", "raw16", "sao"
	UnderrunProtection bool
	Simulate           bool
	Verify             bool
	Copies             int // 1 to 999
	Eject              bool
	WriteOffset        int // samples by which audio is written later, or earlier
	Overburn           bool
	Strict             bool // breaks of the book are errors
	Exact              bool // audio that is not 16 bits, 44.1 kHz, stereo is refused and not converted
	Clone              bool // P and Q of the image are burned as they are, right or wrong
	SpeedCheck         bool // a burn faster than the disc can turn has failed
	Hold               bool // no job starts by itself
	Owner              string
}

// DefaultSettings are those of a real drive in a mount.
func DefaultSettings() Settings {
	return Settings{
		Speed: MaxSpeed, Rotation: "clv", Mode: "auto", UnderrunProtection: true, Verify: true,
		Copies: 1, Eject: true, Strict: true, SpeedCheck: true, Owner: "burnfs",
	}
}

// setting is one line of ctl.
type setting struct {
	key   string
	usage string // what may follow the key
	get   func(*Settings) string
	set   func(*Settings, string) error
}

// settings is the table of all settings, in the order of ctl.
var settings = []setting{
	{"speed", "N|max", func(s *Settings) string {
		if s.Speed == MaxSpeed {
			return "max"
		}
		return strconv.FormatFloat(s.Speed, 'f', -1, 64)
	}, func(s *Settings, v string) error {
		if v == "max" {
			s.Speed = MaxSpeed
			return nil
		}
		x, err := strconv.ParseFloat(strings.TrimSuffix(v, "x"), 64)
		if err != nil || !(x >= 1 && x <= 99) {
			return fmt.Errorf("speed is a number from 1 to 99, or max, not %q", v)
		}
		s.Speed = x
		return nil
	}},
	word("rotation", func(s *Settings) *string { return &s.Rotation }, "clv", "cav"),
	word("mode", func(s *Settings) *string { return &s.Mode }, "auto", "raw96r", "raw96p", "raw16", "sao"),
	onOff("underrun-protection", func(s *Settings) *bool { return &s.UnderrunProtection }),
	onOff("simulate", func(s *Settings) *bool { return &s.Simulate }),
	onOff("verify", func(s *Settings) *bool { return &s.Verify }),
	number("copies", func(s *Settings) *int { return &s.Copies }, 1, 999),
	onOff("eject", func(s *Settings) *bool { return &s.Eject }),
	number("write-offset", func(s *Settings) *int { return &s.WriteOffset }, -5880, 5880),
	onOff("overburn", func(s *Settings) *bool { return &s.Overburn }),
	onOff("strict", func(s *Settings) *bool { return &s.Strict }),
	onOff("exact", func(s *Settings) *bool { return &s.Exact }),
	onOff("clone", func(s *Settings) *bool { return &s.Clone }),
	onOff("speed-check", func(s *Settings) *bool { return &s.SpeedCheck }),
	onOff("hold", func(s *Settings) *bool { return &s.Hold }),
	{"owner", "NAME", func(s *Settings) string { return s.Owner }, func(s *Settings, v string) error {
		if !validOwner(v) {
			return fmt.Errorf("owner is 1 to 63 of the letters A-Z a-z 0-9, space and . , : ; - _, not %q", v)
		}
		s.Owner = v
		return nil
	}},
}

func word(key string, field func(*Settings) *string, words ...string) setting {
	usage := strings.Join(words, "|")
	return setting{key, usage, func(s *Settings) string { return *field(s) }, func(s *Settings, v string) error {
		if !slices.Contains(words, v) {
			return fmt.Errorf("%s is one of %s, not %q", key, strings.Join(words, ", "), v)
		}
		*field(s) = v
		return nil
	}}
}

func onOff(key string, field func(*Settings) *bool) setting {
	return setting{key, "on|off", func(s *Settings) string {
		if *field(s) {
			return "on"
		}
		return "off"
	}, func(s *Settings, v string) error {
		if v != "on" && v != "off" {
			return fmt.Errorf("%s is on or off, not %q", key, v)
		}
		*field(s) = v == "on"
		return nil
	}}
}

func number(key string, field func(*Settings) *int, low, high int) setting {
	return setting{key, "N", func(s *Settings) string { return strconv.Itoa(*field(s)) }, func(s *Settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < low || n > high {
			return fmt.Errorf("%s is a number from %d to %d, not %q", key, low, high, v)
		}
		*field(s) = n
		return nil
	}}
}

// validOwner holds a name to the characters and the length that the contract
// has for a client name.
func validOwner(v string) bool {
	if v == "" || len(v) > 63 || strings.TrimSpace(v) != v {
		return false
	}
	for _, r := range v {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" .,:;-_", r)) {
			return false
		}
	}
	return true
}

// Set changes one setting. The error says in words what is allowed; an
// unknown key matches ErrUnknownSetting.
func (s *Settings) Set(key, value string) error {
	for _, e := range settings {
		if e.key == key {
			return e.set(s, strings.TrimSpace(value))
		}
	}
	return fmt.Errorf("%w %q", ErrUnknownSetting, key)
}

// ErrUnknownSetting is matched by Set's error for a key that is none.
var ErrUnknownSetting = fmt.Errorf("there is no setting")

// Lines gives all settings as "key value" lines that Set takes back.
func (s *Settings) Lines() string {
	var b strings.Builder
	for _, e := range settings {
		fmt.Fprintf(&b, "%s %s\n", e.key, e.get(s))
	}
	return b.String()
}
