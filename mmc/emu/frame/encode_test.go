package frame

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/burnfs/burnfs/mmc/addr"
)

func TestEncode(t *testing.T) {
	const counting = true
	for _, v := range []struct {
		kind            Kind
		lba             addr.LBA
		sub             byte // submode, if the kind has a Sub-header
		count           bool
		plain, scramble string
	}{
		{Mode1, 0, 0, false, "b4f18ab66709c9b3fdef2721cc323e031b6728f3ca6c57b7c435c96189222250", "b2c91211b98919e43eb75d5d1eba18821c607badf31e60af4d166883a96cd68f"},
		{Mode1, 16, 0, counting, "24a4cb49d5e7ffb4ba3f3cda43ef5e533ef987bc7b60a642012c95f23e4a08c6", "e167b0ab6a2c9f6b1249c6a614918be92dd10d455c4655bd3883ad0dbc6e06d5"},
		{Mode1, 333333, 0, counting, "40e702f952cca357aead5672679cff6908433370203237b388faae788be4036e", "423e0c165f031b06be8f09b52db0f552d13d65e62827166d3ba04525881b4923"},
		{Mode1, -150, 0, false, "91cabff11b79f9bf106ac9260afebe8f7689e86c364e08c79927441cc0c1e6c9", "4d19db58b1ece4d6736598e0daa5a04cf231c03c0a17aa1823bee2fa0cf5f056"},
		{Mode1, -1, 0, false, "009dd77f45c7be04746fd06ddc55a91e2fda4bc9c460e1cff36c5a3abe5941ae", "95581d9d519a0aaab287b801abe50a7eb7b431f9a305eec4627233e517371dc5"},
		{Mode1, -151, 0, false, "a3a24de7352b452922f85a736041875798a8ac06179c59ee1c476fb96e280869", "e08b9805e68b97f6f6f27d7aec3810cfa2c76564f684ccb927b76b0ec8443cf4"},
		{Form1, 0, 8, false, "019d8734ffd82181a112f3b3c485312e8cfc1e37c1fc85374606669356ee35b8", "d1606b57390f66408023aa4c27cd7c0293f0c8fc27811bfd28fc72cf298ab7c9"},
		{Form1, 4321, 8, counting, "22aa8a7e48bb9d7e06744eb38d9346c92f5ef73690cc55dfc738b25141d93da9", "91a99fb2f5ad8e5d55484facc27d988720700862729545b886e64d378c95d9a1"},
		{Form2, 0, 0x20, false, "7642dcde6dc9ef4bb2f5071ba19207bb8f0d56da1b530dfc5205fcd7499322af", "86232479b4eff37aaffe535b7a2989ef702fd830dc4179eb6b62cca18db35c5b"},
		{Form2, 0, 0x20, counting, "1448b7acb3865f6ae3fa2229aca0ffc565e90dfde7e7e8d449ffb2ffa8d0c6b8", "b67f2db88027e3bed30c53eeb3967e6c9fc77d70f2219871f513b8a041c2b6a0"},
		{Mode2, 0, 0, false, "b135001db6f6413e5058381b96846124b3d25b70fcf788cccdefb58c45ff4eb9", "7ab29a09e212c00b50040f029e4cadc02b056222eeb463c8965a5e9d3f8d9011"},
		{Mode0, 0, 0, false, "65b020d34406f3886e2ef46ee21a2feb61ed1ce868c84b59bac0492f2af9ef9f", "d625425d0c267187f59e14b51741fc270e96acd62f17cc73fb787e45b03002f0"},
	} {
		s := make([]byte, MainSize)
		for i := range s {
			s[i] = 0xA5 // what the drive makes must not shine through
		}
		from, to := 16, MainSize
		switch v.kind {
		case Mode1:
			to = 2064
		case Form1:
			from, to = 24, 2072
		case Form2:
			from, to = 24, 2348
		}
		clear(s[16:to])
		s[18], s[22] = v.sub, v.sub
		for i := from; v.count && i < to; i++ {
			s[i] = byte(i - from)
		}
		Encode(s, v.lba.MSF(), v.kind)
		require.Equal(t, v.plain, fmt.Sprintf("%x", sha256.Sum256(s)), "%v at %d", v.kind, v.lba)
		Scramble(s, s)
		require.Equal(t, v.scramble, fmt.Sprintf("%x", sha256.Sum256(s)), "%v at %d", v.kind, v.lba)
	}
	audio := []byte{0: 1, MainSize - 1: 2}
	Encode(audio, addr.MSF{}, Audio)
	require.Equal(t, []byte{0: 1, MainSize - 1: 2}, audio)
}

func TestMakeQ(t *testing.T) {
	at := func(lba addr.LBA) addr.MSF { return lba.MSF() }
	for _, v := range []struct {
		q    Q
		want string
	}{
		{PositionQ(0, 1, 0, addr.FromFrames(149), at(-150)), "01 01 00 00 01 74 00 00 00 00 AA B9"},
		{PositionQ(0, 1, 1, addr.FromFrames(14999), at(14999)), "01 01 01 03 19 74 00 03 21 74 70 BA"},
		{PositionQ(2, LeadOut, 1, addr.FromFrames(6749), at(51749)), "21 AA 01 01 29 74 00 11 31 74 34 5D"},
		{ContentsQ(0, 0xA0, addr.MSF{M: 97, S: 26, F: 65}, [3]byte{1, 0, 0}), "01 00 A0 97 26 65 00 01 00 00 26 C7"},
		{ContentsQ(4, 0xA0, addr.MSF{M: 97, S: 26, F: 65}, [3]byte{1, 0x20, 0}), "41 00 A0 97 26 65 00 01 20 00 52 3B"},
		{ContentsQ(2, 0xA2, addr.MSF{M: 97, S: 26, F: 71}, [3]byte{0x10, 2, 0}), "21 00 A2 97 26 71 00 10 02 00 0F 01"},
		{MCNQ(0, "0123456789012", at(90)), "02 01 23 45 67 89 01 20 00 15 72 13"},
		{ISRCQ(0, "USRC17607839", at(50)), "03 96 38 93 04 76 07 83 90 50 43 69"},
		{ISRCQ(0, "GBAYE0000351", addr.MSF{F: 49}), "03 5D 24 69 54 00 00 35 10 49 72 09"},
	} {
		require.Equal(t, Q(hexBytes(t, v.want)), v.q)
	}
	mcn, ok := MCNQ(4, "9876543210987", at(0)).MCN()
	require.True(t, ok)
	require.Equal(t, "9876543210987", mcn)
}

func BenchmarkEncode(b *testing.B) {
	s := make([]byte, MainSize)
	b.SetBytes(MainSize)
	for b.Loop() {
		Encode(s, addr.MSF{S: 2}, Mode1)
	}
}
