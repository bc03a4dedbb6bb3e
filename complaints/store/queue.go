package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
)

// View is a built-in view of the queue.
type View string

// The views. All but Again and All show open cases only, and none shows a case that follows another.
const (
	Waiting  View = "waiting"  // nobody's yet
	Mine     View = "mine"     // the asker's
	Overdue  View = "overdue"  // the limit has passed
	Today    View = "today"    // due today
	Soon     View = "soon"     // due within the days that are warned of, and not today
	Raised   View = "raised"   // told to a supervisor
	Approval View = "approval" // decisions that wait for a second person
	Employer View = "employer" // served: the employer has time to obey
	Fresh    View = "fresh"    // came since the asker last signed in
	Open     View = "open"
	Again    View = "again" // over, and their reporters have written since
	All      View = "all"   // with what is over
)

const openOnly = `c.state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn', 'merged')`

// views in the order in which they are shown. $3 is the asker, $4 today, $5 the last day that is warned of, $6 the sign-in before the present one.
var views = [...]struct {
	view      View
	condition string
}{
	{Waiting, `c.owner_id IS NULL`},
	{Mine, `c.owner_id = $3`},
	{Overdue, `c.sort_due < $4`},
	{Today, `c.sort_due = $4`},
	{Soon, `c.sort_due > $4 AND c.sort_due <= $5`},
	{Raised, `c.alarm >= 2`},
	{Approval, `c.state = 'decision_proposed'`},
	{Employer, `c.state = 'notified'`},
	{Fresh, `c.received_at > $6`},
	{Open, `true`},
}

// Views in the order in which they are shown.
func Views() []View {
	var list []View
	for _, v := range views {
		list = append(list, v.view)
	}
	return append(list, Again, All)
}

// Filter is what of a view is listed. Empty fields do not matter.
type Filter struct {
	View                       string
	State, Route, Kind         string
	Channel, Region, Tag       string
	Owner                      int32 // -1 is nobody
	Search                     string
	AfterDue                   calendar.Date // with AfterID the last row of the page before; no date sorts last
	AfterID                    int64
	DueFrom, DueTo, ReceivedOn calendar.Date
}

// line is what a list shows of a case. The number of the lead and the followers are looked up for those few that have them.
const line = `c.id, c.number, c.route, c.kind, c.employer_name, coalesce(c.owner_id, 0), coalesce(o.name, ''), c.received_at, c.state, c.due, c.clock_duty, c.clock_unit, c.paused_on, c.provisional, c.tell_by,
	c.alarm, c.tags, c.wrote_again_at IS NOT NULL, CASE WHEN c.lead_id IS NULL THEN '' ELSE (SELECT l.number FROM complaints.complaint l WHERE l.id = c.lead_id) END,
	CASE WHEN EXISTS (SELECT FROM complaints.complaint f WHERE f.lead_id = c.id) THEN (SELECT count(*) FROM complaints.complaint f WHERE f.lead_id = c.id) ELSE 0 END`

// scanLines appends what line reads to a list.
func scanLines(rows pgx.Rows, list []Case) ([]Case, error) {
	var c Case
	var due, paused, tell pgtype.Date
	into := []any{&c.ID, &c.Number, (*string)(&c.Route), &c.Kind, &c.EmployerName, &c.Owner, &c.OwnerName, &c.ReceivedAt, (*string)(&c.State), &due, (*string)(&c.Clock.Duty), (*string)(&c.Clock.Unit), &paused,
		&c.Provisional, &tell, (*int)(&c.Alarm), &c.Tags, &c.WroteAgain, &c.Lead, &c.Followers}
	_, err := pgx.ForEachRow(rows, into, func() error {
		c.Received = calendar.DateOf(c.ReceivedAt)
		c.Due, c.Paused, c.TellBy = dayOf(due), dayOf(paused), dayOf(tell)
		list = append(list, c)
		return nil
	})
	return list, err
}

func dayOf(d pgtype.Date) calendar.Date {
	if !d.Valid {
		return calendar.Date{}
	}
	return calendar.DateOf(d.Time)
}

