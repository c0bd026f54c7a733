package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// printer writes for people.
type printer struct {
	io.Writer
	color bool
	width int // of the terminal in columns; 0: not a terminal, nothing is wrapped
}

// The looks of a text; each is an SGR code.
const (
	bold   = "1"
	faint  = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// printerTo judges by what w is. Colours are for terminals, and only without NO_COLOR (https://no-color.org).
func (c console) printerTo(w io.Writer) printer {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return printer{Writer: w}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return printer{Writer: w, color: c.lookup("NO_COLOR") == "" && c.lookup("TERM") != "dumb", width: width}
}

func (p printer) style(look, text string) string {
	if !p.color || look == "" || text == "" {
		return text
	}
	return "\x1b[" + look + "m" + text + "\x1b[0m"
}

func (p printer) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

// document prints JSON: indented on a terminal, as it came otherwise.
func (p printer) document(document json.RawMessage) {
	var indented bytes.Buffer
	if p.width == 0 || json.Indent(&indented, document, "", "  ") != nil {
		p.printf("%s\n", bytes.TrimSpace(document))
		return
	}
	p.printf("%s\n", printable(strings.TrimSpace(indented.String())))
}

// encode prints one of the command's own types as JSON.
func (p printer) encode(v any) {
	document, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Errorf("encoding %T: %w", v, err)) // its own types can be encoded
	}
	p.document(document)
}

// indented prints JSON for reading, every line after the margin.
func (p printer) indented(margin string, document json.RawMessage) {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(document), margin, "  "); err != nil {
		b.Reset()
		b.Write(bytes.TrimSpace(document))
	}
	p.printf("%s%s\n", margin, b.Bytes())
}

// table prints rows under a heading. On a terminal the last column is wrapped, or, where the others leave too little
// room for it, put below.
func (p printer) table(margin string, heading []string, rows [][]string) {
	widths := make([]int, len(heading))
	used := utf8.RuneCountInString(margin)
	for _, row := range rows {
		for i := range row {
			row[i] = printable(row[i])
		}
	}
	for i := range heading {
		for _, row := range append([][]string{heading}, rows...) {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		if i < len(heading)-1 {
			used += widths[i] + 2
		}
	}
	below := p.width > 0 && p.width-used < min(widths[len(widths)-1], 40)
	p.row(margin, widths, heading, bold, below)
	for _, row := range rows {
		p.row(margin, widths, row, "", below)
	}
}

func (p printer) row(margin string, widths []int, cells []string, look string, below bool) {
	var b strings.Builder
	b.WriteString(margin)
	last := len(cells) - 1
	used := utf8.RuneCountInString(margin)
	for i, cell := range cells[:last] {
		b.WriteString(p.style(look, cell))
		b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		used += widths[i] + 2
	}
	if below {
		used = utf8.RuneCountInString(margin) + 4
		p.printf("%s\n", strings.TrimRight(b.String(), " "))
		b.Reset()
		b.WriteString(strings.Repeat(" ", used))
		if cells[last] == "" {
			return
		}
	}
	for i, line := range wrap(cells[last], p.width-used) {
		if i > 0 {
			b.WriteString("\n" + strings.Repeat(" ", used))
		}
		b.WriteString(p.style(look, line))
	}
	p.printf("%s\n", strings.TrimRight(b.String(), " "))
}

// wrap breaks text at spaces into lines of at most width columns. It leaves the text whole where there is no room
// worth using.
func wrap(text string, width int) []string {
	text = strings.Join(strings.Fields(text), " ")
	if width < 20 {
		return []string{text}
	}
	var lines []string
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = word
			continue
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// printable takes out of foreign text what would steer the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}
