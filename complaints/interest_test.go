package complaints

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// newTillOnTime is a till of a region that books late months as if they had been paid on time, in the February after: each of the three people has lost 9.01 of interest on July (3.60),
// August (3.00) and September (2.40), by the last published rate.
func newTillOnTime(t *testing.T) till {
	t.Helper()
	x := newTill(t)
	x.policy("B")
	x.at = time.Date(2027, 2, 10, 2, 0, 0, 0, time.UTC)
	x.li, x.head = x.staff("li2", lifecycle.Investigator, "3304"), x.staff("head2", lifecycle.Supervisor, "3304")
	x.exec(`UPDATE complaints.complaint SET owner_id = (SELECT id FROM complaints.staff WHERE account = 'li2')`)
	return x
}

func (x till) policy(letter string) {
	x.t.Helper()
	rules := filepath.Join(x.t.TempDir(), "r.csv")
	if err := os.WriteFile(rules, []byte("行政区划代码,补缴记账办法,计息办法\n330400,"+letter+",月积数法\n"), 0o600); err != nil {
		x.t.Fatal(err)
	}
	if _, err := x.book.Import(x.t.Context(), ledger.Rules, rules, ledger.Options{Now: x.at}); err != nil {
		x.t.Fatal(err)
	}
}

const february = "2027-02-10"

// interest is what the book of lost interest holds: charged and paid.
func (x till) interest() string {
	return x.value(`SELECT coalesce(sum(charged), 0)::bigint || ' ' || coalesce(sum(paid), 0)::bigint FROM complaints.interest_entry`)
}

// addsUp: every payment's parts, entries and lines say the same.
func (x till) addsUp() {
	x.t.Helper()
	if n := x.value(`SELECT count(*) FROM complaints.payment p WHERE principal + fee_paid + interest_paid + left_over <> amount
		OR interest_paid <> (SELECT coalesce(sum((b->>'interest_paid')::numeric), 0) * 100 FROM jsonb_array_elements(booked) b)
		OR reversed_at IS NULL AND interest_paid <> (SELECT coalesce(sum(paid), 0) FROM complaints.interest_entry e WHERE e.payment_id = p.id)
		OR reversed_at IS NOT NULL AND EXISTS (SELECT FROM complaints.interest_entry e WHERE e.payment_id = p.id HAVING sum(charged) <> 0 OR sum(paid) <> 0)`); n != "0" {
		x.t.Errorf("%s payments do not add up", n)
	}
	if _, differ, err := x.book.Verify(x.t.Context()); err != nil || len(differ) > 0 {
		x.t.Errorf("packed rows differ: %v, %v", differ, err)
	}
}

// A payment of all that is demanded books principal, interest and fee, and leaves nothing over; undone, nothing of it stays.
func TestAPaymentBooksTheLostInterest(t *testing.T) {
	x := newTillOnTime(t)
	calculation := x.keep("paid_on", february)
	kept := x.get(x.li, "/cases/2026-000001/calc/"+calculation)
	total := regexp.MustCompile(`合计</dt>\s*<dd[^>]*>([0-9,.]+) 元`).FindStringSubmatch(kept.body)
	if total == nil {
		t.Fatal("no total")
	}
	preview := x.post(x.li, "/cases/2026-000001/payments", "do", "preview", "paid_on", february, "amount", total[1], "voucher", "V1", "way", "transfer")
	x.want(preview, 200, "本次应收补缴利息", "实收补缴利息", "27.00 元", "实收利息（元）", "10.80", "9.00", "7.20")
	x.want(x.payOn(february, "transfer", total[1], "V1"), 303)
	if left := x.value(`SELECT principal || ' ' || interest_paid || ' ' || left_over FROM complaints.payment`); left != "1836000 2700 0" {
		t.Errorf("principal, interest and what is left: %s", left)
	}
	x.addsUp()
	x.want(x.get(x.li, "/cases/2026-000001/payments"), 200, "补缴利息账", "不计入征缴和清欠数字", "未缴补缴利息", "0.00 元")
	x.want(x.get(x.li, "/employers/"+debtor), 200, "补缴利息账", "实收补缴利息")
	x.want(x.post(x.li, "/cases/2026-000001/payments/1/reverse", "reason-1", "退票"), 303)
	if got := x.interest(); got != "0 0" {
		t.Errorf("undone, the book holds %s", got)
	}
	x.addsUp()
}

