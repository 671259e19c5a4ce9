package fsys

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// renderText gives a struct as lines "key: value". The keys are those of its
// JSON form. A slice of structs is a line for each, under the key without its
// plural s.
func renderText(v any) []byte {
	var b strings.Builder
	eachField(reflect.ValueOf(v), func(key string, f reflect.Value) {
		_, words := f.Interface().(fmt.Stringer)
		if f.Kind() == reflect.Slice && !words {
			for i := range f.Len() {
				line(&b, strings.TrimSuffix(key, "s"), f.Index(i))
			}
			return
		}
		line(&b, key, f)
	})
	return []byte(b.String())
}

func line(b *strings.Builder, key string, v reflect.Value) {
	text := fmt.Sprint(v.Interface())
	if v.Kind() == reflect.Bool && text != "on" && text != "off" {
		text = map[bool]string{true: "yes", false: "no"}[v.Bool()]
	}
	fmt.Fprintf(b, "%s:", key)
	if text != "" {
		b.WriteByte(' ')
		b.WriteString(oneLine(text))
	}
	b.WriteByte('\n')
}

// oneLine makes sure that text from a drive or a file name can't begin a line
// of its own or move the cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// renderJSON gives a struct in JSON, with [] for a list that is empty.
func renderJSON(v any) []byte {
	c := reflect.New(reflect.TypeOf(v)).Elem()
	c.Set(reflect.ValueOf(v))
	eachField(c, func(_ string, f reflect.Value) {
		if f.Kind() == reflect.Slice && f.IsNil() {
			f.Set(reflect.MakeSlice(f.Type(), 0, 0))
		}
	})
	data, err := json.MarshalIndent(c.Interface(), "", "  ")
	if err != nil { // a number that is none: the text form has it
		data, _ = json.Marshal(map[string]string{"problem": err.Error()})
	}
	return append(data, '\n')
}

// eachField calls do for each field that has a JSON name, those of embedded
// structs in their place.
func eachField(v reflect.Value, do func(key string, f reflect.Value)) {
	for i := range v.NumField() {
		t := v.Type().Field(i)
		key, _, _ := strings.Cut(t.Tag.Get("json"), ",")
		switch {
		case t.Anonymous && key == "":
			eachField(v.Field(i), do)
		case key != "" && key != "-":
			do(key, v.Field(i))
		}
	}
}

// block is what the size of a rendered file is a multiple of.
const block = 512

// pad fills content up to a multiple of block, and to size at least. The
// filling is one line of spaces, which neither scrolls a screen away nor
// means anything in JSON.
func pad(content []byte, size int) []byte {
	size = max(size, (len(content)+block-1)/block*block)
	n := size - len(content)
	if n == 0 {
		return content
	}
	content = append(content, strings.Repeat(" ", n)...)
	content[size-1] = '\n'
	return content
}
