//go:build amd64

package main_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// nobody is an ordinary user of the machine.
const nobody = 65534

// A virtual machine burns on a drive that its kernel knows: through sr and sg,
// the SCSI layer and their permission filter. One machine serves all cases.
func TestVM(t *testing.T) {
	t.Parallel()
	need(t, "wodim", "cdrdao", "cdrskin", "setpriv", "genisoimage", "isoinfo", "perl")
	m := boot(t)
	m.build(t)
	t.Run("says what is lacking", m.lacking)
	t.Run("burns", m.burns)
	t.Run("fails as the drive does", m.faults)
	t.Run("is mounted", m.mounted)
	t.Run("is unplugged in a burn", m.unplugged)
	t.Run("is followed by a mount", m.followed)
	t.Run("was killed", m.killed)
	left := m.shell(t, "cd /sys/kernel/config/target; ls core loopback; ls /dev | grep -E '^(sr|sg|uio)' || true")
	require.NotContains(t, left, "user_")
	require.NotContains(t, left, "naa")
	require.NotRegexp(t, `\n(sr|sg|uio)\d`, left)
}

// build makes a static binary of ours, as it is released, and puts it into the
// memory of the machine.
func (m *machine) build(t *testing.T) {
	in(t, ".", "env", "CGO_ENABLED=0", "go", "build", "-o", filepath.Join(m.folder, "burnfs"), ".")
	m.shell(t, "cp burnfs "+m.binary())
}

func (m *machine) binary() string { return "/tmp/burnfs" }

func (m *machine) lacking(t *testing.T) {
	ran := m.as(t, nobody, "/", m.binary(), "emulate", "--tcmu")
	require.Equal(t, 4, ran.code)
	require.Contains(t, ran.stderr, "root")
	ran = m.as(t, 0, "/", m.binary(), "emulate", "--tcmu")
	require.Equal(t, 4, ran.code)
	require.Contains(t, ran.stderr, "mount -t configfs")
	m.shell(t, "mount -t configfs configfs /sys/kernel/config")
}

// kernelBurn is how a program burns on a device of the kernel's: a script in
// which {} is the node and BURNFS is ours. See foreign.
type kernelBurn struct {
	name    string
	script  string
	image   func(t *testing.T, dir string, m material) image
	differs map[string]string
}

// asNobody is put before what an ordinary user runs who may write to the node.
const asNobody = "chmod 666 {} && setpriv --reuid=65534 --regid=65534 --clear-groups "

// realIsoAndWaves has a file system that can be mounted.
func realIsoAndWaves(t *testing.T, dir string, m material) image {
	m.iso = madeBy("genisoimage").iso
	return isoAndWaves(t, dir, m)
}

var kernelBurns = []kernelBurn{
	{"ourselves", "BURNFS burn --device {} --set speed-check=off --verify files.cue", realIsoAndWaves, nil},
	{"ourselves as an ordinary user through sg", "chmod 666 /dev/sg0; " + asNobody +
		"BURNFS burn --device /dev/sg0 --mode raw16 --set speed-check=off files.cue", isoAndWaves, nil},
	{"wodim as an ordinary user", asNobody + "wodim dev={} gracetime=2 -raw96r" + wodimTracks, twoWaves, nil},
	{"cdrdao", "cdrdao write --driver generic-mmc-raw --device {} -n files.cue", isoAndWaves, cdrdaoDiffers},
	{"cdrskin as an ordinary user", asNobody + "cdrskin dev={} -sao -audio one.wav two.wav", twoWaves, nil},
}

func (m *machine) burns(t *testing.T) {
	for i, b := range kernelBurns {
		if testing.Short() && i > 0 {
			break
		}
		t.Run(b.name, func(t *testing.T) {
			name := strings.ReplaceAll(b.name, " ", "-")
			dir, disc := filepath.Join(m.folder, name), filepath.Join(m.folder, name+".rawcd")
			fast := "/tmp/" + filepath.Base(disc) // in the machine's memory
			img := b.image(t, dir, plainMaterial)
			ran := m.as(t, 0, dir, m.binary(), "emulate", "--tcmu", "--disc", fast, "--", "bash", "-euc",
				strings.ReplaceAll(b.script, "BURNFS", m.binary()))
			require.Zero(t, ran.code)
			require.NotContains(t, ran.stderr, "Finding:")
			m.shell(t, fmt.Sprintf("cp --sparse=always %s %s", fast, disc))
			seen := make(map[string]bool)
			for _, d := range discDifferences(t, img, disc) {
				kind, _, _ := strings.Cut(d, ",")
				require.Contains(t, b.differs, kind, d)
				seen[kind] = true
			}
			require.Len(t, seen, len(b.differs), "%v", seen)
		})
	}
}

// faults are told by the kernel as those of a real drive.
func (m *machine) faults(t *testing.T) {
	cue, _ := writeAudio(t, m.folder, "fault", 1, 600)
	for _, c := range []struct{ plan, text string }{
		{"write10#50 = 3/0C/00", "3/0C/00"},
		{"write10#50 = vanish", "the drive is gone"},
	} {
		t.Run(c.plan, func(t *testing.T) {
			ran := m.as(t, 0, m.folder, m.binary(), "emulate", "--tcmu", "--fault", c.plan, "--",
				m.binary(), "burn", "--device", "{}", "--set", "speed-check=off", cue)
			require.Equal(t, 6, ran.code)
			require.Contains(t, ran.stderr, c.text)
		})
	}
}