// Queue lists cases that match, the nearest deadline first, and says whether there are more; of each it reads what line names. Every page costs what the first one costs.
// Error: fault.Invalid (fault.desk.search) for words of which nothing can be looked up.
func (s *Store) Queue(ctx context.Context, who Staff, f Filter, now time.Time, limit int) (list []Case, more bool, err error) {
	q := s.scopedQuery(who, now)
	if err := q.filter(f); err != nil {
		return nil, false, err
	}
	inOrder := f.Search == "" && len(who.Region) <= wideRegion
	after := `(c.sort_due, c.id) > (?::date, ?::bigint)`
	if inOrder {
		q.conditions[0], after = scopedInOrder, `(c.sort_due, c.id) > ((SELECT ?::date), (SELECT ?::bigint))`
	}
	if f.AfterID != 0 {
		q.and(after, sortKey(f.AfterDue), f.AfterID)
	}
	args := q.args
	if !inOrder { // planned with its values: how small a region is, and how common a search's pairs are, decides which index is walked
		args = append([]any{pgx.QueryExecModeCacheDescribe}, args...)
	}
	rows, err := s.pool.Query(ctx, `SELECT `+line+` FROM `+caseTables+q.joins+` WHERE `+q.where()+` ORDER BY c.sort_due, c.id LIMIT `+strconv.Itoa(limit+1), args...)
	if err != nil {
		return nil, false, postgres.Classify(fmt.Errorf("list queue: %w", err))
	}
	list, err = scanLines(rows, make([]Case, 0, limit+1))
	if err != nil {
		return nil, false, postgres.Classify(fmt.Errorf("list queue: %w", err))
	}
	if len(list) > limit {
		return list[:limit], true, nil
	}
	return list, false, nil
}

// wideRegion is how many digits the region of a province or a city has: whoever works for one meets their cases in every stretch of the order.
const wideRegion = 4

func sortKey(d calendar.Date) string {
	if d.IsZero() {
		return "infinity"
	}
	return d.String()
}

// query is a condition within the scope of who asks, with its arguments. The first six arguments are always there.
type query struct {
	joins      string
	conditions []string
	args       []any
}

func (s *Store) scopedQuery(who Staff, now time.Time) *query {
	today := calendar.DateOf(now)
	return &query{conditions: []string{scoped, `($3::int, $4::date, $5::date, $6::timestamptz) IS NOT NULL`},
		args: []any{who.Region, who.reader(), who.ID, today.Time(), lifecycle.WarnedTo(today, s.rules()).Time(), who.SignedInBefore}}
}

func (q *query) where() string { return strings.Join(q.conditions, " AND ") }

// and adds a condition; each ? becomes the number of an argument.
func (q *query) and(condition string, args ...any) {
	for _, a := range args {
		q.args = append(q.args, a)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(q.args)), 1)
	}
	q.conditions = append(q.conditions, condition)
}

func (q *query) filter(f Filter) error {
	switch View(f.View) {
	case All:
	case Again:
		q.conditions = append(q.conditions, `c.wrote_again_at IS NOT NULL`)
	default:
		q.conditions = append(q.conditions, openOnly)
	}
	for _, v := range views {
		if v.view == View(f.View) {
			q.conditions = append(q.conditions, v.condition)
		}
	}
	for _, e := range []struct{ condition, value string }{{`c.state = ?`, f.State}, {`c.route = ?`, f.Route}, {`c.kind = ?`, f.Kind}, {`c.channel = ?`, f.Channel}, {`? = ANY (c.tags)`, f.Tag}, {`starts_with(c.region, ?)`, f.Region}} {
		if e.value != "" {
			q.and(e.condition, e.value)
		}
	}
	switch {
	case f.Owner < 0:
		q.and(`c.owner_id IS NULL`)
	case f.Owner > 0:
		q.and(`c.owner_id = ?`, f.Owner)
	}
	if !f.DueFrom.IsZero() {
		q.and(`c.sort_due >= ?`, f.DueFrom.Time())
	}
	if !f.DueTo.IsZero() {
		q.and(`c.sort_due <= ?`, f.DueTo.Time())
	}
	if f.Search == "" {
		return nil
	}
	return q.search(f.Search)
}

