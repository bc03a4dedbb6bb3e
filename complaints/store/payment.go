package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/complaints/arrears"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/latefee"
	"shebao/shared/ledger"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// Books is what payments need of the ledger, inside our own transaction.
type Books interface {
	EmployerID(ctx context.Context, tx pgx.Tx, code identity.USCC) (int32, error)
	EmployerRows(ctx context.Context, tx pgx.Tx, employerID int32, from, to calendar.Period, owingOnly bool) ([]ledger.EmployerRow, error)
	RecordPayment(ctx context.Context, tx pgx.Tx, p ledger.Payment, now time.Time) (bool, error)
	ReversePayment(ctx context.Context, tx pgx.Tx, p ledger.Payment, now time.Time) (bool, error)
	LostInterestByMonth(ctx context.Context, tx pgx.Tx, employerID int32, paidOn calendar.Date, months []ledger.LateMonth) ([]money.Fen, error)
	Assess(ctx context.Context, tx pgx.Tx, id string, employerID int32, lines []ledger.AssessedLine, now time.Time) (bool, error)
}

// The ways in which money comes in.
const (
	Transfer = "transfer"  // 银行转账
	Counter  = "counter"   // 窗口缴款
	Debit    = "debit"     // 划拨存款
	Court    = "court"     // 法院执行
	LeftOver = "left_over" // from what earlier payments left
)

// PaymentWays in the order in which they are offered.
var PaymentWays = [...]string{Transfer, Counter, Debit, Court, LeftOver}

// PaymentInput is a payment as somebody entered it.
type PaymentInput struct {
	PaidOn  calendar.Date
	Amount  money.Fen
	Way     string
	Voucher string // of the bank or the counter; none for what was left over
	Tell    func(a arrears.Allocation) string
}

// Preview is what a payment would do, and the mark by which the confirmation knows it again.
type Preview struct {
	Allocation arrears.Allocation
	Rule       string
	Mark       string
	employer   int32
}

// all months that the ledger can hold.
const (
	firstPeriod calendar.Period = 194910
	lastPeriod  calendar.Period = 299912
)

// PreviewPayment books a payment without keeping anything. Errors: fault.NotFound, fault.Invalid field by field, fault.Conflict.
func (s *Store) PreviewPayment(ctx context.Context, who Staff, number string, in PaymentInput, books Books, now time.Time) (p Preview, err error) {
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		p, err = s.preview(ctx, tx, c, in, books, now)
		return err
	})
	return p, err
}

func (s *Store) preview(ctx context.Context, tx pgx.Tx, c Case, in PaymentInput, books Books, now time.Time) (Preview, error) {
	var p Preview
	if err := checkPayment(ctx, tx, in, now); err != nil {
		return p, err
	}
	if err := lockMoney(ctx, tx, c.EmployerUSCC); err != nil {
		return p, err
	}
	if err := enoughLeft(ctx, tx, c.EmployerUSCC, in); err != nil {
		return p, err
	}
	employer, err := employerOf(ctx, tx, c, books)
	if err != nil {
		return p, err
	}
	setting, err := moneySetting(ctx, tx, c.Region)
	if err != nil {
		return p, err
	}
	facts, err := s.employerFacts(ctx, tx, c.EmployerUSCC)
	if err != nil {
		return p, err
	}
	rows, err := books.EmployerRows(ctx, tx, employer, firstPeriod, lastPeriod, true)
	if err != nil {
		return p, err
	}
	fees, err := openFees(ctx, tx, c.EmployerUSCC)
	if err != nil {
		return p, err
	}
	lines, err := arrears.Recompute(setting.Arrears, DeclaredRows(rows), nil)
	if err != nil {
		return p, err
	}
	receipt := arrears.Receipt{Amount: in.Amount, PaidOn: in.PaidOn, Lines: lines, Fees: fees, Facts: facts, Setting: setting.Arrears}
	if err := addInterest(ctx, tx, c.EmployerUSCC, employer, &receipt, books); err != nil {
		return p, err
	}
	if p.Allocation, err = arrears.Allocate(receipt); err != nil {
		return p, err
	}
	p.Rule, p.employer = setting.Name(), employer
	p.Mark, err = markOf(in, p)
	return p, err
}

