package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mountType is the type of the mounted tree in the kernel's list.
const mountType = "fuse.burnfs"

// mountpoints gives where trees are mounted, in the order of mounting, by the
// list of /proc/self/mountinfo (proc(5)).
func mountpoints() ([]string, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only: nothing can be lost
	return parseMountInfo(f)
}

// isMounted says whether a tree is mounted at path. It compares names and
// looks at no mounted tree: one whose process is stuck would not answer.
func isMounted(path string) (bool, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return false, err
	}
	points, err := mountpoints()
	return slices.Contains(points, filepath.Join(parent, filepath.Base(abs))), err
}

func parseMountInfo(r io.Reader) ([]string, error) {
	var points []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		// Optional fields, in any number, end with a field "-"; then comes
		// the type.
		front, back, ok := strings.Cut(lines.Text(), " - ")
		fields := strings.Fields(front)
		if !ok || len(fields) < 5 {
			continue
		}
		if kind, _, _ := strings.Cut(back, " "); kind == mountType {
			points = append(points, unescape(fields[4]))
		}
	}
	return points, lines.Err()
}

// unescape turns the kernel's octal escapes (\040 is a blank) back.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
