package ivr

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

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
)

// bring looks up or does what the conversation needs. A failure becomes words. Only what a caller must not do again, because Postgres is away, is an error: the step
// is then asked again by itself. Redis being away is told.
func (l *line) bring(ctx context.Context, call store.Call, s callflow.State, r callflow.Reply, t web.Turn) (callflow.Brought, error) {
	var b callflow.Brought
	var err error
	switch r.Need {
	case callflow.SignIn, callflow.File, callflow.OpenMailbox: // what costs a slow hash goes on while the caller is asked to wait
		b, err = l.slow.do(ctx, call.SID+" "+call.Asked+" "+string(r.Need), func(ctx context.Context) (callflow.Brought, error) { return l.look(ctx, call, s, r, t) })
	default:
		b, err = l.look(ctx, call, s, r, t)
	}
	b.Problem = cmp.Or(b.Problem, problem(r.Need, err))
	if b.Problem == "" && err != nil {
		return b, err
	}
	return b, nil
}

// look looks up or does one thing.
func (l *line) look(ctx context.Context, call store.Call, s callflow.State, r callflow.Reply, t web.Turn) (callflow.Brought, error) {
	var b callflow.Brought
	var err error
	switch r.Need {
	case callflow.SignIn:
		b.Person, err = l.signIn(ctx, call.SID, s.Number, r.Value, t)
	case callflow.Facts:
		b.Text = l.portalURL != "" && l.carrier.Number() != ""
		if b.Say, err = l.facts(ctx, s); err == nil {
			b.Pension, err = l.pensionOpen(ctx, s, t.Now)
		}
	case callflow.TextStatement:
		err = l.textStatement(ctx, call, s, t.Now)
	case callflow.PensionFacts:
		b.Say, err = l.pensionFacts(ctx, s, t.Now)
	case callflow.ConfirmOwn:
		b.Say, err = l.confirmOwn(ctx, s, t)
	case callflow.OwnEmployers:
		b.Choices, err = l.ownEmployers(ctx, s.Person)
	case callflow.Search:
		b.Choices, err = l.search(ctx, r.Value)
	case callflow.ByCode:
		b.Choices, err = l.byCode(ctx, r.Value)
	case callflow.File:
		b.Receipt, err = l.file(ctx, call, s, t.Now)
	case callflow.OpenMailbox:
		b.Receipt = r.Value
		b.Say, err = l.openMailbox(ctx, s.Lang, r.Value, t)
	case callflow.Add:
		err = l.add(ctx, call, s, t.Now)
	case callflow.KeepCallBack:
		err = l.keepCallBack(ctx, s.Lang, t)
	case callflow.FindPerson:
		return l.findPerson(ctx, call, s, t)
	}
	return b, err
}

// errRedis marks what is told rather than waited for: limits and sign-ins fail closed with Redis down.
var errRedis = errors.New("redis is away")

var errSignedOut = errors.New("nobody is signed in any more")

// problem is the prompt that tells a failure; none for what is no failure, and for what is waited for.
func problem(need callflow.Need, err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errSignedOut):
		return "signed_out"
	case errors.Is(err, errNoNumber), fault.Is(err, fault.Limited) && need == callflow.KeepCallBack:
		return "no_number"
	case errors.Is(err, errRedis):
		return "later"
	case need == callflow.ConfirmOwn && fault.Is(err, fault.Conflict):
		return "pension_none"
	case need == callflow.TextStatement && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.Limited)):
		return "no_text"
	case fault.Is(err, fault.Denied):
		return "wrong_signin"
	case fault.Is(err, fault.Limited) && fault.Of(err).Key == "fault.busy":
		return "later"
	case fault.Is(err, fault.Limited):
		return "locked"
	case fault.Is(err, fault.NotFound) && need == callflow.OpenMailbox:
		return "no_code"
	case fault.Is(err, fault.NotFound):
		return "no_employer"
	}
	return ""
}

func onRedis(err error) error {
	if fault.Is(err, fault.Unavailable) {
		return errors.Join(errRedis, err)
	}
	return err
}

// allow counts against a limit of a quarter of an hour; it fails closed, and quickly.
func (l *line) allow(ctx context.Context, key string, limit int) error {
	ctx, cancel := context.WithTimeout(ctx, 800*time.Millisecond)
	defer cancel()
	return onRedis(l.limiter.Allow(ctx, key, limit, 15*time.Minute))
}