// beginning is the begin of scripts. attach starts emulate with these
// arguments, whose process is then $device and whose node is $node. burning
// starts a burn, which is $burn, and waits until the drive writes. Output goes
// to files.
const beginning = `
await() { for i in $(seq 600); do if "$@"; then return; fi; sleep 0.1; done; echo "waited in vain: $*" >&2; exit 99; }
attach() {
	rm -f nodes; $binary emulate --tcmu "$@" >nodes 2>device.txt & device=$!
	await test -s nodes; node=$(head -n 1 nodes)
}
burning() {
	timeout 120 $binary burn --device $node fault.cue >burn.txt 2>&1 & burn=$!
	await grep -q writing burn.txt
}
code() { local c=0; "$@" || c=$?; echo "code $c"; }
`

// script runs a script after the beginning, and gives what it printed.
func (m *machine) script(t *testing.T, text string) string {
	t.Helper()
	return m.shell(t, "binary="+m.binary()+beginning+text)
}

// holds is a program that has the device to itself for a while.
const holds = `perl -e 'use Fcntl; sysopen(F, $ARGV[0], O_RDWR | O_EXCL | O_NONBLOCK) or die "$!\n"; $| = 1; print "held\n"; sleep 100'`

// While a burn has the drive no other program has it, and the other way round;
// when it is unplugged, the burn is over.
func (m *machine) unplugged(t *testing.T) {
	said := m.script(t, `
		attach --speed 4
		`+holds+` $node >held.txt & holder=$!
		await test -s held.txt
		code $binary burn --device $node fault.cue 2>&1
		kill $holder
		wait $holder || true
		burning
		code `+holds+` $node 2>&1
		code wodim dev=$node -atip 2>&1
		code mount -t iso9660 -o ro $node /mnt 2>&1
		kill -INT $device
		code wait $burn
		code wait $device
		cat burn.txt`)
	codes := regexp.MustCompile(`(?m)^code (\d+)$`).FindAllStringSubmatch(said, -1)
	require.Len(t, codes, 6)
	require.Equal(t, "4", codes[0][1], "our burn on a device that is held")
	for i, what := range []string{"a holder", "wodim", "mount"} {
		require.NotEqual(t, "0", codes[i+1][1], what)
	}
	require.Equal(t, "6", codes[4][1], "our burn")
	require.Equal(t, "0", codes[5][1], "emulate")
	require.Contains(t, said, "held by another program")
	require.Contains(t, said, "the drive is gone")
}

// The kernel reads the files of a disc that we have burned, and while it has
// mounted it nobody burns.
func (m *machine) mounted(t *testing.T) {
	said := m.script(t, `
		attach --disc /tmp/ourselves.rawcd
		mount -t iso9660 -o ro $node /mnt
		code `+holds+` $node 2>&1
		(cd /mnt && find . -type f -exec sha256sum {} +)
		umount /mnt
		kill -TERM $device
		code wait $device`)
	require.Contains(t, said, "resource busy\ncode ")
	require.True(t, strings.HasSuffix(said, "code 0\n"))
	for name, data := range realFiles(t) {
		require.Contains(t, said, fmt.Sprintf("%x  .%s\n", sha256.Sum256(data), name))
	}
}

// The tree shows the drive while it is there, and a burn that it leaves in is
// a job that failed.
func (m *machine) followed(t *testing.T) {
	said := m.script(t, `
		gone() { ! test -e /tmp/burn/sr0; }
		modprobe fuse
		mkdir /tmp/burn
		$binary mount --spool /tmp/spool --settle 100ms /tmp/burn >mount.txt 2>&1 & mount=$!
		await grep -q ready mount.txt
		code gone
		attach --speed 4
		await test -e /tmp/burn/sr0
		cp fault.cue fault.bin /tmp/burn/sr0/queue
		await grep -q "state: writing" /tmp/burn/sr0/status
		kill -INT $device
		await gone
		wait $device
		attach
		await test -e /tmp/burn/sr0
		cat /tmp/burn/sr0/failed/*/error.txt
		kill -INT $device
		await gone
		wait $device
		kill $mount
		code wait $mount
		cat mount.txt`)
	require.Contains(t, said, "code 0\n")
	require.Contains(t, said, "the drive is gone")
	require.NotContains(t, said, "code 1")
}

// A process that is killed leaves a device that answers nothing; the next one
// takes it away.
func (m *machine) killed(t *testing.T) {
	said := m.script(t, `
		attach --speed 4
		burning
		kill -KILL $device
		code wait $device
		code $binary emulate --tcmu -- true
		code wait $burn
		cat burn.txt`)
	require.Contains(t, said, "code 137\ncode 0\ncode 6\n")
	require.Contains(t, said, "the drive is gone")
}
