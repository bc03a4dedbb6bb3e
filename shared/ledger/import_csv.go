package ledger

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// maxRecord is the longest record that is taken for one, in bytes.
const maxRecord = 1 << 20

// csvReader splits a stream into records (RFC 4180) without copying them. It works on the bytes as they are: no byte of a GB18030 character is a comma, a quote or a
// line's end, so that only a record with such characters needs decoding.
type csvReader struct {
	in      io.Reader
	buffer  []byte
	start   int // of what is not yet read
	end     int
	ended   bool // in has no more
	line    int  // physical line at start
	decided bool // whether the text is GB18030 or UTF-8
	decoder *encoding.Decoder
	decoded []byte
	cells   [][]byte
	opened  []byte // contents of quoted cells with doubled quotes
	read    int64
}

func newCSVReader(in io.Reader) *csvReader {
	return &csvReader{in: in, buffer: make([]byte, maxRecord+64<<10), line: 1}
}

// record is one row of a file. Cells are valid until the next one is read.
type record struct {
	line   int
	cells  [][]byte
	broken bool // its quotes do not fit; the cells mean nothing
	whole  bool // it ended with a line's end, not with the file
}

// empty reports that no cell holds anything: spreadsheets leave such rows at the end of what they export.
func (r record) empty() bool {
	for _, cell := range r.cells {
		if len(cell) > 0 {
			return false
		}
	}
	return !r.broken
}

// next reads a record; empty lines are left out. Errors: io.EOF, fault.Invalid (import.*).
func (c *csvReader) next() (record, error) {
	for {
		if c.start == c.end && !c.ended {
			if err := c.fill(); err != nil {
				return record{}, err
			}
		}
		if c.start == c.end {
			return record{}, io.EOF
		}
		rest := c.buffer[c.start:c.end]
		stop := bytes.IndexByte(rest, '\n')
		if stop < 0 && !c.ended {
			if err := c.fill(); err != nil {
				return record{}, err
			}
			continue
		}
		whole := stop >= 0
		if !whole {
			stop = len(rest)
		}
		if quote := bytes.IndexByte(rest[:stop], '"'); quote >= 0 {
			return c.quoted()
		}
		line := c.line
		c.line++
		c.start += min(stop+1, len(rest))
		text := bytes.TrimSuffix(rest[:stop], []byte{'\r'})
		if len(text) == 0 {
			continue
		}
		text, err := c.decode(text, line)
		if err != nil {
			return record{}, err
		}
		return record{line: line, cells: c.split(text), whole: whole}, nil
	}
}

// fill moves what is unread to the front and reads more. Errors: import.line, import.nul, import.open.
func (c *csvReader) fill() error {
	if c.start > 0 {
		copy(c.buffer, c.buffer[c.start:c.end])
		c.start, c.end = 0, c.end-c.start
	}
	if c.end > maxRecord {
		return unreadable("import.line", nil, c.line)
	}
	n, err := io.ReadFull(c.in, c.buffer[c.end:])
	fresh := c.buffer[c.end : c.end+n]
	if c.read == 0 {
		switch {
		case bytes.HasPrefix(fresh, []byte("\xef\xbb\xbf")):
			c.start, c.decided = 3, true
		case bytes.HasPrefix(fresh, []byte("\xff\xfe")), bytes.HasPrefix(fresh, []byte("\xfe\xff")):
			return unreadable("import.utf16", nil)
		}
	}
	if at := bytes.IndexByte(fresh, 0); at >= 0 {
		return unreadable("import.nul", nil, c.line+bytes.Count(c.buffer[:c.end+at], []byte{'\n'}))
	}
	c.end += n
	c.read += int64(n)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		c.ended = true
	case err != nil:
		return unreadable("import.open", err)
	}
	c.decide()
	return nil
}

// decide looks at the first megabyte that holds anything beyond ASCII: what is not valid UTF-8 is GB18030.
func (c *csvReader) decide() {
	text := c.buffer[c.start:c.end]
	if c.decided || isASCII(text) {
		return
	}
	c.decided = true
	for cut := 0; cut < utf8.UTFMax && cut < len(text); cut++ { // a character may be cut off at the end
		if utf8.Valid(text[:len(text)-cut]) {
			return
		}
		if c.ended {
			break
		}
	}
	c.decoder = simplifiedchinese.GB18030.NewDecoder()
}

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// decode makes UTF-8 of a record. Error: import.encoding.
func (c *csvReader) decode(text []byte, line int) ([]byte, error) {
	if c.decoder == nil {
		if !utf8.Valid(text) {
			return nil, unreadable("import.encoding", nil, line)
		}
		return text, nil
	}
	if isASCII(text) {
		return text, nil
	}
	if need := 3 * len(text); cap(c.decoded) < need {
		c.decoded = make([]byte, need)
	}
	c.decoder.Reset()
	n, _, err := c.decoder.Transform(c.decoded[:cap(c.decoded)], text, true)
	if err != nil && !errors.Is(err, transform.ErrEndOfSpan) || bytes.ContainsRune(c.decoded[:n], utf8.RuneError) {
		return nil, unreadable("import.encoding", err, line)
	}
	return c.decoded[:n], nil
}