// Principal first: money that covers nothing more leaves the interest open, which the case, the calculation, the demand and the next payment know of.
func TestInterestThatIsNotPaidStaysOpen(t *testing.T) {
	x := newTillOnTime(t)
	x.agency()
	x.keep("paid_on", february)
	x.want(x.payOn(february, "transfer", "18360.00", "V1"), 303)
	if got, owes := x.interest(), x.ledgerOwes(); got != "2700 0" || owes != "0" {
		t.Errorf("the book holds %s, and %s is owed", got, owes)
	}
	x.want(x.get(x.li, "/cases/2026-000001/payments"), 200, "未缴补缴利息", "27.00 元")
	x.want(x.get(x.li, "/employers/"+debtor), 200, "补缴利息", "27.00 元")

	var fees money.Fen // charged with the principal and open too: a demand names what is left of everything
	if err := x.pool.QueryRow(t.Context(), `SELECT sum(charged - paid)::bigint FROM complaints.late_fee_entry`).Scan(&fees); err != nil || fees == 0 {
		t.Fatal(fees, err)
	}
	calculation := x.keep("paid_on", february)
	x.want(x.get(x.li, "/cases/2026-000001/calc/"+calculation), 200, "应随本金缴纳的补缴利息尚有 27.00 元未缴", "27.00 元")
	x.want(x.get(x.li, "/cases/2026-000001/calc"), 200, "欠缴 0.00，滞纳金 0.00，合计 "+(2700+fees).Grouped())
	id := x.draft(notice.Demand, calculation)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+id, append(x.filledIn(id, calculation), "do", "check")...), 200, "本金已缴清", "此前未缴的补缴利息", "27.00 元", "此前缴款已计收、未缴的滞纳金", fees.Grouped()+" 元", (2700+fees).Grouped()+" 元（人民币")
	x.want(x.issue(id), 303)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+id+"/end", "do", "withdraw", "reason", "改由单位到窗口缴纳"), 303)

	version := func() string { return x.value(`SELECT version FROM complaints.complaint`) }
	at := "/cases/2026-000001/act"
	x.want(x.post(x.li, at, "version", version(), "action", "propose_decision", "ground", "unpaid", "reason", "查实", "text", "已责令补缴。"), 303)
	x.want(x.post(x.head, at, "version", version(), "action", "approve_decision"), 303)
	x.want(x.post(x.li, at, "version", version(), "action", "close", "text", "已办结。"), 422, "请写明未缴清就办结的理由")
	x.want(x.payOn(february, "transfer", "27.00", "V2"), 303)
	if got, second := x.interest(), x.value(`SELECT principal || ' ' || fee_paid || ' ' || interest_paid || ' ' || left_over FROM complaints.payment WHERE voucher = 'V2'`); got != "2700 2700" || second != "0 0 2700 0" {
		t.Errorf("the book holds %s, the payment is booked to %s", got, second)
	}
	x.addsUp()
	x.want(x.post(x.li, "/cases/2026-000001/payments/1/reverse", "reason-1", "退票"), 409, "请先撤销之后的缴款")
	x.want(x.post(x.li, at, "version", version(), "action", "close", "text", "已办结。"), 422, "请写明未缴清就办结的理由") // the fees
	x.want(x.payOn(february, "transfer", fees.String(), "V3"), 303)
	x.want(x.post(x.li, at, "version", version(), "action", "close", "text", "已办结。"), 303)
}

// However the money comes, in parts, out of what was left over or with another case's, the interest is the same, and what a bounced payment leaves behind is charged once.
func TestInterestOfPartsIsThatOfTheWhole(t *testing.T) {
	x := newTillOnTime(t)
	x.want(x.payOn(february, "transfer", "6120.00", "V1"), 303) // July whole: 3 × 3.60
	if got := x.interest(); got != "1080 0" {
		t.Errorf("after July the book holds %s", got)
	}
	x.want(x.payOn(february, "transfer", "1000.00", "V2"), 303) // nobody's August is whole
	if got := x.interest(); got != "1080 0" {
		t.Errorf("after a part of August the book holds %s", got)
	}
	x.want(x.payOn(february, "transfer", "440.00", "V3"), 303) // one person's August
	if got := x.interest(); got != "1380 0" {
		t.Errorf("after one person's August the book holds %s", got)
	}
	x.want(x.post(x.li, "/cases/2026-000001/payments/2/reverse", "reason-2", "退票"), 303) // that August is not whole any more, and was charged with V3
	if got, owes := x.interest(), x.ledgerOwes(); got != "1380 0" || owes != "1180000" {
		t.Errorf("after the reversal the book holds %s, and %s is owed", got, owes)
	}
	calculation := x.keep("paid_on", february)
	x.want(x.get(x.li, "/cases/2026-000001/calc/"+calculation), 200, "13.20", "尚有 13.80 元未缴") // 27.00 less what has been charged
	x.want(x.payOn(february, "transfer", "20000.00", "V4"), 303)                              // the rest, all interest, all fees, and more
	if got := x.interest(); got != "2700 2700" {
		t.Errorf("in the end the book holds %s", got)
	}
	x.addsUp()
	x.exec(`UPDATE ledger.contribution SET employer_paid = 0, person_paid = 0, paid_on = NULL WHERE period = 202606 AND insurance = 110`)
	x.want(x.payOn(february, "left_over", "4320.00", ""), 303)
	if got := x.interest(); got != "3960 2700" { // June: 3 × 4.20, and no money for it
		t.Errorf("after June the book holds %s", got)
	}
	x.addsUp()
}

