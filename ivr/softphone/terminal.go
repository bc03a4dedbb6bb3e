package softphone

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// doings are the words of a script, as help shows them.
const doings = `123#            keys; # ends a number
say 南湖电子     words, where the hotline listens
mumble 提交      the same, heard without certainty
record [FILE]   a sound after the tone: a WAV file, or a tone of two seconds
record! [FILE]  the same, and hang up
silence         nothing, until the time runs out
agent [KEY]     the agent answers a transfer and presses a key, or none
busy            nobody can be reached; no-answer, failed and canceled are others of the carrier's words
hangup          the end
`

// Do does one thing, as doings names it. Empty lines and lines that begin with // do nothing.
func (c *Call) Do(ctx context.Context, doing string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(doing), " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "", "//":
		return nil
	case "say":
		return c.Say(ctx, rest)
	case "mumble":
		return c.speak(ctx, rest, mumbled)
	case "record", "record!":
		sound := Tone(20)
		if rest != "" {
			var err error
			if sound, err = os.ReadFile(rest); err != nil {
				return err
			}
		}
		if word == "record!" {
			return c.RecordAndHangUp(ctx, sound)
		}
		return c.Record(ctx, sound)
	case "silence":
		return c.Silence(ctx)
	case "agent":
		return c.Agent(ctx, rest)
	case "busy", "no-answer", "failed", "canceled":
		return c.Transfer(ctx, word)
	case "hangup":
		return c.HangUp(ctx)
	}
	if strings.HasPrefix(word, "//") {
		return nil
	}
	return c.Press(ctx, word)
}

// prompts say what can be done at each thing that the hotline waits for.
var prompts = map[string]string{"keys": "keys", "speech": "keys, or say …", "record": "record, silence; or # * 0 9", "transfer": "agent 1, busy, or no-answer", "queue": "silence waits on; or keys"}

// Terminal makes a call with keyboard and screen, or plays a script: each line is something to do, help, or "? text", which must have been heard since the line before.
// What is heard is printed, and what a script does. Its error says which expectation was not met, or why the call broke off.
func Terminal(ctx context.Context, config Config, in io.Reader, out io.Writer) error {
	call, failed := Dial(ctx, config)
	if call == nil {
		return failed
	}
	say := func(format string, args ...any) {
		_, _ = fmt.Fprintf(out, format, args...) // a terminal that is gone is nobody's loss
	}
	typed := isTerminal(in)
	if typed {
		say("Calling the hotline. ☎ is what you hear; type keys such as 1, or help. Ctrl-D hangs up.\n\n")
	}
	shown, since := 0, 0
	show := func() {
		since = shown
		for ; shown < len(call.heard); shown++ {
			say("☎ %s\n", call.heard[shown].Text)
		}
		if call.Ended() {
			say("— the call is over —\n")
			return
		}
		prompt := prompts[call.Awaits()]
		if most, finish, several := call.Entry(); several {
			prompt = fmt.Sprintf("%s: %d, or fewer and %s", prompt, most, finish)
		}
		say("[%s] > ", prompt)
	}
	show()
	if failed != nil {
		return failed
	}
	var missed []error
	lines := bufio.NewScanner(in)
	for !(typed && call.Ended()) && lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if want, ok := strings.CutPrefix(text, "? "); ok {
			if !strings.Contains(strings.Join(call.Heard()[since:], "\n"), strings.TrimSpace(want)) {
				missed = append(missed, fmt.Errorf("not heard: %s", want))
			}
			continue
		}
		if call.Ended() {
			continue
		}
		if !typed {
			say("%s\n", text)
		}
		if text == "help" {
			say("%s", doings)
		} else if err := call.Do(ctx, text); err != nil {
			say("! %s (help shows what can be done)\n", strings.TrimPrefix(err.Error(), "softphone: "))
		}
		show()
	}
	if !call.Ended() {
		say("\n")
	}
	return errors.Join(append(missed, lines.Err(), call.HangUp(ctx))...)
}

// isTerminal reports whether somebody types, rather than a script that is read.
func isTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
