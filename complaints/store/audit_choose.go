package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/lifecycle"
	"shebao/complaints/supervision"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

// signsOf reads the signs of employers within a scope ($1), without those in a plan of the year ($3) already or that the asker ($2) must keep away from; of some
// employers ($5), or of all whose name holds some words ($6). Tip-offs count for two years ($4): 劳动保障监察条例 art. 20. The base is compared with that of the city.
const signsOf = `
	WITH local AS (
		SELECT left(region, 4) AS city, sum(average_base * headcount)::bigint / nullif(sum(headcount), 0) AS base FROM complaints.employer_sign GROUP BY 1
	), tipped AS (
		SELECT employer_uscc, count(*) AS n FROM complaints.complaint
		WHERE employer_uscc <> '' AND received_at > $4 AND route IN ('labour_inspection_complaint', 'labour_inspection_tipoff', 'audit_tipoff') AND state NOT IN ('rejected', 'withdrawn') GROUP BY 1
	), months AS (
		SELECT employer_id, count(DISTINCT period) AS n FROM complaints.debtor_line GROUP BY 1
	), audited AS (
		SELECT DISTINCT employer_uscc FROM complaints.complaint WHERE route = 'audit'
	), broken AS (
		SELECT employer_id FROM complaints.repayment_plan WHERE ended_on IS NULL AND standing = 'broken'
	)
	SELECT g.employer_id, g.uscc, g.name, g.region, coalesce(d.owed_before + d.owed_after, 0), coalesce(m.n, 0)::int, g.headcount, g.headcount_before, g.average_base, coalesce(l.base, 0)::bigint,
		coalesce(t.n, 0)::int, a.employer_uscc IS NULL, b.employer_id IS NOT NULL
	FROM complaints.employer_sign g JOIN local l ON l.city = left(g.region, 4)
	LEFT JOIN complaints.debtor d ON d.employer_id = g.employer_id LEFT JOIN months m ON m.employer_id = g.employer_id LEFT JOIN tipped t ON t.employer_uscc = g.uscc
	LEFT JOIN audited a ON a.employer_uscc = g.uscc LEFT JOIN broken b ON b.employer_id = g.employer_id
	WHERE starts_with(g.region, $1) AND ($5::integer[] IS NULL OR g.employer_id = ANY ($5)) AND ($6 = '' OR strpos(lower(g.name), lower($6)) > 0)
		AND NOT EXISTS (SELECT FROM complaints.audit_item i JOIN complaints.audit_plan p ON p.id = i.plan_id WHERE i.employer_id = g.employer_id AND p.year = $3)
		AND NOT EXISTS (SELECT FROM complaints.conflict x WHERE x.staff_id = $2 AND x.lifted_at IS NULL AND x.employer_uscc = g.uscc)`

