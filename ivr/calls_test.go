package ivr_test

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shebao/ivr/callflow"
	"shebao/ivr/softphone"
	"shebao/shared/intake"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the recorded calls in testdata/calls with what the hotline does now")

// A recorded call is a file: what the caller does, what the carrier then asks, what it is answered, and which rows change. Lines that begin with > are done, in the words
// of softphone.Call.Do and of player.own; lines that begin with # are settings or say why; everything else is what came of it, compared letter by letter.
func TestRecordedCalls(t *testing.T) {
	files, err := filepath.Glob("testdata/calls/*.call")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d recorded calls, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) {
			recorded, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			played := play(t, string(recorded))
			if *rewrite {
				if err := os.WriteFile(file, []byte(played), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if played != string(recorded) {
				t.Errorf("the call goes otherwise than recorded (-rewrite accepts it):\n%s", difference(string(recorded), played))
			}
		})
	}
}

// difference shows the first lines that differ.
func difference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			tail := func(lines []string) string { return strings.Join(lines[min(i, len(lines)):min(i+8, len(lines))], "\n") }
			return fmt.Sprintf("line %d\nrecorded:\n%s\nnow:\n%s", i+1, tail(a), tail(b))
		}
	}
	return ""
}

// player plays a file's calls one after another and writes down what happens.
type player struct {
	t       *testing.T
	h       *hotline
	call    *softphone.Call
	agent   *softphone.Call
	out     strings.Builder
	names   map[string]string // what stands for values that differ from run to run
	rows    []string
	receipt string
}

func play(t *testing.T, recorded string) string {
	var settings []string
	for line := range strings.Lines(recorded) {
		if setting, ok := strings.CutPrefix(line, "# set "); ok {
			name, value, _ := strings.Cut(strings.TrimSpace(setting), "=")
			settings = append(settings, name, value)
		}
	}
	p := &player{t: t, h: withLedger(t, append(settings, quiet, "")...), names: map[string]string{}}
	p.h.phone.Trace = p.exchanged
	p.h.phone.Fallback = "/voice/fallback"
	p.rows = p.h.rowsNow(t)
	for line := range strings.Lines(recorded) {
		line = strings.TrimSpace(line)
		doing, ok := strings.CutPrefix(line, "> ")
		if strings.HasPrefix(line, "#") || ok {
			p.out.WriteString(line + "\n")
		}
		if !ok {
			continue
		}
		if err := p.do(strings.ReplaceAll(doing, "{receipt}", p.receipt)); err != nil {
			fmt.Fprintf(&p.out, "! %v\n", err)
		}
		p.changedRows()
		p.out.WriteString("\n")
	}
	return p.out.String()
}

func (p *player) do(doing string) (err error) {
	ctx := p.t.Context()
	word, rest, _ := strings.Cut(doing, " ")
	switch word {
	case "dial":
		if rest != "" {
			p.h.phone.From = rest
		}
		p.call, err = softphone.Dial(ctx, p.h.phone)
		return err
	case "again": // the same request once more, as after a broken connection
		return p.call.Repeat(ctx)
	case "pass":
		d, err := time.ParseDuration(rest)
		p.h.pass(d)
		return err
	case "reply": // the investigator's message to the reporter
		return p.h.reply(ctx, rest)
	case "fetch": // the background work, once
		return p.h.background(ctx)
	case "answer": // somebody of ours takes the telephone that rings
		if p.agent, err = p.h.carrier.Answer(ctx, p.h.phone, rest); p.agent == nil {
			p.t.Fatalf("no telephone rings\n%s\n%s", p.out.String(), p.h.log.String())
		}
		return err
	case "caller": // how the dialled caller answers
		return p.agent.Transfer(ctx, rest)
	case "retire": // everybody draws a pension from now on
		_, err = p.h.pool.Exec(ctx, `UPDATE ledger.person SET status = 3`)
		return err
	case "visit": // somebody came to see the pensioner, and it is not so
		_, err = p.h.pool.Exec(ctx, `INSERT INTO eligibility.confirmation SELECT person_id, year, 'visit', region, false, confirmed_on + 1, recorded_at FROM eligibility.confirmation`)
		return err
	case "notices-first":
		p.h.phone.NoticesFirst = true
		return nil
	}
	err = p.call.Do(ctx, doing)
	if w := p.call.Warnings(); len(w) > 0 {
		p.t.Errorf("the carrier warns after %q: %v", doing, w)
	}
	return err
}

