package ivr

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/ivr/callflow"
	"shebao/ivr/store"
	"shebao/ivr/web"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/credential"
	"shebao/shared/eligibility"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/redis"
	"shebao/shared/seal"
	"shebao/shared/sms"
)

// line is the hotline: it lets the pure conversation decide, brings what it needs, and keeps call and reply together.
type line struct {
	calls        *store.Store
	ledger       *ledger.Ledger
	pins         *credential.PINs
	counter      *intake.Counter
	eligible     *eligibility.Room
	limiter      *redis.Limiter
	texts        *sms.Messages
	carrier      telephony
	slow         underway
	hash         seal.HashKey
	light        seal.HashKey // authenticates light states in addresses
	workdays     *ledger.Calendar
	hours        callflow.Hours
	opening      func(now time.Time) time.Time // the instant by which opening hours are judged: a rehearsal may set another
	agents       []string                      // telephones of the people who answer, from the configuration
	backPrefixes []string                      // the countries that may be called back
	publicURL    string
	portalURL    string
	db           *pgxpool.Pool // for texts, which are written in a transaction
	log          *slog.Logger
}

// maxRounds bounds the needs of one step: a sign-in brings the facts, and nothing brings more than that.
const maxRounds = 4

func (l *line) Begin(ctx context.Context, sid string, now time.Time, render web.Render) ([]byte, error) {
	state, reply := callflow.Begin()
	call, again, err := l.calls.Begin(ctx, sid, state, now)
	if err != nil {
		return nil, err
	}
	if again {
		_, reply = callflow.Step(call.State, callflow.Input{Again: true, Today: calendar.DateOf(now)})
	}
	return render(call.State, reply, call.Step, withLight(l.light, sid, call.Step, call.Nonce, call.State))
}

// Step answers a turn. What the caller did is parked when Postgres is away, so that it is there when the carrier asks again.
func (l *line) Step(ctx context.Context, t web.Turn, render web.Render) ([]byte, error) {
	if t.Waited > 0 {
		t.Input = l.parked(ctx, t)
	}
	parked := make(chan struct{})
	early := time.AfterFunc(parkAfter, func() {
		defer close(parked)
		if t.Waited == 0 {
			l.park(ctx, t)
		}
	})
	reply, err := l.step(ctx, t, render)
	if !early.Stop() {
		<-parked // what the turn says is the request's memory
		return reply, err
	}
	if t.Waited == 0 && err != nil && (fault.Is(err, fault.Unavailable) || errors.Is(err, context.DeadlineExceeded)) {
		l.park(ctx, t)
	}
	return reply, err
}

// parkAfter is when a step that is not done yet is parked, just in case: early enough for a busy Redis to take it before the carrier must be answered.
const parkAfter = 1600 * time.Millisecond

func (l *line) step(ctx context.Context, t web.Turn, render web.Render) ([]byte, error) {
	kept, text := noncesOf(t.Nonce)
	shown, isLight := lightState(l.light, t)
	switch {
	case text != "" && !isLight:
		return nil, l.foreign(ctx, t, fault.New(fault.NotFound, "fault.page"))
	case isLight:
		if state, reply := callflow.Step(shown, t.Input); state.Light() && reply.Asks() {
			return render(state, reply, t.Step, withLight(l.light, t.Call, t.Step, kept, state))
		}
	}
	if call, known := l.calls.Recent(t.Call, t.Step, kept); known {
		if doc, done, err := l.plain(ctx, call, shown, isLight, t, render); done || err != nil {
			return doc, err
		}
	}
	call, stored, err := l.calls.Load(ctx, t.Call, t.Step, t.Nonce)
	if fault.Is(err, fault.NotFound) {
		return nil, l.foreign(ctx, t, err)
	}
	if err != nil || stored != nil {
		return stored, err
	}
	if call.Step != t.Step || call.Nonce != kept {
		return nil, l.foreign(ctx, t, fault.New(fault.NotFound, "fault.page"))
	}
	call.Asked = t.Nonce
	if isLight {
		call.State = shown
	}
	before := call.State
	call.State.Person = l.signedIn(ctx, call)
	if before.Place == callflow.Waiting {
		if t.Input.Wish, err = l.calls.Wished(ctx, call.SID); err != nil {
			return nil, err
		}
	}
	state, reply, confirmed, err := l.decide(ctx, call, t)
	if err != nil {
		return nil, err
	}
	if state.Leaving {
		l.signOut(ctx, call.SID)
	}
	l.leaveLine(ctx, before, state, call.SID, t.Input, t.Now)
	var also *pgx.Batch
	if confirmed != nil {
		also = &pgx.Batch{}
		if err := l.counter.QueueDraft(also, intake.Phone, call.KeyOf(confirmed.TipMatter()), tipOff(*confirmed), t.Now); err != nil {
			return nil, err
		}
	}
	return l.calls.Save(ctx, call, state, changeOf(before, t.Input, reply), also, t.Now, l.at(call, state, reply, render))
}