// markOf is a hash of everything that was shown.
func markOf(in PaymentInput, p Preview) (string, error) {
	content, err := json.Marshal([]any{in.PaidOn, in.Amount, in.Way, in.Voucher, p.Rule, p.Allocation})
	if err != nil {
		return "", fmt.Errorf("mark preview: %w", err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16]), nil
}

// DeclaredRows are rows of the ledger as the arithmetic reads them.
func DeclaredRows(rows []ledger.EmployerRow) []arrears.Declared {
	list := make([]arrears.Declared, len(rows))
	for i, r := range rows {
		list[i] = arrears.Declared{PersonID: r.PersonID, Period: r.Period, Insurance: r.Insurance, Base: r.Base, EmployerDue: r.EmployerDue, EmployerPaid: r.EmployerPaid, PersonDue: r.PersonDue, PersonPaid: r.PersonPaid}
	}
	return list
}

// employerOf is the case's employer in the ledger. It reads in the transaction: a second connection could not be had while all are held by payments that wait.
func employerOf(ctx context.Context, tx pgx.Tx, c Case, books Books) (int32, error) {
	code, err := identity.ParseUSCC(c.EmployerUSCC)
	if err != nil {
		return 0, fault.New(fault.Conflict, "fault.money.employer")
	}
	id, err := books.EmployerID(ctx, tx, code)
	if fault.Is(err, fault.NotFound) {
		return 0, fault.New(fault.Conflict, "fault.money.employer")
	}
	return id, err
}

// checkPayment reports every wrong field.
func checkPayment(ctx context.Context, tx pgx.Tx, in PaymentInput, now time.Time) error {
	var wrong []fault.Field
	switch {
	case in.PaidOn.IsZero():
		wrong = append(wrong, fault.Field{Name: "paid_on", Key: "fault.date"})
	case in.PaidOn.After(calendar.DateOf(now)):
		wrong = append(wrong, fault.Field{Name: "paid_on", Key: "fault.notice.future"})
	}
	if in.Amount <= 0 {
		wrong = append(wrong, fault.Field{Name: "amount", Key: "fault.money.amount"})
	}
	if !slices.Contains(PaymentWays[:], in.Way) {
		wrong = append(wrong, fault.Field{Name: "way", Key: "fault.money.way"})
	}
	switch {
	case in.Way == LeftOver:
	case in.Voucher == "":
		wrong = append(wrong, fault.Field{Name: "voucher", Key: "fault.money.voucher"})
	default:
		var known bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM complaints.payment WHERE voucher = $1 AND reversed_at IS NULL)`, in.Voucher).Scan(&known); err != nil {
			return fmt.Errorf("look up voucher: %w", err)
		}
		if known {
			wrong = append(wrong, fault.Field{Name: "voucher", Key: "fault.money.voucher_known"})
		}
	}
	if len(wrong) > 0 {
		return fault.InvalidFields(wrong...)
	}
	return nil
}

// lockMoney lets payments of one employer wait for each other, whatever case they come from.
func lockMoney(ctx context.Context, tx pgx.Tx, uscc string) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('complaints.payment ' || $1, 0))`, uscc); err != nil {
		return fmt.Errorf("lock the employer's money: %w", err)
	}
	return nil
}

// leftOver is what payments of an employer have left and nobody has used.
func leftOver(ctx context.Context, db querier, uscc string) (money.Fen, error) {
	var left money.Fen
	err := db.QueryRow(ctx, `SELECT coalesce(sum(left_over - CASE WHEN way = 'left_over' THEN amount ELSE 0 END), 0)::bigint FROM complaints.payment WHERE employer_uscc = $1 AND reversed_at IS NULL`, uscc).Scan(&left)
	if err != nil {
		return 0, fmt.Errorf("sum what is left over: %w", err)
	}
	return left, nil
}

