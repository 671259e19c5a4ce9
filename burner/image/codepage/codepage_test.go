package codepage_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/burnfs/burnfs/burner/image/codepage"
)

// sheet dresses titles as EAC does, the first being the performer.
func sheet(titles ...string) string {
	var b strings.Builder
	b.WriteString("REM GENRE Pop\r\nREM DATE 1999\r\nPERFORMER \"" + titles[0] + "\"\r\nTITLE \"" + titles[1] + "\"\r\n")
	for _, t := range titles[1:] {
		b.WriteString("FILE \"" + titles[0] + " - " + t + ".wav\" WAVE\r\n  TRACK 01 AUDIO\r\n    TITLE \"" + t + "\"\r\n    INDEX 01 00:00:00\r\n")
	}
	return b.String()
}

func TestGuess(t *testing.T) {
	type pages map[string]encoding.Encoding
	west := pages{"Windows-1252": charmap.Windows1252}
	japan := pages{"Shift-JIS": japanese.ShiftJIS, "EUC-JP": japanese.EUCJP}
	china := pages{"GBK": simplifiedchinese.GBK}
	taiwan := pages{"Big5": traditionalchinese.Big5}
	korea := pages{"EUC-KR": korean.EUCKR}
	russia := pages{"Windows-1251": charmap.Windows1251, "KOI8-R": charmap.KOI8R, "code page 866": charmap.CodePage866}
	central := pages{"Windows-1250": charmap.Windows1250}
	tests := []struct {
		pages  pages
		titles []string
	}{
		{west, []string{"Édith Piaf", "La Vie en rose", "Non, je ne regrette rien", "L’Accordéoniste", "Hymne à l’amour"}},
		{west, []string{"Mötley Crüe", "Shout at the Devil"}},
		{west, []string{"Beyoncé", "Déjà Vu"}},
		{west, []string{"Motörhead", "Ace of Spades"}},
		{west, []string{"Björk", "Debut"}},
		{west, []string{"Sigur Rós", "Ágætis byrjun", "Svefn-g-englar", "Starálfur", "Flugufrelsarinn", "Ný batterí", "Hjartað hamast (bamm bamm bamm)", "Viðrar vel til loftárása"}},
		{west, []string{"Die Ärzte", "Männer sind Schweine", "Für Elise", "Straße der Träume", "Übermut"}},
		{west, []string{"Caetano Veloso", "Coração Vagabundo", "Não Identificado", "Atrás do Trio Elétrico"}},
		{west, []string{"Niño de Elche", "¿Dónde estás?", "La niña de fuego", "Señorita"}},
		{west, []string{"Trentemøller", "Små piger", "Træet og bølgen"}},
		{west, []string{"Blue Öyster Cult", "Agents of Fortune"}},
		{west, []string{"The Artist", "Don’t Look – Part 1…", "“Quoted”"}},
		{west, []string{"Trio", "À la vie à la mort"}},
		{west, []string{"Yann Tiersen", "L’Absente", "Tabarly – Live"}},
		{china, []string{"陳奕迅", "十年", "不如不见"}},
		{west, []string{"L'Âme Immortelle", "Gezeiten", "Stumme Schreie", "Calling"}},
		{japan, []string{"宇多田ヒカル", "First Love", "Automatic", "甘いワナ", "嫌いなものは嫌い"}},
		{japan, []string{"椎名林檎", "無罪モラトリアム", "正しい街", "歌舞伎町の女王", "丸の内サディスティック"}},
		{japan, []string{"坂本龍一", "戦場のメリークリスマス", "禁じられた色彩"}},
		{japan, []string{"サザンオールスターズ", "海のＹｅａｈ！！", "勝手にシンドバッド"}},
		{pages{"Shift-JIS": japanese.ShiftJIS}, []string{"中島みゆき", "予感", "表紙"}},
		{china, []string{"王菲", "红豆", "我愿意", "容易受伤的女人", "执迷不悔"}},
		{china, []string{"周杰伦", "叶惠美", "东风破", "晴天", "以父之名", "你听得到"}},
		{china, []string{"邓丽君", "月亮代表我的心", "甜蜜蜜", "何日君再来"}},
		{taiwan, []string{"張惠妹", "聽海", "解脫", "姊妹", "剪愛", "我可以抱你嗎"}},
		{korea, []string{"서태지와 아이들", "난 알아요", "하여가", "교실 이데아"}},
		{korea, []string{"이소라", "바람이 분다", "제발", "난 행복해"}},
		{korea, []string{"김광석", "서른 즈음에", "이등병의 편지", "사랑했지만"}},
		{russia, []string{"Кино", "Группа крови", "Звезда по имени Солнце", "Пачка сигарет"}},
		{russia, []string{"АЛЛА ПУГАЧЁВА", "Миллион алых роз", "Арлекино"}},
		{russia, []string{"ДДТ", "Что такое осень", "Дождь"}},
		{pages{"Windows-1251": charmap.Windows1251}, []string{"Океан Ельзи", "Там, де нас нема", "Той день", "Відпусти", "Обійми"}},
		{central, []string{"Czesław Niemen", "Dziwny jest ten świat", "Pod Papugami", "Płonąca stodoła", "Wspomnienie"}},
		{central, []string{"Karel Gott", "Včelka Mája", "Když muž se ženou snídá", "Být stále mlád", "Trezor"}},
		{central, []string{"Omega", "Gyöngyhajú lány", "Petróleumlámpa", "Trombitás Frédi", "Tűzvihar", "Nem tudom a neved, őszi eső"}},
		{pages{"Windows-1253": charmap.Windows1253}, []string{"Μίκης Θεοδωράκης", "Ζορμπάς", "Της δικαιοσύνης ήλιε νοητέ", "Όμορφη πόλη"}},
		{pages{"Windows-1254": charmap.Windows1254}, []string{"Barış Manço", "Gülpembe", "Dağlar Dağlar", "Şarkılar Seni Söyler", "Arkadaşım Eşek"}},
		{pages{"Windows-1255": charmap.Windows1255}, []string{"עופרה חזה", "ים נייר", "שיר הפרחה", "אם ננעלו"}},
		{pages{"Windows-874": charmap.Windows874}, []string{"คาราบาว", "เมดอินไทยแลนด์", "บัวลอย"}},
	}
	for _, tt := range tests {
		for name, enc := range tt.pages {
			t.Run(name+" "+tt.titles[0], func(t *testing.T) {
				want := sheet(tt.titles...)
				raw, err := enc.NewEncoder().String(want)
				require.NoError(t, err)
				got := codepage.Decode([]byte(raw))
				t.Log(got.Page, got.Doubt)
				require.Equal(t, want, got.String)
				require.Equal(t, name, got.Page)
			})
		}
	}
}

