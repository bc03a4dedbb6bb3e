package portal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/ledger"
	"shebao/shared/postgres"
)

// owedLines are what is owed of one month of the first person, as payments book it.
func (s *site) owedLines(month calendar.Period) (employer int32, lines []ledger.PaymentLine) {
	s.t.Helper()
	year, err := s.book.PersonYear(s.t.Context(), s.person(number), month.Year())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, row := range year.Rows {
		if row.Period == month && row.Owed() > 0 {
			employer = row.EmployerID
			lines = append(lines, ledger.PaymentLine{PersonID: s.person(number), Period: month, Insurance: row.Insurance, EmployerPart: row.EmployerDue - row.EmployerPaid, PersonPart: row.PersonDue - row.PersonPaid})
		}
	}
	if len(lines) == 0 {
		s.t.Fatalf("nothing is owed of %s", month)
	}
	return employer, lines
}

// inLedger does what the desk does to the ledger.
func (s *site) inLedger(do func(ctx context.Context, tx pgx.Tx) error) {
	s.t.Helper()
	if err := postgres.Tx(s.t.Context(), s.pool, func(tx pgx.Tx) error { return do(s.t.Context(), tx) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) pay(id string, on calendar.Date, employer int32, lines ...ledger.PaymentLine) {
	s.t.Helper()
	s.inLedger(func(ctx context.Context, tx pgx.Tx) error {
		_, err := s.book.RecordPayment(ctx, tx, ledger.Payment{ID: id, EmployerID: employer, PaidOn: on, Lines: lines}, s.now)
		return err
	})
}

func (b *browser) homeText() string {
	b.t.Helper()
	return strings.ReplaceAll(b.page("/"), "\u00a0", " ")
}

// Demanded, partly paid, made good: the person watches each step with its day, on the first page and on the month's, and sees at the next visit what has changed.
func TestArrearsAreWatchedFromTheDemandToTheMonthMadeGood(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	lacks(t, "the first visit", b.homeText(), "以来的变化", "欠费追缴进度")
	employer, march := s.owedLines(202503)
	_, april := s.owedLines(202504)
	s.inLedger(func(ctx context.Context, tx pgx.Tx) error {
		months := []ledger.DemandedMonth{{PersonID: s.person(number), Period: 202503}, {PersonID: s.person(number), Period: 202504}}
		return s.book.RecordDemand(ctx, tx, ledger.Demand{ID: "1", Number: "浙社稽催〔2026〕9号", EmployerID: employer, ServedOn: calendar.NewDate(2026, 11, 16), PayBy: calendar.NewDate(2026, 11, 23), Months: months}, s.now)
	})
	has(t, "once demanded", b.homeText(), "欠费追缴进度", "2025 年 3 月、4 月", "2026-11-16 送达单位，文号 浙社稽催〔2026〕9号，限 2026-11-23 前缴清", "还欠")
	s.now = s.now.Add(11 * time.Second) // whether an employer is chased is kept for ten
	const note = "2026-11-16 已催缴，还欠 7,487.51"
	has(t, "the statement's table", b.page("/statement/2025"), note)
	has(t, "the months with something wrong", b.page("/statement/2025?only=gaps"), note)
	if march := b.statement(2025).Months[2].Recovery; march.Owed != "7487.51" || len(march.Steps) != 1 || march.Steps[0].Kind != "demanded" || march.Steps[0].PayBy != "2026-11-23" || march.Steps[0].Number != "浙社稽催〔2026〕9号" {
		t.Errorf("March in the document: %+v", march)
	}
	if june := b.statement(2025).Months[0].Recovery; june.Owed != "" {
		t.Errorf("a month that was paid: %+v", june)
	}
	lacks(t, "in the same visit", b.homeText(), "以来的变化")

	s.pay("1", calendar.NewDate(2026, 11, 20), employer, march[0])
	s.pay("2", calendar.NewDate(2026, 11, 23), employer, append(march[1:], april[0])...)
	s.now = s.now.Add(25 * time.Hour)
	b = s.signedIn()
	page := b.homeText()
	has(t, "the next visit", page, "上次来访（2026-11-23 10:30）以来的变化", "已补缴", "2025 年 3 月，共 7,487.51 元", "补缴了一部分", "2025 年 4 月，补了 ",
		"2026-11-20 到账 ", "2026-11-23 到账 ", "最晚 2025-")
	if again := b.homeText(); again != page {
		t.Error("opened again, the page tells something else")
	}
	has(t, "the month made good", strings.ReplaceAll(b.page("/statement/2025/3"), "\u00a0", " "), "这个月的追缴进度", "▲", "◐", "↻", "2026-11-16", "2026-11-20", "2026-11-23")
	april4 := b.page("/statement/2025/4")
	has(t, "the month partly paid", april4, "▲", "◐", "还欠")
	table := b.page("/statement/2025")
	has(t, "the statement's table", table, "2026-11-23 补到账", "2026-11-23 补了一部分，还欠 ")
	lacks(t, "the statement's table", table, note)
	if months := b.statement(2025).Months; months[2].Recovery.Owed != "0.00" || len(months[2].Recovery.Steps) != 3 || months[3].Recovery.Steps[1].Kind != "partpaid" {
		t.Errorf("March %+v, April %+v", months[2].Recovery, months[3].Recovery)
	}
	lacks(t, "a month of which nothing was owed", b.page("/statement/2025/1"), "追缴进度")
	s.now = s.now.Add(25 * time.Hour)
	b = s.signedIn()
	has(t, "a visit later", b.homeText(), "以来的变化", "没有变化")
	b.cookies["lang"] = "en"
	has(t, "in English", b.homeText(), "What changed since your last visit", "How arrears are being recovered", "CNY ", "served on the employer on 16 November 2026")
	b.cookies["lang"], b.cookies["ui"] = "zh-CN", "elder"
	has(t, "for elders", b.homeText(), "欠费追缴进度", "没有变化")
}

// A helper's look is no visit of the person's, and what was filed, issued and looked at meanwhile is told.
func TestWhatChangedTellsOfPapersObjectionsAndLooks(t *testing.T) {
	s := newSite(t)
	person := s.signedIn()
	person.homeText()
	if status, to := person.grants(false); status != 303 {
		t.Fatalf("granting: %d %s", status, to)
	}
	if status, to := person.do("POST", "/objection", with(objection("do", "file"), "key", person.key(person.page("/objection")))); status != 303 {
		t.Fatalf("filing: %d %.200s", status, to)
	}
	s.now = s.now.Add(2 * time.Hour)
	helper := s.otherSignedIn()
	helper.helpsFirst()
	lacks(t, "the helper's first page", helper.homeText(), "以来的变化")
	if _, err := s.pool.Exec(t.Context(), `UPDATE intake.mailbox SET status = 'accepted', status_at = $1`, s.now); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(24 * time.Hour)
	has(t, "the person's", s.signedIn().homeText(), "上次来访（2026-11-23 10:30）以来的变化", "您的异议：", "次他人查看您的记录")
}

// What stands in the database in another program's form is no reason to show nothing.
func TestAnUnreadableVisitHidesNothingElse(t *testing.T) {
	s := newSite(t)
	b := s.signedIn()
	b.homeText()
	if _, err := s.pool.Exec(t.Context(), `UPDATE portal.visit SET outline = '\xff00'`); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(48 * time.Hour)
	has(t, "home", s.signedIn().homeText(), "148,979.42", "以来的变化")
	if _, err := s.pool.Exec(t.Context(), `ALTER TABLE portal.visit RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	page := s.signedIn().homeText()
	has(t, "home without visits", page, "148,979.42")
	lacks(t, "home without visits", page, "以来的变化")
}
