package softphone

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

// Terminal makes a call with keyboard and screen, or from a script: each line is keys (digits, * and #), or
// "say words", "record", "silence", "hangup". What is heard is printed.
func Terminal(ctx context.Context, config Config, in io.Reader, out io.Writer) error {
	call, err := Dial(ctx, config)
	if err != nil {
		return err
	}
	shown := 0
	show := func() {
		for ; shown < len(call.Heard()); shown++ {
			_, _ = fmt.Fprintln(out, "☎ "+call.Heard()[shown]) // a terminal that is gone is nobody's loss
		}
		if !call.Ended() {
			_, _ = fmt.Fprintf(out, "[%s] > ", call.Awaits()) // as above
		}
	}
	show()
	lines := bufio.NewScanner(in)
	for !call.Ended() && lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		words, speaks := strings.CutPrefix(text, "say ")
		switch {
		case text == "" || strings.HasPrefix(text, "//"):
			continue
		case text == "hangup":
			err = call.HangUp(ctx)
		case text == "silence":
			err = call.Silence(ctx)
		case text == "record":
			err = call.Record(ctx, Tone(20))
		case speaks:
			err = call.Say(ctx, words)
		default:
			err = call.Press(ctx, text)
		}
		if err != nil {
			_, _ = fmt.Fprintln(out, err) // as above
		}
		show()
	}
	if call.Ended() {
		return lines.Err()
	}
	return call.HangUp(ctx)
}
