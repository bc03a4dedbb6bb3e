package publication

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sort"
	"unicode/utf8"
)

// Canonical writes a value as canonical JSON (RFC 8785 for what our documents hold: objects with ASCII names, texts, whole numbers, truth values): names sorted, no space,
// nothing escaped that need not be. The same figures give the same bytes, whoever writes them.
func Canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical json: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("canonical json: %w", err)
	}
	return appendCanonical(make([]byte, 0, len(b)), tree), nil
}

func appendCanonical(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		if v {
			return append(b, "true"...)
		}
		return append(b, "false"...)
	case json.Number:
		return append(b, v...)
	case string:
		return appendText(b, v)
	case []any:
		b = append(b, '[')
		for i, one := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendCanonical(b, one)
		}
		return append(b, ']')
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		b = append(b, '{')
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, name), ':')
			b = appendCanonical(b, v[name])
		}
		return append(b, '}')
	}
	panic("canonical json: the decoder gives no other type")
}

var short = map[rune]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch c, ok := short[r]; {
		case ok:
			b = append(b, '\\', c)
		case r < ' ':
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// Hash is the SHA-256 of a document's bytes.
func Hash(content []byte) []byte {
	sum := sha256.Sum256(content)
	return sum[:]
}