func readSigns(ctx context.Context, db querier, who Staff, year int, employers []int32, search string, now time.Time) ([]supervision.Candidate, error) {
	rows, err := db.Query(ctx, signsOf, who.Region, who.ID, year, now.AddDate(-2, 0, 0), employers, search)
	if err != nil {
		return nil, fmt.Errorf("read signs: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (supervision.Candidate, error) {
		var c supervision.Candidate
		err := row.Scan(&c.EmployerID, &c.USCC, &c.Name, &c.Region, &c.Owed, &c.MonthsOwed, &c.Headcount, &c.HeadcountBefore, &c.AverageBase, &c.LocalBase, &c.TipOffs, &c.NeverAudited, &c.PlanBroken)
		c.Points, c.Reasons = supervision.Risk(c.Signs)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("read signs: %w", err)
	}
	return list, nil
}

// Candidates ranks employers of the scope that no plan of the year holds: by risk, or by headcount, which brings the year's on-site target nearest. Error: fault.Denied.
func (s *Store) Candidates(ctx context.Context, who Staff, year int, byHeadcount bool, search string, limit int, now time.Time) ([]supervision.Candidate, error) {
	if !who.seesFigures() {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	list, err := readSigns(ctx, s.pool, who, year, nil, search, now)
	if err != nil {
		return nil, postgres.Classify(err)
	}
	slices.SortFunc(list, func(a, b supervision.Candidate) int {
		first, second := b.Points-a.Points, b.Headcount-a.Headcount
		if byHeadcount {
			first, second = second, first
		}
		switch {
		case first != 0:
			return first
		case second != 0:
			return second
		}
		return int(a.EmployerID - b.EmployerID)
	})
	return list[:min(limit, len(list))], nil
}

// Choice is who is put into the year's plan, why and for when.
type Choice struct {
	Year      int
	Kind      supervision.AuditKind
	Employers []int32
	AuditOn   calendar.Date
	Words     func(supervision.Candidate) string // what the case says of itself
}

// chooseMost bounds what is chosen at once.
const chooseMost = 50

// ChooseAudits makes cases of employers, each in the same lifecycle as every other: it needs no acceptance, and what runs first is the notice three days before. An
// audit on tip-off takes the employer's open tip-off case instead of making another. All or none. Errors: fault.Denied; fault.Invalid, field by field; fault.NotFound
// for an employer outside the scope or planned already; fault.Conflict (fault.audit.open) while an earlier audit of it is open.
func (s *Store) ChooseAudits(ctx context.Context, who Staff, choice Choice, now time.Time) ([]string, error) {
	if who.Role != lifecycle.Supervisor {
		return nil, fault.New(fault.Denied, "fault.desk.role")
	}
	today := calendar.DateOf(now)
	var wrong []fault.Field
	if len(choice.Employers) == 0 || len(choice.Employers) > chooseMost {
		wrong = append(wrong, fault.Field{Name: "employer", Key: "fault.audit.choose", Args: []any{chooseMost}})
	}
	if !slices.Contains(supervision.AuditKinds[:], choice.Kind) {
		wrong = append(wrong, fault.Field{Name: "kind", Key: "fault.audit.kind"})
	}
	if choice.AuditOn.AddDays(lifecycle.AuditNotice.Days).Before(today) {
		wrong = append(wrong, fault.Field{Name: "audit_on", Key: "fault.audit.soon", Args: []any{-lifecycle.AuditNotice.Days}})
	}
	if len(wrong) > 0 {
		return nil, fault.InvalidFields(wrong...)
	}
	var numbers, regions []string
	err := postgres.Tx(ctx, s.pool, func(tx pgx.Tx) error {
		var plan int32
		err := tx.QueryRow(ctx, `SELECT id FROM complaints.audit_plan WHERE year = $1 AND region = $2 FOR UPDATE`, choice.Year, who.Region).Scan(&plan)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "fault.audit.noplan")
		}
		if err != nil {
			return fmt.Errorf("lock plan: %w", err)
		}
		list, err := readSigns(ctx, tx, who, choice.Year, choice.Employers, "", now)
		if err != nil {
			return err
		}
		if len(list) != len(choice.Employers) {
			return fault.New(fault.NotFound, "fault.audit.planned")
		}
		for _, candidate := range list {
			number, err := s.planOne(ctx, tx, who, plan, choice, candidate, now)
			if err != nil {
				return err
			}
			numbers, regions = append(numbers, number), append(regions, candidate.Region)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, number := range numbers {
		s.changed(ctx, number, regions[i])
	}
	return numbers, nil
}

func (s *Store) planOne(ctx context.Context, tx pgx.Tx, who Staff, plan int32, choice Choice, e supervision.Candidate, now time.Time) (number string, err error) {
	var id int64
	var open bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.complaint c WHERE c.employer_uscc = $1 AND c.route = 'audit' AND `+openOnly+`),
		coalesce((SELECT max(c.id) FROM complaints.complaint c WHERE $2 AND c.employer_uscc = $1 AND c.route = 'audit_tipoff' AND c.state IN ('accepted', 'investigating', 'suspended')), 0)`,
		e.USCC, choice.Kind == supervision.TipOff).Scan(&open, &id)
	if err != nil {
		return "", fmt.Errorf("look up open audits: %w", err)
	}
	if open {
		return "", fault.New(fault.Conflict, "fault.audit.open", e.Name)
	}
	if id != 0 {
		if err := tx.QueryRow(ctx, `SELECT number FROM complaints.complaint WHERE id = $1`, id).Scan(&number); err != nil {
			return "", fmt.Errorf("look up tip-off: %w", err)
		}
	} else if id, number, err = s.newAudit(ctx, tx, choice, e, now); err != nil {
		return "", err
	}
	reasons := make([]string, len(e.Reasons))
	for i, r := range e.Reasons {
		reasons[i] = r.Word
	}
	_, err = tx.Exec(ctx, `INSERT INTO complaints.audit_item (plan_id, kind, employer_id, employer_uscc, employer_name, region, headcount, owed, points, reasons, complaint_id, audit_on, chosen_by, chosen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		plan, string(choice.Kind), e.EmployerID, e.USCC, e.Name, e.Region, e.Headcount, e.Owed, e.Points, reasons, id, choice.AuditOn.Time(), who.ID, now)
	if err != nil {
		return "", fmt.Errorf("put into the plan: %w", err)
	}
	if err := event(ctx, tx, id, &who.ID, "planned", choice.AuditOn.String(), now); err != nil {
		return "", err
	}
	return number, s.note(ctx, tx, who, "plan audit", number, string(choice.Kind), now)
}

func (s *Store) newAudit(ctx context.Context, tx pgx.Tx, choice Choice, e supervision.Candidate, now time.Time) (id int64, number string, err error) {
	today := calendar.DateOf(now)
	if number, err = nextNumber(ctx, tx, today.Year); err != nil {
		return 0, "", err
	}
	c, words := lifecycle.NewAudit(today, choice.AuditOn, s.rules()), choice.Words(e)
	from, to := calendar.NewPeriod(choice.Year-1, time.January), today.Period().Add(-1)
	err = tx.QueryRow(ctx, `
		INSERT INTO complaints.complaint (number, channel, route, kind, region, employer_uscc, employer_name, from_period, to_period, words, state, due, received_at, clock_duty, clock_from, clock_days, clock_unit, provisional)
		VALUES ($1, 'plan', $2, 'audit', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`,
		number, string(c.Route), e.Region, e.USCC, e.Name, int32(min(from, to)), int32(to), words, string(c.State), dateArg(c.Due), now,
		string(c.Clock.Duty), dateArg(c.Clock.From), c.Clock.Days, string(c.Clock.Unit), c.Provisional).Scan(&id)
	if err != nil {
		return 0, "", fmt.Errorf("insert audit: %w", err)
	}
	return id, number, index(ctx, tx, id, e.Region, e.Name, e.USCC, words)
}
