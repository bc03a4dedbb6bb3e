package evidence

// What a PDF token is (ISO 32000-1, 7.2 and 7.3).
type pdfKind uint8

const (
	pdfEnd pdfKind = iota
	pdfName
	pdfString
	pdfWord // a number or a keyword
	pdfOpen // << or [
	pdfClose
)

// pdfToken is one token; text of a name is decoded, of a string empty. from and to are its place.
type pdfToken struct {
	kind     pdfKind
	text     string
	from, to int
}

// pdfLexer reads tokens. It never fails: what is not PDF is a word.
type pdfLexer struct {
	b  []byte
	at int
}

func pdfSpace(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func pdfDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func (l *pdfLexer) skip() {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; {
		case pdfSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

func (l *pdfLexer) next() pdfToken {
	l.skip()
	from := l.at
	if from >= len(l.b) {
		return pdfToken{pdfEnd, "", from, from}
	}
	kind, text := pdfWord, ""
	switch c := l.b[from]; {
	case c == '/':
		kind, text = pdfName, l.name()
	case c == '(':
		kind = pdfString
		l.literal()
	case c == '<' && from+1 < len(l.b) && l.b[from+1] == '<', c == '>' && from+1 < len(l.b) && l.b[from+1] == '>':
		kind = pdfOpen
		if c == '>' {
			kind = pdfClose
		}
		l.at += 2
	case c == '<':
		kind = pdfString
		for l.at < len(l.b) && l.b[l.at] != '>' {
			l.at++
		}
		l.at = min(l.at+1, len(l.b))
	case c == '[', c == '{':
		kind = pdfOpen
		l.at++
	case c == ']', c == '}':
		kind = pdfClose
		l.at++
	case pdfDelimiter(c):
		l.at++
	default:
		for l.at < len(l.b) && !pdfSpace(l.b[l.at]) && !pdfDelimiter(l.b[l.at]) {
			l.at++
		}
		text = string(l.b[from:l.at])
	}
	return pdfToken{kind, text, from, l.at}
}

// name decodes #xx, by which a name can be hidden from a plain search.
func (l *pdfLexer) name() string {
	var name []byte
	for l.at++; l.at < len(l.b) && !pdfSpace(l.b[l.at]) && !pdfDelimiter(l.b[l.at]); l.at++ {
		c := l.b[l.at]
		if c == '#' && l.at+2 < len(l.b) {
			if high, low := hexDigit(l.b[l.at+1]), hexDigit(l.b[l.at+2]); high >= 0 && low >= 0 {
				c, l.at = byte(high<<4|low), l.at+2
			}
		}
		name = append(name, c)
	}
	return string(name)
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// literal passes a string in round brackets, which may nest and escape.
func (l *pdfLexer) literal() {
	depth := 0
	for ; l.at < len(l.b); l.at++ {
		switch l.b[l.at] {
		case '\\':
			l.at++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.at++
				return
			}
		}
	}
	l.at = len(l.b)
}