// signIn proves a caller by ID number and PIN; wrong tries count against the telephone, right ones do not. With Redis down nobody signs in, and a tip-off is still taken.
func (l *line) signIn(ctx context.Context, call, number, pin string, t web.Turn) (int64, error) {
	tries := "call:" + l.short("caller", t.Caller)
	if err := l.allow(ctx, tries, 10); err != nil {
		return 0, err
	}
	var person ledger.Person
	if document, err := identity.ParseNumber(number); err == nil { // travel permits may be digits alone
		person, err = l.ledger.PersonByDocument(ctx, document)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
	}
	refused := l.pins.Verify(ctx, credential.Hotline, person.ID, pin, t.Now)
	if refused != nil && (person.ID == 0 || !fault.Is(refused, fault.Denied) && !fault.Is(refused, fault.Limited)) {
		return 0, refused
	}
	entry := audit.Entry{At: t.Now, Actor: l.caller(t.Caller), Role: "caller", Action: "sign in", Subject: fmt.Sprintf("person:%d", person.ID), Refused: refused != nil}
	if err := l.calls.Note(ctx, entry); err != nil || refused != nil {
		return 0, errors.Join(refused, err)
	}
	if err := l.calls.SignIn(ctx, call, person.ID); err != nil {
		return 0, onRedis(err)
	}
	return person.ID, onRedis(l.limiter.TakeBack(ctx, tries)) // a factory's telephone, or all whose number is withheld, are one caller
}

