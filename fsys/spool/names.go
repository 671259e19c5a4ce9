package spool

import (
	"path"
	"slices"
	"strings"

	"github.com/burnfs/burnfs/burner/image/formats"
)

// Ignored says whether a name is one that a copying program or a file manager
// gives to what is no file of the person's: temporary copies, metadata, bins.
// Such files are kept and shown but are neither heads nor folders of jobs.
func Ignored(name string) bool {
	switch name {
	case "Thumbs.db", "desktop.ini", "@eaDir":
		return true
	}
	for _, p := range [...]string{".", "~$", "~syncthing~"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	lower := strings.ToLower(name)
	for _, s := range partial {
		if strings.HasSuffix(lower, s) {
			return true
		}
	}
	return strings.HasSuffix(name, "~") || strings.HasSuffix(lower, ".tmp")
}

// partial are endings that a downloading program adds to the name of a file
// that is not whole. While NAME.part is there, NAME is not whole either.
var partial = [...]string{".part", ".partial", ".filepart", ".crdownload", ".aria2", ".download", ".!ut"}

// headsOf gives the heads of jobs among the names of the files of a folder.
func headsOf(names []string) []formats.Head {
	return formats.Heads(slices.DeleteFunc(slices.Clone(names), Ignored))
}

// albumOf gives the head of a folder of the queue whose files are the tracks of
// an album, and nothing if it is none.
func albumOf(names []string) []formats.Head {
	if head, ok := formats.Folder(slices.DeleteFunc(slices.Clone(names), Ignored)); ok {
		return []formats.Head{head}
	}
	return nil
}

// jobName names the job of a head for people: the head, or its folder if it is
// the folder's only head.
func jobName(head string, alone bool) string {
	if dir := path.Dir(head); dir != "." && alone {
		return dir
	}
	return head
}

// folderName is what the folder of a job in done/ and failed/ is called.
func folderName(job string) string {
	if len(headsOf([]string{path.Base(job)})) > 0 {
		job = strings.TrimSuffix(job, path.Ext(job))
	}
	return strings.ReplaceAll(job, "/", "-")
}
