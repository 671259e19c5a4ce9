package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/burnfs/burnfs/"

// rooms is the house: which package may import which of ours, and why not
// more. A pattern ending in /... stands for a package and all below it.
var rooms = map[string]struct {
	may []string
	why string
}{
	"sgio":             {nil, "the wire knows nothing of what is said on it"},
	"sgio/sgtest":      {[]string{"sgio"}, "a transcript is of the wire only"},
	"mmc":              {[]string{"sgio", "mmc/addr"}, "a command is not a policy"},
	"mmc/addr":         {nil, "numbers stand alone"},
	"mmc/emu/...":      {[]string{"sgio", "mmc/addr", "mmc/emu/..."}, "a witness that shares code with what it judges is wrong twice and every test passes"},
	"burner":           {[]string{"burner/...", "mmc", "mmc/addr", "sgio"}, "burning needs no file system and opens no device"},
	"burner/cdtext":    {nil, "pure"},
	"burner/image/...": {[]string{"burner/cdtext", "burner/image/...", "burner/sector", "burner/subcode", "mmc/addr"}, "an image is not a disc, though it may hold the sectors and the Q of one"},
	"burner/layout":    {[]string{"burner/image", "mmc/addr"}, "a plan has no bytes"},
	"burner/sector":    {[]string{"mmc/addr"}, "pure"},
	"burner/subcode":   {[]string{"mmc/addr"}, "pure"},
	"burner/stream":    {[]string{"burner/image", "burner/layout", "burner/sector", "burner/subcode", "mmc/addr"}, "blocks are made without a drive"},
	"fsys":             {[]string{"burner", "burner/image/...", "fsys/spool"}, "the tree never sees a CDB"},
	"fsys/spool":       {[]string{"burner/image/..."}, "the spool knows files, not drives"},
	"cmd/burnfs/...":   {[]string{"..."}, "the wiring"},
}

type listed struct {
	ImportPath string
	Dir        string
	Doc        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports,GoFiles", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err, "go list")
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

func matches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if p == "..." {
			return true
		}
		below, all := strings.CutSuffix(p, "/...")
		return pkg == p || all && (pkg == below || strings.HasPrefix(pkg, below+"/"))
	})
}

func TestImportsRunOneWay(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		found := false
		for room, rule := range rooms {
			if !matches([]string{room}, name) {
				continue
			}
			found = true
			for _, imported := range p.Imports {
				if ours, ok := strings.CutPrefix(imported, module); ok && !matches(rule.may, ours) {
					t.Errorf("%s imports %s: %s", name, ours, rule.why)
				}
			}
		}
		if !found {
			t.Errorf("%s is in no room of the house", name)
		}
	}
}

func TestEveryPackageHasItsManual(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// unsafe is for the one struct that the kernel reads, and only there.
func TestUnsafeStaysAtTheWire(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, "unsafe") && p.ImportPath != module+"sgio" {
			t.Errorf("%s imports unsafe", p.ImportPath)
		}
	}
}

func TestFilesAreOneIdea(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.GoFiles {
			b, err := os.ReadFile(filepath.Join(p.Dir, f))
			require.NoError(t, err)
			if n := bytes.Count(b, []byte("\n")); n > 600 {
				t.Errorf("%s has %d lines: perhaps two ideas", filepath.Join(p.ImportPath, f), n)
			}
		}
	}
}
