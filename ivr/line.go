package ivr

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"shebao/frontend/locale"
	"shebao/ivr/callflow"
	"shebao/ivr/store"
	"shebao/ivr/web"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/receipt"
	"shebao/shared/redis"
	"shebao/shared/seal"
)

// line is the hotline: it lets the pure conversation decide, brings what it needs, and keeps call and reply together.
type line struct {
	calls    *store.Store
	ledger   *ledger.Ledger
	pins     *credential.PINs
	counter  *intake.Counter
	limiter  *redis.Limiter
	hash     seal.HashKey
	workdays *calendar.Workdays
	db       audit.DB
}

func (l *line) Begin(ctx context.Context, sid string, now time.Time, render web.Render) ([]byte, error) {
	state, reply := callflow.Begin()
	call, err := l.calls.Begin(ctx, sid, state, now)
	if err != nil {
		return nil, err
	}
	return render(call.State.Lang, reply, call.Step, call.Nonce)
}

func (l *line) End(ctx context.Context, sid string, now time.Time) error {
	return l.calls.End(ctx, sid, now)
}

func (l *line) Step(ctx context.Context, sid string, step int, nonce string, in callflow.Input, recorded *web.Recorded, caller string, now time.Time, render web.Render) ([]byte, error) {
	if reply, ok, err := l.calls.Answered(ctx, sid, step, nonce); err != nil || ok {
		return reply, err
	}
	call, err := l.calls.Load(ctx, sid)
	if err != nil {
		return nil, err
	}
	if call.Step != step || call.Nonce != nonce { // a step of another time or another call
		return nil, errors.Join(fault.New(fault.NotFound, "fault.page"), l.refused(ctx, caller, "foreign call step", "call", now))
	}
	state, reply := callflow.Step(call.State, in)
	draft := reply.Draft
	for rounds := 0; reply.Need != callflow.Nothing && rounds < 3; rounds++ {
		brought := l.bring(ctx, call, state, reply, caller, now)
		state, reply = callflow.Step(state, callflow.Input{Brought: &brought})
	}
	if draft || reply.Draft {
		if err := l.counter.SaveDraft(ctx, intake.Phone, call.Key, tipOff(state), now); err != nil && !fault.Is(err, fault.Unavailable) {
			return nil, err
		}
	}
	var recording *store.Recording
	if recorded != nil {
		recording = &store.Recording{SID: recorded.SID, Seconds: recorded.Seconds}
	}
	return l.calls.Save(ctx, call, state, recording, now, func(step int, nonce string) ([]byte, error) { return render(state.Lang, reply, step, nonce) })
}

func tipOff(s callflow.State) intake.TipOff {
	t := intake.TipOff{Channel: intake.Phone, Kind: intake.Kind(s.Tip.Kind), EmployerUSCC: s.Tip.EmployerUSCC, EmployerName: s.Tip.EmployerName, Region: s.Tip.Region, From: s.Tip.From,
		Named: s.Tip.Named, OwnRights: s.Tip.Named, Language: s.Lang}
	if t.EmployerName == "" {
		t.EmployerName = "（见录音）"
	}
	return t
}

// bring looks up what the conversation needs. A failure becomes words: the caller is never left with silence.
func (l *line) bring(ctx context.Context, call store.Call, s callflow.State, r callflow.Reply, caller string, now time.Time) callflow.Brought {
	var b callflow.Brought
	var err error
	switch r.Need {
	case callflow.SignIn:
		b.Person, err = l.signIn(ctx, s.Number, r.Value, caller, now)
	case callflow.Facts:
		b.Say, err = l.facts(ctx, s, s.Person)
	case callflow.Search:
		b.Choices, err = l.search(ctx, r.Value)
	case callflow.File:
		b.Receipt, err = l.file(ctx, call, s, now)
	case callflow.Progress:
		b.Say, err = l.progress(ctx, s, r.Value, caller)
	}
	b.OK, b.Problem = err == nil, problem(r.Need, err)
	return b
}

func problem(need callflow.Need, err error) string {
	switch kindOf(err) {
	case "":
		return ""
	case "denied":
		return "wrong_signin"
	case "limited":
		return "locked"
	case "not_found":
		if need == callflow.Progress {
			return "no_code"
		}
		return "no_employer"
	}
	return "later"
}

// signIn proves a caller by ID number and PIN. Its limits fail closed: with Redis down nobody signs in, and a tip-off is still taken.
func (l *line) signIn(ctx context.Context, number, pin, caller string, now time.Time) (int64, error) {
	if err := l.limiter.Allow(ctx, "call:"+hex.EncodeToString(l.hash.Sum("caller", caller)[:12]), 10, 15*time.Minute); err != nil {
		return 0, err
	}
	var person ledger.Person
	if id, err := identity.ParseCitizenID(number); err == nil {
		person, err = l.ledger.PersonByDocument(ctx, string(id))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
	}
	err := l.pins.Verify(ctx, person.ID, pin, now)
	if err != nil && person.ID != 0 && !fault.Is(err, fault.Unavailable) {
		return 0, errors.Join(err, l.refused(ctx, caller, "sign in", "person:"+strconv.FormatInt(person.ID, 10), now))
	}
	return person.ID, err
}