// plain answers a step that only moves the call, as most do: in the one statement that keeps its reply. Whether the step is still the call's, the statement tells. done is
// false, and nothing has happened, when the step does more: then the database says first where the call stands.
func (l *line) plain(ctx context.Context, call store.Call, shown callflow.State, isLight bool, t web.Turn, render web.Render) (doc []byte, done bool, err error) {
	if isLight {
		call.State, call.Asked = shown, t.Nonce
	}
	before := call.State
	if before.Place == callflow.Waiting || before.Place == callflow.Transferred {
		return nil, false, nil
	}
	call.State.Person = l.signedIn(ctx, call)
	state, reply := callflow.Step(call.State, t.Input)
	change := changeOf(before, t.Input, reply)
	if reply.Need != callflow.Nothing || reply.Draft || state.Leaving || change != (store.Change{}) {
		return nil, false, nil
	}
	doc, err = l.calls.Save(ctx, call, state, change, nil, t.Now, l.at(call, state, reply, render))
	if fault.Is(err, fault.NotFound) {
		err = l.foreign(ctx, t, err)
	}
	return doc, true, err
}

// at renders a reply for the step that it leads to.
func (l *line) at(call store.Call, state callflow.State, reply callflow.Reply, render web.Render) func(step int, nonce string) ([]byte, error) {
	return func(step int, nonce string) ([]byte, error) {
		return render(state, reply, step, withLight(l.light, call.SID, step, nonce, state))
	}
}

// decide lets the conversation go on until it needs nothing more. What it decided on the way about recordings is kept in the last reply; confirmed, when there is one, is the state
// whose tip-off a hang-up must not lose.
func (l *line) decide(ctx context.Context, call store.Call, t web.Turn) (state callflow.State, reply callflow.Reply, confirmed *callflow.State, err error) {
	state, reply = callflow.Step(call.State, t.Input)
	for range maxRounds {
		if reply.Draft {
			then := state
			confirmed = &then
		}
		if reply.Need == callflow.Nothing {
			return state, reply, confirmed, nil
		}
		brought, err := l.bring(ctx, call, state, reply, t)
		if err != nil {
			return state, reply, nil, err
		}
		keep, drop := reply.Keep, reply.Drop
		state, reply = callflow.Step(state, callflow.Input{Brought: &brought, Today: t.Input.Today})
		if reply.Keep == "" {
			reply.Keep = keep
		}
		if reply.Drop == "" {
			reply.Drop = drop
		}
	}
	return state, reply, nil, errors.New("a step needs more than it may")
}

func changeOf(before callflow.State, in callflow.Input, r callflow.Reply) store.Change {
	change := store.Change{Made: in.Recording, Seconds: in.Seconds, Keep: r.Keep, Drop: r.Drop}
	if in.Recording != "" {
		change.Matter = before.Matter()
		if !before.AwaitsSound() && change.Keep == "" { // nobody asked for it now; it is not thrown away
			change.Keep = in.Recording
		}
	}
	return change
}

