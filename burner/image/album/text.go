package album

import (
	"github.com/burnfs/burnfs/burner/cdtext"
)

// Language codes of CD-TEXT.
const (
	english  = 0x09
	japanese = 0x69
)

// text makes CD-TEXT of the tags and of what the playlist says.
func (l *layer) text() {
	b := cdtext.Block{Tracks: make([]cdtext.Entry, len(l.tags))}
	for i, t := range l.tags {
		x, e := &l.sheet.tracks[i], &b.Tracks[i]
		e.Title, e.Performer = t.first("TITLE"), t.all("ARTIST")
		if e.Title == "" {
			e.Title = x.title
		}
		if e.Performer == "" {
			e.Performer = x.performer
		}
	}
	if !l.complete("title", func(i int) *string { return &b.Tracks[i].Title }) {
		return
	}
	artist := l.complete("performer", func(i int) *string { return &b.Tracks[i].Performer })
	b.Disc.Title = l.same(func(i int) string { return l.tags[i].first("ALBUM") })
	b.Disc.Performer = l.same(func(i int) string { return l.tags[i].first("ALBUMARTIST", "ALBUM ARTIST") })
	if b.Disc.Performer == "" && artist {
		b.Disc.Performer = l.same(func(i int) string { return b.Tracks[i].Performer })
	}
	texts := []string{b.Disc.Title, b.Disc.Performer}
	for _, e := range b.Tracks {
		texts = append(texts, e.Title, e.Performer)
	}
	b.Language = english
	if b.Charset, _ = cdtext.Choose(texts...); b.Charset == cdtext.MSJIS {
		b.Language = japanese
	}
	packs, problems, err := cdtext.Encode([]cdtext.Block{b})
	if err != nil {
		l.warn(0, "CD-TEXT is not written: %v", err)
		return
	}
	for _, problem := range problems {
		l.warn(0, "%s", problem)
	}
	l.image.Text = packs
}

// complete says whether all tracks have a text. If some lack it, it is told and
// taken from the others.
func (l *layer) complete(what string, of func(i int) *string) bool {
	some, lacks := false, -1
	for i := range l.tags {
		switch {
		case *of(i) != "":
			some = true
		case lacks < 0:
			lacks = i
		}
	}
	if lacks < 0 || !some {
		return some
	}
	l.warn(l.sheet.tracks[lacks].line, "%q has no %s, and others have one; none is written", l.sheet.tracks[lacks].name, what)
	for i := range l.tags {
		*of(i) = ""
	}
	return false
}

// same gives what all tracks have in common, or nothing.
func (l *layer) same(of func(i int) string) string {
	s := of(0)
	for i := range l.tags {
		if of(i) != s {
			return ""
		}
	}
	return s
}