func enoughLeft(ctx context.Context, tx pgx.Tx, uscc string, in PaymentInput) error {
	if in.Way != LeftOver {
		return nil
	}
	left, err := leftOver(ctx, tx, uscc)
	if err != nil {
		return err
	}
	if in.Amount > left {
		return fault.InvalidFields(fault.Field{Name: "amount", Key: "fault.money.left", Args: []any{left.Grouped()}})
	}
	return nil
}

// openFees are fees that were charged and are not paid.
func openFees(ctx context.Context, db querier, uscc string) ([]arrears.FeeOwed, error) {
	rows, err := db.Query(ctx, `SELECT period, insurance, sum(charged - paid)::bigint FROM complaints.late_fee_entry WHERE employer_uscc = $1
		GROUP BY period, insurance HAVING sum(charged - paid) > 0 ORDER BY period, insurance`, uscc)
	if err != nil {
		return nil, fmt.Errorf("read late fees: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[arrears.FeeOwed])
	if err != nil {
		return nil, fmt.Errorf("read late fees: %w", err)
	}
	return list, nil
}

// employerFacts are the approved deferrals of an employer, and its bankruptcy as the register of arrears has it.
func (s *Store) employerFacts(ctx context.Context, db querier, uscc string) (arrears.Facts, error) {
	var facts arrears.Facts
	list, err := deferrals(ctx, db, uscc)
	if err != nil {
		return facts, err
	}
	for _, d := range list {
		facts.Deferred = append(facts.Deferred, latefee.Span{From: d.From, To: d.To})
	}
	var accepted, declared *time.Time
	err = db.QueryRow(ctx, `SELECT max(accepted_on), max(declared_on) FROM complaints.debtor WHERE uscc = $1 AND state = 'bankrupt'`, uscc).Scan(&accepted, &declared)
	if err != nil {
		return facts, fmt.Errorf("read the register's bankruptcy: %w", err)
	}
	facts.Accepted, facts.Declared = dateOf(accepted), dateOf(declared)
	return facts, nil
}

// EmployerFacts are what stops or suspends an employer's late fee.
func (s *Store) EmployerFacts(ctx context.Context, uscc string) (arrears.Facts, error) {
	facts, err := s.employerFacts(ctx, s.pool, uscc)
	return facts, postgres.Classify(err)
}

// RegisterPayment keeps a payment as it was previewed: payment, parts, late fees, lost interest, the ledger, timeline, the reporters' mailboxes and the audit log, all or nothing.
// Errors: those of PreviewPayment; fault.Conflict (fault.money.stale) when what is owed has changed since the preview, with nothing kept.
func (s *Store) RegisterPayment(ctx context.Context, who Staff, number string, in PaymentInput, mark string, books Books, now time.Time) (id int64, err error) {
	err = s.change(ctx, who, number, 0, func(tx pgx.Tx, c Case) error {
		p, err := s.preview(ctx, tx, c, in, books, now)
		if err != nil {
			return err
		}
		if p.Mark != mark {
			return fault.New(fault.Conflict, "fault.money.stale")
		}
		if id, err = insertPayment(ctx, tx, who, c, in, p, now); err != nil {
			return err
		}
		if len(p.Allocation.Parts) > 0 {
			if err := bookInLedger(ctx, tx, id, in, p, books, now); err != nil {
				return err
			}
		}
		if err := event(ctx, tx, c.ID, &who.ID, "payment", in.PaidOn.String()+" "+in.Amount.Grouped(), now); err != nil {
			return err
		}
		if in.Tell != nil && p.Allocation.Principal() > 0 {
			if err := s.tellAll(ctx, tx, who, c, in.Tell(p.Allocation), now); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, who, "register payment", c.Number, "", now)
	})
	return id, err
}

// tellAll writes to the reporter of a case and to those of the cases merged into it.
func (s *Store) tellAll(ctx context.Context, tx pgx.Tx, who Staff, c Case, text string, now time.Time) error {
	if err := s.reply(ctx, tx, who, c, text, now); err != nil {
		return err
	}
	followers, err := s.followers(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, f := range followers {
		if err := s.reply(ctx, tx, who, f, text, now); err != nil {
			return err
		}
	}
	return nil
}

// ledgerID is a payment's name in the ledger.
func ledgerID(id int64) string { return fmt.Sprintf("desk-%d", id) }

func bookInLedger(ctx context.Context, tx pgx.Tx, id int64, in PaymentInput, p Preview, books Books, now time.Time) error {
	payment := ledger.Payment{ID: ledgerID(id), EmployerID: p.employer, PaidOn: in.PaidOn}
	for _, part := range p.Allocation.Parts {
		payment.Lines = append(payment.Lines, ledger.PaymentLine{PersonID: part.PersonID, Period: part.Period, Insurance: part.Insurance, EmployerPart: part.Employer, PersonPart: part.Person})
	}
	_, err := books.RecordPayment(ctx, tx, payment, now)
	return err
}

func insertPayment(ctx context.Context, tx pgx.Tx, who Staff, c Case, in PaymentInput, p Preview, now time.Time) (id int64, err error) {
	a := p.Allocation
	booked, err := json.Marshal(a.Booked)
	if err != nil {
		return 0, fmt.Errorf("insert payment: %w", err)
	}
	paid, _ := a.FeePaid()
	interest, _ := a.InterestPaid()
	voucher := in.Voucher
	if in.Way == LeftOver {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) + 1 FROM complaints.payment WHERE employer_uscc = $1 AND way = 'left_over'`, c.EmployerUSCC).Scan(&n); err != nil {
			return 0, fmt.Errorf("number a use of what is left over: %w", err)
		}
		voucher = fmt.Sprintf("%s-%d", c.EmployerUSCC, n)
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO complaints.payment (complaint_id, employer_uscc, paid_on, amount, way, voucher, mode, principal, fee_paid, interest_paid, left_over, rule_version, booked, registered_at, registered_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING id`,
		c.ID, c.EmployerUSCC, dateArg(in.PaidOn), in.Amount, in.Way, voucher, a.Mode, a.Principal(), paid, interest, a.LeftOver, p.Rule, booked, now, who.ID).Scan(&id)
	if postgres.IsUnique(err, "payment_voucher") {
		return 0, fault.InvalidFields(fault.Field{Name: "voucher", Key: "fault.money.voucher_known"})
	}
	if err != nil {
		return 0, fmt.Errorf("insert payment: %w", err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"complaints", "payment_part"}, []string{"payment_id", "person_id", "period", "insurance", "employer", "person"},
		pgx.CopyFromSlice(len(a.Parts), func(i int) ([]any, error) {
			part := a.Parts[i]
			return []any{id, part.PersonID, int32(part.Period), int16(part.Insurance), int64(part.Employer), int64(part.Person)}, nil
		}))
	if err != nil {
		return 0, fmt.Errorf("insert payment's parts: %w", err)
	}
	for _, b := range a.Booked {
		if b.Charged == 0 && b.FeePaid == 0 {
			continue
		}
		_, err := tx.Exec(ctx, `INSERT INTO complaints.late_fee_entry (employer_uscc, payment_id, period, insurance, charged, paid, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			c.EmployerUSCC, id, int32(b.Period), int16(b.Insurance), int64(b.Charged), int64(b.FeePaid), now)
		if err != nil {
			return 0, fmt.Errorf("charge late fee: %w", err)
		}
	}
	return id, keepInterest(ctx, tx, c.EmployerUSCC, id, a.Interest, now)
}
