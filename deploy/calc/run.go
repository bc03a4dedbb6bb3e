// Package calc answers the house's calculations from the command line: one JSON object a line in, one a line out. It touches nothing but its two streams.
package calc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"shebao/shared/calendar"
)

// MaxLine is the length, in bytes, above which a line is refused.
const MaxLine = 1 << 20

// ErrName says that there is no such calculation.
var ErrName = errors.New("calc: no such calculation")

var (
	errLong   = errors.New("the line is longer than 1 MB")
	errObject = errors.New("the line is not a JSON object")
	errText8  = errors.New("the line is not UTF-8")
)

// calculations by name; today is the day on which they are made, in Asia/Shanghai.
func calculations(today calendar.Date) map[string]func(line []byte) (any, error) {
	return map[string]func(line []byte) (any, error){
		"late-fee":  answer(lateFee),
		"interest":  answer(interest),
		"repayment": answer(repayment),
		"id":        answer(func(q idQuestion) (idAnswer, error) { return citizenID(q, today) }),
		"uscc":      answer(uscc),
		"workdays":  answer(workdays),
	}
}

// Names lists the calculations.
func Names() []string {
	return slices.Sorted(maps.Keys(calculations(calendar.Date{})))
}

func answer[Q, A any](calculate func(Q) (A, error)) func(line []byte) (any, error) {
	return func(line []byte) (any, error) {
		var question Q
		switch {
		case !utf8.Valid(line):
			return nil, errText8 // encoding/json would put other characters in silently
		case len(line) == 0 || line[0] != '{':
			return nil, errObject
		}
		if err := json.Unmarshal(line, &question); err != nil {
			return nil, inWords(err)
		}
		return calculate(question)
	}
}

// inWords says what is wrong with a question without the names of Go types.
func inWords(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s: a JSON %s is not wanted here", strings.TrimPrefix(wrong.Field, "interestInputs."), wrong.Value)
	}
	return err
}

// Run answers every line of in with one line on out, so that the nth answer is that of the nth line. A line that cannot be answered, a blank one too, is answered
// {"error":"…"} and the run goes on. Today is that of Asia/Shanghai. A byte order mark before the first line is no part of it. Errors: ErrName, the context's, and those of the streams.
func Run(ctx context.Context, name string, today calendar.Date, in io.Reader, out io.Writer) error {
	calculate := calculations(today)[name]
	if calculate == nil {
		return fmt.Errorf("%q: %w", name, ErrName)
	}
	lines := bufio.NewReaderSize(in, 64<<10)
	if mark, err := lines.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = lines.Discard(3) // peeked above
	}
	written := bufio.NewWriter(out)
	encoder := json.NewEncoder(written)
	encoder.SetEscapeHTML(false)
	for {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, written.Flush())
		}
		line, err := readLine(lines)
		end := errors.Is(err, io.EOF)
		if err != nil && !end && !errors.Is(err, errLong) {
			return errors.Join(fmt.Errorf("read: %w", err), written.Flush())
		}
		if !end || len(line) > 0 || errors.Is(err, errLong) { // after the last line feed comes no line
			var result any
			if !errors.Is(err, errLong) {
				result, err = calculate(line)
			}
			if err != nil {
				result = failure{err.Error()}
			}
			if err := encoder.Encode(result); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		if end || lines.Buffered() == 0 { // someone may be waiting for the answer
			if err := written.Flush(); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		if end {
			return nil
		}
	}
}

type failure struct {
	Error string `json:"error"`
}

// readLine is the next line without the blanks around it. Errors: errLong once the whole of a long line is read past, io.EOF with the last line, the stream's.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > MaxLine+1; !long { // one for the line feed
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if long && (err == nil || errors.Is(err, io.EOF)) {
			return nil, errLong // at the end of the stream the next read says so again
		}
		return bytes.TrimSpace(line), err
	}
}