// facts reads what a status inquiry answers.
func (l *line) facts(ctx context.Context, s callflow.State) ([]callflow.Line, error) {
	years, err := l.ledger.PersonYears(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	reach, err := l.ledger.DataDate(ctx)
	if err != nil {
		return nil, err
	}
	var facts []callflow.Year
	var latest contribution.Row
	for _, y := range years {
		year := callflow.Year{Year: y.Year, Rows: y.Rows}
		if y.HasAccount {
			year.Account = &y.Account
		}
		facts = append(facts, year)
		for _, r := range y.Rows {
			if !r.Void() { // the employer that somebody has left is not the latest for rows that were corrected to nothing
				latest = r
			}
		}
	}
	standing, err := l.standing(ctx, latest.EmployerID, reach)
	if err != nil {
		return nil, err
	}
	return callflow.FactsOf(s.Lang, facts, standing, reach), nil
}

// standing judges an employer by what is past its due date and the posting lag: what may still be on its way is not called arrears.
func (l *line) standing(ctx context.Context, id int32, reach calendar.Date) (callflow.Standing, error) {
	if id == 0 {
		return callflow.Standing{}, nil
	}
	employer, err := l.ledger.Employer(ctx, id)
	if err != nil {
		return callflow.Standing{}, err
	}
	lines, err := l.ledger.EmployerArrears(ctx, id)
	if err != nil {
		return callflow.Standing{}, err
	}
	standing := callflow.Standing{Name: employer.Name}
	for _, a := range lines {
		row := contribution.Row{Period: a.Period, EmployerDue: a.Due, EmployerPaid: a.Paid}
		standing.Owes = standing.Owes || contribution.Owing(row, reach)
	}
	return standing, nil
}

// ownEmployers are those of a person's last two years, the latest first.
func (l *line) ownEmployers(ctx context.Context, person int64) ([]callflow.Choice, error) {
	years, err := l.ledger.PersonYears(ctx, person)
	if err != nil {
		return nil, err
	}
	var ids []int32
	seen := map[int32]bool{}
	for i := len(years) - 1; i >= 0 && i >= len(years)-2; i-- {
		for j := len(years[i].Rows) - 1; j >= 0; j-- {
			if id := years[i].Rows[j].EmployerID; !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	found, err := l.ledger.Employers(ctx, ids)
	if err != nil {
		return nil, err
	}
	var list []ledger.Employer
	for _, id := range ids {
		if e, ok := found[id]; ok {
			list = append(list, e)
		}
	}
	return choices(list)
}

func (l *line) search(ctx context.Context, words string) ([]callflow.Choice, error) {
	found, err := l.ledger.SearchEmployers(ctx, words, 3)
	if err != nil {
		return nil, err
	}
	return choices(found)
}

func (l *line) byCode(ctx context.Context, keys string) ([]callflow.Choice, error) {
	var found []ledger.Employer
	for _, code := range callflow.CreditCodes(keys) {
		e, err := l.ledger.EmployerByUSCC(ctx, code)
		if err == nil {
			found = append(found, e)
		} else if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	return choices(found)
}

func choices(found []ledger.Employer) ([]callflow.Choice, error) {
	var list []callflow.Choice
	for _, e := range found {
		list = append(list, callflow.Choice{USCC: string(e.USCC), Name: e.Name, Region: e.Region})
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "ledger.no_employer")
	}
	return list, nil
}

// ownMonths are the months that the caller's record lacks with the employer of the tip-off; none when the employer is in no register.
func (l *line) ownMonths(ctx context.Context, r ledger.Record, t intake.TipOff) (string, error) {
	code, err := identity.ParseUSCC(t.EmployerUSCC)
	if err != nil {
		return "", nil //nolint:nilerr // the caller gave a name only
	}
	e, err := l.ledger.EmployerByUSCC(ctx, code)
	if err != nil {
		return "", err
	}
	return contribution.WriteGaps(r.Gaps(e.ID, t.From, t.To)), nil
}

// acceptWithin is how many working days the desk has to decide whether it accepts (劳社部令第25号 art. 18).
const acceptWithin = 5

// file files the tip-off once, whatever is retried. An anonymous caller's number is not kept.
func (l *line) file(ctx context.Context, call store.Call, s callflow.State, now time.Time) (string, error) {
	var reporter *intake.Reporter
	tip := tipOff(s)
	if s.Tip.Named {
		if s.Person == 0 { // the sign-in has lapsed, or Redis has lost it
			return "", errSignedOut
		}
		r, err := l.ledger.Record(ctx, s.Person)
		if err != nil {
			return "", err
		}
		if tip.OwnMonths, err = l.ownMonths(ctx, r, tip); err != nil {
			return "", err
		}
		p := r.Person
		reporter = &intake.Reporter{PersonID: p.ID, Name: p.Name, IDNumber: p.IDNumber, Mobile: p.Mobile, SafeToContact: s.Tip.Safe}
	}
	promised, _ := l.workdays.Now().Add(calendar.DateOf(now), acceptWithin)
	code, err := l.counter.File(ctx, call.KeyOf(s.TipMatter()), tip, reporter, promised, now)
	if err != nil {
		return "", err
	}
	return code.String(), l.textReceipt(ctx, call, s, reporter, code, now)
}

// maxReplies is how many of the desk's messages are read out, the latest first.
const maxReplies = 5

// openMailbox reads how a matter stands.
func (l *line) openMailbox(ctx context.Context, lang, code string, t web.Turn) ([]callflow.Line, error) {
	if err := l.allow(ctx, "call-receipt:"+l.short("caller", t.Caller), 20); err != nil {
		return nil, err
	}
	m, err := l.mailbox(ctx, code)
	if err != nil {
		return nil, err
	}
	lines := []callflow.Line{{Key: "status", Args: []string{callflow.Text(lang, callflow.Line{Key: "status_is_" + string(m.Status)})}}}
	if !m.PromisedBy.IsZero() {
		lines = append(lines, callflow.Line{Key: "status_due", Args: []string{callflow.SpokenDate(lang, m.PromisedBy)}})
	}
	replies := 0
	for i := len(m.Messages) - 1; i >= 0 && replies < maxReplies; i-- {
		if message := m.Messages[i]; message.FromDesk {
			lines = append(lines, callflow.Line{Key: "reply", Args: []string{callflow.SpokenDate(lang, calendar.DateOf(message.SentAt)), message.Text}})
			replies++
		}
	}
	if replies == 0 {
		lines = append(lines, callflow.Line{Key: "no_messages"})
	}
	return lines, nil
}

func (l *line) mailbox(ctx context.Context, code string) (*intake.Mailbox, error) {
	parsed, err := receipt.Parse(code)
	if err != nil {
		return nil, fault.New(fault.NotFound, "fault.receipt.unknown").Because(err)
	}
	return l.counter.Open(ctx, parsed)
}

// add writes into the mailbox that something was said; the recording itself follows under the same key.
func (l *line) add(ctx context.Context, call store.Call, s callflow.State, now time.Time) error {
	m, err := l.mailbox(ctx, s.Mailbox)
	if err != nil {
		return err
	}
	return l.counter.Write(ctx, m, call.KeyOf(s.Matter()), "（电话留言，见录音）", now)
}