// refused writes to the audit log; the caller is named by a keyed hash only.
func (l *line) refused(ctx context.Context, caller, action, subject string, now time.Time) error {
	return audit.Append(ctx, l.db, audit.Entry{Stream: "ivr", At: now, Actor: "caller:" + hex.EncodeToString(l.hash.Sum("caller", caller)[:12]), Role: "caller", Action: action, Subject: subject, Refused: true})
}

// facts are the answers to a status inquiry, one breath each.
func (l *line) facts(ctx context.Context, s callflow.State, person int64) ([]callflow.Line, error) {
	years, err := l.ledger.PersonYears(ctx, person)
	if err != nil {
		return nil, err
	}
	reach, err := l.ledger.DataDate(ctx)
	if err != nil {
		return nil, err
	}
	var last calendar.Period
	var missing []string
	var year int
	owing := false
	for _, y := range years {
		if len(y.Rows) > 0 {
			year, missing = y.Year, nil
		}
		months := map[calendar.Period]contribution.Status{}
		for _, r := range y.Rows {
			if r.Insurance.IsPension() {
				months[r.Period] = max(months[r.Period], contribution.StatusOf(r, reach))
			}
		}
		for p := calendar.NewPeriod(y.Year, 1); p <= calendar.NewPeriod(y.Year, 12); p = p.Add(1) {
			switch status := months[p]; {
			case status == contribution.Paid || status == contribution.BackPaid:
				last = p
			case status.Owing():
				owing = true
				missing = append(missing, month(s.Lang, p))
			}
		}
	}
	if last == 0 {
		return []callflow.Line{{Key: "fact_none"}}, nil
	}
	facts := []callflow.Line{{Key: "fact_last", Args: []string{strconv.Itoa(last.Year()) + " " + month(s.Lang, last)}}}
	if len(missing) > 0 {
		facts = append(facts, callflow.Line{Key: "fact_missing", Args: []string{strconv.Itoa(year), strconv.Itoa(len(missing)), strings.Join(missing, "，")}})
	} else {
		facts = append(facts, callflow.Line{Key: "fact_full", Args: []string{strconv.Itoa(year)}})
	}
	if owing {
		facts = append(facts, callflow.Line{Key: "fact_employer"})
	}
	for i := len(years) - 1; i >= 0; i-- {
		if a := years[i]; a.HasAccount && a.Account.Settled {
			facts = append(facts, callflow.Line{Key: "fact_balance", Args: []string{strconv.Itoa(a.Year), a.Account.Closing.String()}})
			break
		}
	}
	return facts, nil
}

func month(lang string, p calendar.Period) string {
	if lang == "en" {
		return p.Month().String()
	}
	return strconv.Itoa(int(p.Month())) + " 月"
}

func (l *line) search(ctx context.Context, words string) ([]callflow.Choice, error) {
	found, err := l.ledger.SearchEmployers(ctx, words, 3)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "ledger.no_employer")
	}
	var choices []callflow.Choice
	for _, e := range found {
		choices = append(choices, callflow.Choice{USCC: string(e.USCC), Name: e.Name, Region: e.Region})
	}
	return choices, nil
}

// file files the tip-off once, whatever is retried. An anonymous caller's number is not kept.
func (l *line) file(ctx context.Context, call store.Call, s callflow.State, now time.Time) (string, error) {
	t := tipOff(s)
	var reporter *intake.Reporter
	if s.Tip.Named {
		p, err := l.ledger.Person(ctx, s.Person)
		if err != nil {
			return "", err
		}
		reporter = &intake.Reporter{PersonID: p.ID, Name: p.Name, IDNumber: p.IDNumber, Mobile: p.Mobile, SafeToContact: s.Tip.Safe}
	}
	promised, _ := l.workdays.Add(calendar.DateOf(now), 5) // 劳社部令第25号 art. 18
	code, err := l.counter.File(ctx, call.Key, t, reporter, promised, now)
	return code.String(), err
}

func (l *line) progress(ctx context.Context, s callflow.State, code, caller string) ([]callflow.Line, error) {
	if err := l.limiter.Allow(ctx, "call-receipt:"+hex.EncodeToString(l.hash.Sum("caller", caller)[:12]), 20, 15*time.Minute); err != nil {
		return nil, err
	}
	parsed, err := receipt.Parse(code)
	if err != nil {
		return nil, errors.Join(fault.New(fault.NotFound, "fault.receipt.unknown"), err)
	}
	m, err := l.counter.Open(ctx, parsed)
	if err != nil {
		return nil, err
	}
	lang := locale.Chinese
	if s.Lang == "en" {
		lang = locale.English
	}
	lines := []callflow.Line{{Key: "status", Args: []string{locale.Text(lang, "tipoff.status."+string(m.Status))}}}
	if !m.PromisedBy.IsZero() {
		lines = append(lines, callflow.Line{Key: "status_due", Args: []string{m.PromisedBy.String()}})
	}
	for _, message := range m.Messages {
		if message.FromDesk {
			lines = append(lines, callflow.Line{Key: "message", Args: []string{message.Text}})
		}
	}
	return lines, nil
}

func kindOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Kind.String()
}