// Counts counts every view of open cases, in one pass over an index, and those whose reporters wrote again; how many there are in all nobody needs to know, and it is not counted.
func (s *Store) Counts(ctx context.Context, who Staff, now time.Time) (map[View]int, error) {
	q := s.scopedQuery(who, now)
	var columns []string
	counts, into := make([]int, len(views)+1), make([]any, len(views)+1)
	for i, v := range views {
		columns = append(columns, `count(*) FILTER (WHERE `+v.condition+`)`)
		into[i] = &counts[i]
	}
	columns = append(columns, `(SELECT count(*) FROM complaints.complaint c WHERE `+q.where()+` AND c.wrote_again_at IS NOT NULL)`)
	into[len(views)] = &counts[len(views)]
	err := s.pool.QueryRow(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM complaints.complaint c WHERE `+q.where()+` AND `+openOnly, q.args...).Scan(into...)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("count queue: %w", err))
	}
	byView := map[View]int{Again: counts[len(views)]}
	for i, v := range views {
		byView[v.view] = counts[i]
	}
	return byView, nil
}

// Drafts are tip-offs that nobody filed, such as calls that were hung up, within the scope and untouched for a quarter of an hour.
func (s *Store) Drafts(ctx context.Context, who Staff, now time.Time) ([]intake.Incomplete, error) {
	if who.reader() == 0 {
		return nil, nil
	}
	all, err := s.desk.IncompleteDrafts(ctx, now.Add(-quiet), 20)
	if err != nil {
		return nil, postgres.Classify(err)
	}
	var list []intake.Incomplete
	for _, d := range all {
		if d.TipOff.Region == "" || strings.HasPrefix(d.TipOff.Region, who.Region) {
			list = append(list, d)
		}
	}
	return list, nil
}

// quiet is how long a draft is left to whoever may still be filing it.
const quiet = 15 * time.Minute

// claimNext gives the first waiting case within the scope to $3, whoever else asks at the same moment; the intake ($5) only what is not accepted yet, and an audit only to who may
// be assigned one. One statement says, does and notes it, in one round trip.
const claimNext = `
	WITH claimed AS (
		UPDATE complaints.complaint SET owner_id = $3, claimed_at = $4, state = CASE WHEN state = 'received' THEN 'screening' ELSE state END, version = version + 1
		WHERE id = (SELECT c.id FROM complaints.complaint c WHERE c.owner_id IS NULL AND c.due IS NOT NULL AND c.state <> 'merged' AND ((SELECT NOT $5::boolean) OR c.state IN ('received', 'screening'))
			AND (c.route <> 'audit' OR (SELECT complaints.audit_unfit($3, ($4::timestamptz AT TIME ZONE 'Asia/Shanghai')::date)) = '') AND ` + scopedInOrder + ` ORDER BY c.due, c.id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, number, region
	), told AS (
		INSERT INTO complaints.event (complaint_id, at, staff_id, what, text) SELECT id, $4, $3, 'claimed', '' FROM claimed
	), noted AS (
		` + audit.Insert + `SELECT 'complaints', $4, $6, $7, 'claim', 'case:' || number, number, '', 'done' FROM claimed
	)
	SELECT number, region FROM claimed`

// ClaimNext gives the waiting case with the nearest deadline to a member of staff, who thereby screens it; two who ask at once get two cases.
// Error: fault.NotFound (fault.desk.none).
func (s *Store) ClaimNext(ctx context.Context, who Staff, now time.Time) (number string, err error) {
	var region string
	err = s.pool.QueryRow(ctx, claimNext, who.Region, who.reader(), who.ID, now, who.Role == lifecycle.Intake, fmt.Sprintf("staff:%d", who.ID), string(who.Role)).Scan(&number, &region)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.NotFound, "fault.desk.none")
	}
	if err != nil {
		return "", postgres.Classify(fmt.Errorf("claim next: %w", err))
	}
	s.changed(ctx, number, region)
	return number, nil
}