// End lets the conversation keep what was said, and wipes the rest. Error: fault.NotFound when the call has ended before.
func (l *line) End(ctx context.Context, sid string, now time.Time) error {
	call, _, err := l.calls.Load(ctx, sid, -1, "")
	if err != nil {
		return err
	}
	before := call.State
	_, reply, confirmed, err := l.decide(ctx, call, web.Turn{Call: sid, Input: callflow.Input{HungUp: true}, Now: now})
	if err == nil && confirmed != nil {
		err = l.counter.SaveDraft(ctx, intake.Phone, call.KeyOf(confirmed.TipMatter()), tipOff(*confirmed), now)
	}
	if err != nil {
		return err
	}
	l.signOut(ctx, sid)
	return l.calls.End(ctx, call, changeOf(before, callflow.Input{}, reply), before.AwaitsSound(), now)
}

func (l *line) Recorded(ctx context.Context, call, recording, matter string, seconds int, now time.Time) error {
	return l.calls.Recorded(ctx, call, recording, matter, seconds, now)
}

func (l *line) Absent(ctx context.Context, call, recording string) error {
	return l.calls.Absent(ctx, call, recording)
}

// Sound fetches the recording that a caller has just made, from the carrier. Error: fault.NotFound for an address that is not of the call's present step.
func (l *line) Sound(ctx context.Context, sid string, step int, nonce string) ([]byte, error) {
	call, _, err := l.calls.Load(ctx, sid, -1, "")
	if err != nil {
		return nil, err
	}
	if call.Step != step || call.Nonce != nonce || call.State.Recording == "" {
		return nil, fault.New(fault.NotFound, "fault.page")
	}
	return l.carrier.Recording(ctx, call.State.Recording, 0)
}

func (l *line) TextReport(ctx context.Context, sid, status string) error {
	return l.texts.Report(ctx, sid, status)
}

// foreign notes a step that is not the call's: of another time, of another call, or of a call that is over.
func (l *line) foreign(ctx context.Context, t web.Turn, refused error) error {
	return errors.Join(refused, l.calls.Note(ctx, audit.Entry{At: t.Now, Actor: l.caller(t.Caller), Role: "caller", Action: "foreign call step", Subject: "call:" + l.short("call", t.Call), Refused: true}))
}

func (l *line) signedIn(ctx context.Context, call store.Call) int64 {
	if !call.State.SignedIn {
		return 0
	}
	person, err := l.calls.SignedIn(ctx, call.SID)
	if err != nil {
		l.log.Warn("who is signed in on a call is not known", "error", err.Error())
	}
	return person
}

func (l *line) signOut(ctx context.Context, sid string) {
	if err := l.calls.SignOut(ctx, sid); err != nil {
		l.log.Warn("a sign-in on a call ends by itself only", "error", err.Error())
	}
}

// park must not be stopped by the deadline that made it necessary.
func (l *line) park(ctx context.Context, t web.Turn) {
	if err := l.calls.Park(context.WithoutCancel(ctx), t.Call, t.Nonce, t.Input); err != nil {
		l.log.Warn("what a caller did could not be parked", "error", err.Error())
	}
}

func (l *line) parked(ctx context.Context, t web.Turn) callflow.Input {
	in, ok, err := l.calls.Parked(ctx, t.Call, t.Nonce)
	if err != nil {
		l.log.Warn("what a caller did could not be found again", "error", err.Error())
	}
	if !ok {
		return callflow.Input{Again: true, Today: t.Input.Today}
	}
	return in
}

// caller is how limits and the audit log know a caller: by a keyed hash of the number.
func (l *line) caller(number string) string { return "caller:" + l.short("caller", number) }

func (l *line) short(domain, value string) string {
	return hex.EncodeToString(l.hash.Sum(domain, value)[:12])
}

func tipOff(s callflow.State) intake.TipOff {
	t := intake.TipOff{Channel: intake.Phone, Kind: intake.Kind(s.Tip.Kind), EmployerUSCC: s.Tip.EmployerUSCC, EmployerName: s.Tip.EmployerName, Region: s.Tip.Region, From: s.Tip.From,
		Named: s.Tip.Named, OwnRights: s.Tip.Named, Language: s.Lang}
	if t.EmployerName == "" {
		t.EmployerName = "（见录音）"
	}
	if strings.TrimSpace(s.Tip.Kind) == "" {
		t.Kind = intake.Other
	}
	return t
}