func (c *csvReader) split(text []byte) [][]byte {
	c.cells = c.cells[:0]
	for {
		comma := bytes.IndexByte(text, ',')
		if comma < 0 {
			c.cells = append(c.cells, text)
			return c.cells
		}
		c.cells = append(c.cells, text[:comma])
		text = text[comma+1:]
	}
}

// quoted reads a record with a quote in it, which may go over several lines. When the quotes do not fit, only the physical line is given up:
// the rows after it are still good.
func (c *csvReader) quoted() (record, error) {
	for {
		rest := c.buffer[c.start:c.end]
		stop, lines, state := endOfQuoted(rest, c.ended)
		if state == needMore {
			if c.ended {
				return record{}, unreadable("import.quote", nil, c.line)
			}
			if len(rest) > maxRecord {
				return record{}, unreadable("import.quote", nil, c.line)
			}
			if err := c.fill(); err != nil {
				return record{}, err
			}
			continue
		}
		line := c.line
		if state == misfit {
			stop, lines = bytes.IndexByte(rest, '\n'), 1
			if stop < 0 {
				stop = len(rest)
			}
		}
		c.line += lines
		c.start += min(stop+1, len(rest))
		whole := stop < len(rest)
		text, err := c.decode(bytes.TrimSuffix(rest[:stop], []byte{'\r'}), line)
		if err != nil {
			return record{}, err
		}
		if state == misfit {
			return record{line: line, cells: c.split(text), broken: true, whole: whole}, nil
		}
		return record{line: line, cells: c.splitQuoted(text), whole: whole}, nil
	}
}

// How the search for a quoted record's end came out.
const (
	found = iota
	needMore
	misfit
)

// endOfQuoted finds the line's end that ends the record at the start of text, and how many physical lines it has.
func endOfQuoted(text []byte, ended bool) (stop, lines, state int) {
	inside, fresh := false, true // fresh: at the start of a cell
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case inside && b == '"':
			if i+1 == len(text) && !ended {
				return 0, 0, needMore
			}
			if i+1 < len(text) && text[i+1] == '"' {
				i++
				continue
			}
			inside = false
			if i+1 < len(text) && text[i+1] != ',' && text[i+1] != '\n' && text[i+1] != '\r' {
				return 0, 0, misfit
			}
		case inside:
			if b == '\n' {
				lines++
			}
		case b == '"' && fresh:
			inside, fresh = true, false
		case b == '\n':
			return i, lines + 1, found
		default:
			fresh = b == ','
		}
	}
	if inside || !ended {
		return 0, 0, needMore
	}
	return len(text), lines + 1, found
}

// splitQuoted splits a record whose quotes fit.
func (c *csvReader) splitQuoted(text []byte) [][]byte {
	c.cells, c.opened = c.cells[:0], c.opened[:0]
	if cap(c.opened) < len(text) {
		c.opened = make([]byte, 0, len(text)) // never grows below: cells point into it
	}
	for {
		if len(text) == 0 || text[0] != '"' {
			comma := bytes.IndexByte(text, ',')
			if comma < 0 {
				c.cells = append(c.cells, text)
				return c.cells
			}
			c.cells = append(c.cells, text[:comma])
			text = text[comma+1:]
			continue
		}
		begin := len(c.opened)
		text = text[1:]
		for {
			quote := bytes.IndexByte(text, '"')
			if quote < 0 { // the quotes fit, so this is a record's very end
				quote = len(text)
			}
			c.opened = append(c.opened, text[:quote]...)
			text = text[min(quote+1, len(text)):]
			if len(text) == 0 || text[0] != '"' {
				break
			}
			c.opened = append(c.opened, '"')
			text = text[1:]
		}
		c.cells = append(c.cells, c.opened[begin:])
		if len(text) == 0 {
			return c.cells
		}
		text = text[1:] // the comma
	}
}
