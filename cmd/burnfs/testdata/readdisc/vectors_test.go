package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func hash(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

func unhex(t testing.TB, text string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return b
}

// Sectors made and hashed by two other programs. Z is all zero, C counts.
var sectorVectors = []struct {
	name              string
	kind              sectorKind
	found             sectorKind
	counting          bool
	lba               int
	plain, scrambled  string
	withECC, noChecks bool
}{
	{"mode 1 Z 0", kindMode1, kindMode1, false, 0, "b4f18ab66709c9b3fdef2721cc323e031b6728f3ca6c57b7c435c96189222250", "b2c91211b98919e43eb75d5d1eba18821c607badf31e60af4d166883a96cd68f", true, false},
	{"mode 1 C 16", kindMode1, kindMode1, true, 16, "24a4cb49d5e7ffb4ba3f3cda43ef5e533ef987bc7b60a642012c95f23e4a08c6", "e167b0ab6a2c9f6b1249c6a614918be92dd10d455c4655bd3883ad0dbc6e06d5", true, false},
	{"mode 1 C 333333", kindMode1, kindMode1, true, 333333, "40e702f952cca357aead5672679cff6908433370203237b388faae788be4036e", "423e0c165f031b06be8f09b52db0f552d13d65e62827166d3ba04525881b4923", true, false},
	{"mode 1 Z -150", kindMode1, kindMode1, false, -150, "91cabff11b79f9bf106ac9260afebe8f7689e86c364e08c79927441cc0c1e6c9", "4d19db58b1ece4d6736598e0daa5a04cf231c03c0a17aa1823bee2fa0cf5f056", true, false},
	{"mode 1 Z -1", kindMode1, kindMode1, false, -1, "009dd77f45c7be04746fd06ddc55a91e2fda4bc9c460e1cff36c5a3abe5941ae", "95581d9d519a0aaab287b801abe50a7eb7b431f9a305eec4627233e517371dc5", true, false},
	{"mode 1 Z -151", kindMode1, kindMode1, false, -151, "a3a24de7352b452922f85a736041875798a8ac06179c59ee1c476fb96e280869", "e08b9805e68b97f6f6f27d7aec3810cfa2c76564f684ccb927b76b0ec8443cf4", true, false},
	{"form 1 Z 0", kindForm1, kindForm1, false, 0, "019d8734ffd82181a112f3b3c485312e8cfc1e37c1fc85374606669356ee35b8", "d1606b57390f66408023aa4c27cd7c0293f0c8fc27811bfd28fc72cf298ab7c9", true, false},
	{"form 1 C 4321", kindForm1, kindForm1, true, 4321, "22aa8a7e48bb9d7e06744eb38d9346c92f5ef73690cc55dfc738b25141d93da9", "91a99fb2f5ad8e5d55484facc27d988720700862729545b886e64d378c95d9a1", true, false},
	{"form 2 Z 0", kindForm2, kindForm2, false, 0, "7642dcde6dc9ef4bb2f5071ba19207bb8f0d56da1b530dfc5205fcd7499322af", "86232479b4eff37aaffe535b7a2989ef702fd830dc4179eb6b62cca18db35c5b", false, false},
	{"form 2 C 0", kindForm2, kindForm2, true, 0, "1448b7acb3865f6ae3fa2229aca0ffc565e90dfde7e7e8d449ffb2ffa8d0c6b8", "b67f2db88027e3bed30c53eeb3967e6c9fc77d70f2219871f513b8a041c2b6a0", false, false},
	{"formless Z 0", kindFormless, kindZero2, false, 0, "b135001db6f6413e5058381b96846124b3d25b70fcf788cccdefb58c45ff4eb9", "7ab29a09e212c00b50040f029e4cadc02b056222eeb463c8965a5e9d3f8d9011", false, true},
	{"mode 0 Z 0", kindMode0, kindMode0, false, 0, "65b020d34406f3886e2ef46ee21a2feb61ed1ce868c84b59bac0492f2af9ef9f", "d625425d0c267187f59e14b51741fc270e96acd62f17cc73fb787e45b03002f0", false, true},
}

func TestSectorVectors(t *testing.T) {
	for _, v := range sectorVectors {
		t.Run(v.name, func(t *testing.T) {
			var data []byte
			if v.counting {
				data = plainUser(0)
			}
			sector := plainSector(v.kind, v.lba, data)
			require.Equal(t, v.plain, hash(sector), "the maker of test discs")
			recorded := plainScramble(sector)
			require.Equal(t, v.scrambled, hash(recorded), "the maker of test discs")

			got := make([]byte, 2352)
			descramble(got, recorded)
			require.Equal(t, v.plain, hash(got))
			kind, faults := inspectSector(got, v.lba)
			require.Equal(t, v.found, kind)
			require.Zero(t, faults)
		})
	}
}

// Every byte of a sector is under some check, and each check has its bytes.
func TestSectorDamage(t *testing.T) {
	for _, v := range sectorVectors {
		if v.noChecks || v.lba < 0 {
			continue
		}
		data := []byte(nil)
		if v.counting {
			data = plainUser(0)
		}
		sector := plainSector(v.kind, v.lba, data)
		start, user := v.kind.user()
		for at := start; at < 2352; at += 7 {
			damaged := append([]byte{}, sector...)
			damaged[at] ^= 0x10
			_, faults := inspectSector(damaged, v.lba)
			if at < user+4 {
				require.NotZero(t, faults&faultEDC, "%s byte %d", v.name, at)
			}
			if !v.withECC {
				continue
			}
			if at < 2248 {
				require.NotZero(t, faults&faultECCP, "%s byte %d", v.name, at)
			}
			require.NotZero(t, faults&faultECCQ, "%s byte %d", v.name, at)
		}
	}
}

func TestScramblerVector(t *testing.T) {
	const want = "12e23b47b7728bbf5fb5c8e36a3aa7040df6e6586f1cc5e35a9eafd83fedd4b6"
	require.Equal(t, want, hash(scrambleStream[:]))
	require.Equal(t, want, hash(plainStream()), "the maker of test discs")
}

func TestQVectors(t *testing.T) {
	for _, v := range []struct {
		q    string
		lba  int
		want position
	}{
		{"01 01 00 00 01 74 00 00 00 00 AA B9", -150, position{1, 0, 149, 0}},
		{"01 01 00 00 00 00 00 00 01 74 76 BB", -1, position{1, 0, 0, 149}},
		{"01 01 01 00 00 00 00 00 02 00 5A 28", 0, position{1, 1, 0, 150}},
		{"01 02 00 00 01 74 00 03 22 00 BE 29", 15000, position{2, 0, 149, 15150}},
		{"21 03 01 03 19 74 00 10 01 74 93 05", 44999, position{3, 1, 14999, 45149}},
		{"21 AA 01 01 29 74 00 11 31 74 34 5D", 51749, position{leadOutTrack, 1, 6749, 51899}},
	} {
		q := qFrame(unhex(t, v.q))
		require.True(t, q.valid(), v.q)
		require.Equal(t, q, qFrame(plainQ([10]byte(q[:10]))), "the maker of test discs")
		p, ok := q.position()
		require.True(t, ok)
		require.Equal(t, v.want, p)
		require.Equal(t, clockAt(v.lba), p.absolute)
		for bit := range 96 {
			damaged := q
			damaged[bit/8] ^= 1 << (bit % 8)
			require.False(t, damaged.valid(), "%s bit %d", v.q, bit)
		}
	}
	number, ok := qFrame(unhex(t, "02 01 23 45 67 89 01 20 00 15 72 13")).mcn()
	require.True(t, ok)
	require.Equal(t, "0123456789012", number)
	for want, q := range map[string]string{
		"USRC17607839": "03 96 38 93 04 76 07 83 90 50 43 69",
		"GBAYE0000351": "03 5D 24 69 54 00 00 35 10 49 72 09",
	} {
		require.True(t, qFrame(unhex(t, q)).valid())
		code, ok := qFrame(unhex(t, q)).isrc()
		require.True(t, ok)
		require.Equal(t, want, code)
	}
	// The lead-in of a pressed disc.
	for _, q := range []string{
		"01 00 A0 98 06 12 00 01 00 00 E3 74", "01 00 A1 98 06 14 00 13 00 00 44 21",
		"01 00 A2 98 06 17 00 70 40 73 E3 85", "01 00 02 98 06 24 00 03 48 45 D9 34",
	} {
		require.True(t, qFrame(unhex(t, q)).valid(), q)
	}
}

func TestSubcodeVector(t *testing.T) {
	sub := unhex(t, strings.Join([]string{
		"80 80 80 80 80 80 80 C0 80 80 80 80 80 80 80 C0 80 80 80 80 80 80 80 C0 80 80 80 80 80 80 80 80",
		"80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80",
		"80 80 80 80 80 80 C0 80 80 80 80 80 80 80 80 80 80 C0 80 C0 C0 80 C0 80 80 80 C0 80 C0 80 80 80"}, ""))
	require.Equal(t, "2e9829e2e1e86a24b91a8e45be3a28a7256c115e11db7f21d1ddd49055d1b2fd", hash(sub))
	q, ones, rw := splitSubcode(sub)
	require.Equal(t, qFrame(unhex(t, "01 01 01 00 00 00 00 00 02 00 5A 28")), q)
	require.Equal(t, 96, ones)
	require.False(t, rw)
}

func TestAddresses(t *testing.T) {
	for lba, msf := range map[int]string{
		-45150: "90:00:00", -11635: "97:26:65", -151: "99:59:74", -150: "00:00:00", -1: "00:01:74",
		0: "00:02:00", 16: "00:02:16", 4350: "01:00:00", 359849: "79:59:74", 404849: "89:59:74",
	} {
		require.Equal(t, msf, clockAt(lba).String())
		c, err := parseMSF(msf)
		require.NoError(t, err)
		require.Equal(t, lba, lbaOf(c))
	}
	for _, bad := range []string{"", "1:2:3", "00:60:00", "00:00:75", "97:26:65 ", "aa:00:00", "-1:00:00", "97:26"} {
		_, err := parseMSF(bad)
		require.Error(t, err, bad)
	}
}