var (
	sidInText     = regexp.MustCompile(`\b(CA|RE|QU|SM)[0-9a-f]{32}\b`)
	nonceInPath   = regexp.MustCompile(`/[A-Za-z0-9_-]{16}([A-Za-z0-9_-]{16}((?:cmn|yue|en)-[a-z_]+-[a-z_]*(?:-[0-9]+){4}))?(?:[/#<" ]|$)`)
	receiptInText = regexp.MustCompile(`(?:<say-as interpret-as="digits">\d{4}</say-as>[^0-9]{0,60}?600ms[^0-9]{0,20}){3}<say-as interpret-as="digits">\d{4}</say-as>`)
	fourDigits    = regexp.MustCompile(`>(\d{4})<`)
	unchanging    = []string{"AccountSid", "ApiVersion", "CallSid", "Called", "Caller", "Direction", "From", "To"}
)

func (p *player) exchanged(e softphone.Exchange) {
	form := url.Values{}
	for name, values := range e.Form {
		if !slices.Contains(unchanging, name) && (name != "CallStatus" || values[0] != "in-progress") {
			form[name] = values
		}
	}
	fields, _ := url.QueryUnescape(strings.ReplaceAll(form.Encode(), "&", " "))
	fmt.Fprintf(&p.out, "%s %s %s\n", e.Method, p.plain(e.URL), p.plain(fields))
	body := string(e.Body)
	if found := receiptInText.FindString(body); found != "" {
		digits := ""
		for _, four := range fourDigits.FindAllStringSubmatch(found, -1) {
			digits += four[1]
		}
		p.receipt = digits
		for i := 0; i < 16; i += 4 {
			body = strings.ReplaceAll(body, ">"+digits[i:i+4]+"<", fmt.Sprintf(">{receipt %d}<", i/4+1))
		}
	}
	body = strings.TrimPrefix(body, `<?xml version="1.0" encoding="UTF-8"?>`)
	if fmt.Fprintf(&p.out, "%d\n", e.Status); body != "" {
		p.out.WriteString(indented(p.plain(body)))
	}
}

// indented puts each verb on a line of its own.
func indented(document string) string {
	document = strings.NewReplacer("<Response>", "<Response>\n", "</Response>", "</Response>\n").Replace(document)
	for _, verb := range []string{"Say", "Gather", "Record", "Redirect", "Dial", "Number", "Enqueue", "Play", "Pause", "Hangup", "Leave"} {
		document = strings.NewReplacer("><"+verb+">", ">\n<"+verb+">", "><"+verb+" ", ">\n<"+verb+" ", "><"+verb+"/", ">\n<"+verb+"/").Replace(document)
	}
	for _, verb := range []string{"Gather", "Dial"} {
		document = strings.ReplaceAll(document, "></"+verb+">", ">\n</"+verb+">")
	}
	document = strings.NewReplacer("\n\n", "\n", "/></Response>", "/>\n</Response>", "></Response>", ">\n</Response>").Replace(document)
	var b strings.Builder
	for line := range strings.Lines(document) {
		b.WriteString("  " + line)
	}
	return b.String()
}

// plain names what differs from run to run.
func (p *player) plain(text string) string {
	for address, name := range map[string]string{p.h.phone.Hotline: "", p.h.phone.Carrier: "carrier:"} {
		text = strings.ReplaceAll(text, address, name)
	}
	if p.receipt != "" {
		text = strings.ReplaceAll(text, p.receipt, "{receipt}")
	}
	text = sidInText.ReplaceAllStringFunc(text, func(sid string) string {
		if p.names[sid] == "" {
			kind := map[string]string{"CA": "call", "RE": "recording", "QU": "queue", "SM": "text"}[sid[:2]]
			n := 1
			for _, name := range p.names {
				if strings.HasPrefix(name, "{"+kind+" ") {
					n++
				}
			}
			p.names[sid] = fmt.Sprintf("{%s %d}", kind, n)
		}
		return p.names[sid]
	})
	return nonceInPath.ReplaceAllStringFunc(text, func(found string) string {
		tail := ""
		if last := found[len(found)-1]; strings.IndexByte("/#<\" ", last) >= 0 {
			tail = string(last)
		}
		light := ""
		if parts := nonceInPath.FindStringSubmatch(found); parts[2] != "" { // the state that stands in the address
			light = "{" + parts[2] + "}"
		}
		return "/{nonce}" + light + tail
	})
}