func TestTold(t *testing.T) {
	want := sheet("宇多田ヒカル", "Ünïcödé 𝄞")
	encode := func(e encoding.Encoding, s string) string {
		raw, err := e.NewEncoder().String(s)
		require.NoError(t, err)
		return raw
	}
	le := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	be := unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	for _, tt := range []struct{ name, raw, want, page string }{
		{"empty", "", "", "UTF-8"},
		{"ASCII", "FILE", "FILE", "UTF-8"},
		{"UTF-8", want, want, "UTF-8"},
		{"UTF-8 with a mark", "\xEF\xBB\xBF" + want, want, "UTF-8"},
		{"UTF-16LE", encode(le, want), want, "UTF-16LE"},
		{"UTF-16BE", encode(be, want), want, "UTF-16BE"},
		{"UTF-16LE without a mark", encode(le, want)[2:], want, "UTF-16LE"},
		{"UTF-16BE without a mark", encode(be, want)[2:], want, "UTF-16BE"},
		{"UTF-16LE cut in a letter", encode(le, "FILE") + "a", "FILE", "UTF-16LE"},
		{"half a pair of UTF-16", "\xFF\xFE\x34\xD8", "\uFFFD", "UTF-16LE"},
		{"ISO-2022-JP", encode(japanese.ISO2022JP, "TITLE 甘いワナ"), "TITLE 甘いワナ", "ISO-2022-JP"},
	} {
		got := codepage.Decode([]byte(tt.raw))
		require.Equal(t, codepage.Text{String: tt.want, Page: tt.page}, got, tt.name)
	}
}

// A title cut within a letter does not turn the sheet into another page.
func TestDamagedUTF8(t *testing.T) {
	raw := strings.Repeat("TITLE \"宇多田ヒカル\"\n", 5) + "TITLE \"甘いワ\xE3\x83\"\n"
	got := codepage.Decode([]byte(raw))
	require.Equal(t, codepage.Text{String: raw, Page: "UTF-8", Damaged: 2}, got)
}

// What can't be known is called doubtful.
func TestDoubt(t *testing.T) {
	for _, raw := range []string{"TITLE \xC4\xEE\n", "TITLE \xB0\xA1\n"} {
		require.NotEmpty(t, codepage.Decode([]byte(raw)).Doubt, "%q", raw)
	}
}

func TestSpellings(t *testing.T) {
	require.Empty(t, codepage.Spellings("plain.bin"))
	require.Contains(t, codepage.Spellings("Café.bin"), "Caf\xE9.bin")
	require.Contains(t, codepage.Spellings("表.bin"), "\x95\\.bin")
	require.Contains(t, codepage.Spellings("Кино.bin"), "\xCA\xE8\xED\xEE.bin")
	for _, s := range codepage.Spellings("Café.bin") {
		require.False(t, utf8.ValidString(s))
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "a", "\xFF\xFE", "\xE9", "\x1B$B\x1B", "\xB0\xA1\n\xC4\xEE", "a\x00b\x00", "\xA4\xA2\xA4\xA4"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := codepage.Decode(data)
		require.NotEmpty(t, got.Page)
		require.LessOrEqual(t, len(got.String), 3*len(data))
		require.Equal(t, got.Damaged == 0, utf8.ValidString(got.String))
		require.NotEqual(t, got.Page, got.Doubt)
		for _, s := range codepage.Spellings(got.String) {
			require.NotContains(t, s, "/")
		}
	})
}