// A truer base that an audit finds later makes a month that was good a late one again: of its interest only what is more than was charged before falls due.
func TestInterestOfATruerBase(t *testing.T) {
	x := newTillOnTime(t)
	x.agency()
	x.want(x.payOn(february, "transfer", "6120.00", "V1"), 303)
	id := x.keep("paid_on", february, "from", "2026-07", "to", "2026-07", "findings", "* 2026-07 2026-07 8000")
	x.want(x.get(x.li, "/cases/2026-000001/calc/"+id), 200, "补缴利息 3.60 元", "尚有 10.80 元未缴") // 640.00 × 6 × 1.50 % ÷ 12 for each of three people, less what was charged
	x.want(x.post(x.li, "/cases/2026-000001/calc/"+id+"/assess"), 303)
	x.want(x.payOn(february, "transfer", "30000.00", "V2"), 303)
	if got, owes := x.interest(), x.ledgerOwes(); got != "3060 3060" || owes != "0" {
		t.Errorf("the book holds %s, %s is owed", got, owes)
	}
	x.addsUp()
}

// Where the region books late months in the month of payment, payments are what they were: no interest, no book, no word of it.
func TestOtherRegionsBookNoInterest(t *testing.T) {
	x := newTill(t)
	x.at = time.Date(2027, 2, 10, 2, 0, 0, 0, time.UTC)
	x.li = x.staff("li2", lifecycle.Investigator, "3304")
	x.exec(`UPDATE complaints.complaint SET owner_id = (SELECT id FROM complaints.staff WHERE account = 'li2')`)
	x.want(x.payOn(february, "transfer", "18387.00", "V1"), 303)
	if got, fees := x.interest(), x.value(`SELECT fee_paid || ' ' || interest_paid FROM complaints.payment`); got != "0 0" || fees != "2700 0" {
		t.Errorf("the book holds %s; fee and interest are %s", got, fees)
	}
	if booked := x.value(`SELECT booked::text FROM complaints.payment`); strings.Contains(booked, "interest") {
		t.Errorf("booked %s", booked)
	}
	for _, path := range []string{"/cases/2026-000001/payments", "/employers/" + debtor} {
		if page := x.get(x.li, path); strings.Contains(page.body, "利息") {
			t.Errorf("%s speaks of interest", path)
		}
	}
}

// Payments that come at once charge each month's interest once.
func TestInterestOfPaymentsAtOnce(t *testing.T) {
	x := newTillOnTime(t)
	who := store.Staff{ID: 3, Name: "李", Role: lifecycle.Investigator, Region: "33"}
	var wait sync.WaitGroup
	for _, voucher := range []string{"A", "B", "C", "D"} {
		wait.Go(func() {
			for {
				in := store.PaymentInput{PaidOn: calendar.NewDate(2027, 2, 10), Amount: money.Fen(480_000), Way: store.Transfer, Voucher: voucher, Tell: func(arrears.Allocation) string { return "x" }}
				preview, err := x.cases.PreviewPayment(t.Context(), who, "2026-000001", in, x.book, x.at)
				if err == nil {
					_, err = x.cases.RegisterPayment(t.Context(), who, "2026-000001", in, preview.Mark, x.book, x.at)
				}
				if err == nil {
					return
				}
				if f := fault.Of(err); f == nil || f.Key != "fault.money.stale" {
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	if got, owes := x.interest(), x.ledgerOwes(); got != "2700 2700" || owes != "0" {
		t.Errorf("the book holds %s, %s is owed", got, owes)
	}
	x.addsUp()
}