func (p *player) changedRows() {
	now := p.h.rowsNow(p.t)
	var gone, come []string
	for _, row := range p.rows {
		if !slices.Contains(now, row) {
			gone = append(gone, "- "+p.plain(row)+"\n")
		}
	}
	for _, row := range now {
		if !slices.Contains(p.rows, row) {
			come = append(come, "+ "+p.plain(row)+"\n")
		}
	}
	slices.Sort(gone)
	slices.Sort(come)
	p.out.WriteString(strings.Join(append(gone, come...), ""))
	p.rows = now
}

// rowsNow are the rows that calls leave, each in a line that holds nothing sealed.
func (h *hotline) rowsNow(t *testing.T) []string {
	t.Helper()
	rows, err := h.pool.Query(t.Context(), `
		SELECT * FROM (
			SELECT 1 AS place, started_at AS at, format('ivr.call %s: step %s, %s, state %s, filing key %s', sid, step, CASE WHEN ended_at IS NULL THEN 'goes on' ELSE 'ended' END,
				CASE WHEN state IS NULL THEN 'wiped' ELSE 'kept' END, CASE WHEN filing_key IS NULL THEN 'wiped' ELSE 'kept' END) AS line FROM ivr.call
			UNION ALL SELECT 2, NULL, format('ivr.answer of %s: %s', call_sid, count(*)) FROM ivr.answer GROUP BY call_sid
			UNION ALL SELECT 3, NULL, format('ivr.recording %s: %s, %s s, %s', sid, fate, seconds, CASE WHEN fetched_at IS NULL THEN 'at the carrier' ELSE 'done' END) FROM ivr.recording
			UNION ALL SELECT 4, since, format('ivr.waiting %s: wish %s, %s, talk %s', call_sid, coalesce(wish, 'none'), CASE WHEN ended_at IS NULL THEN 'waits' ELSE 'ended' END, coalesce(talk_seconds::text, 'none')) FROM ivr.waiting
			UNION ALL SELECT 5, asked_at, format('ivr.call_back %s: rings %s, tries %s, %s, number %s', id, rings, tries, coalesce(outcome, 'open'), CASE WHEN number IS NULL THEN 'wiped' ELSE 'kept' END) FROM ivr.call_back
			UNION ALL SELECT 6, NULL, format('intake.draft: %s', count(*)) FROM intake.draft
			UNION ALL SELECT 7, filed_at, format('intake.submission %s: %s, region %s, %s', id, channel, region, CASE WHEN identity IS NULL THEN 'anonymous' ELSE 'named, sealed apart' END) FROM intake.submission
			UNION ALL SELECT 8, sent_at, format('intake.message %s: %s', id, CASE WHEN from_desk THEN 'from the desk' ELSE 'from the reporter' END) FROM intake.message
			UNION ALL SELECT 9, NULL, format('intake.attachment: %s', count(*)) FROM intake.attachment
			UNION ALL SELECT 10, at, format('audit: %s, %s', action, outcome) FROM audit.entry WHERE stream = 'ivr'
			UNION ALL SELECT 10, recorded_at, format('eligibility.confirmation: %s by %s, met %s, on %s', year, way, met, confirmed_on) FROM eligibility.confirmation
			UNION ALL SELECT 11, enqueued_at, format('sms.message %s: %s, %s', id, kind, CASE WHEN sent_at IS NULL THEN 'waits' ELSE 'sent, number and text ' || CASE WHEN number IS NULL AND body IS NULL THEN 'wiped' ELSE 'kept' END END) FROM sms.message
		) AS rows ORDER BY place, at, line`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var place int
		var at *time.Time
		var line string
		if err := rows.Scan(&place, &at, &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// However a matter stands, there are words for it.
func TestEveryStandingIsSpoken(t *testing.T) {
	for _, status := range []intake.Status{intake.Received, intake.Supplement, intake.Accepted, intake.Rejected, intake.Investigating, intake.Suspended, intake.Transferred, intake.Decided, intake.Closed, intake.Withdrawn} {
		for _, lang := range callflow.Languages {
			if callflow.Text(lang, callflow.Line{Key: "status_is_" + string(status)}) == "" {
				t.Errorf("%s has no words for %s", lang, status)
			}
		}
	}
}
