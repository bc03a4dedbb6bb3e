package complaints

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
)

func (x till) pay(amount, voucher string) answer {
	x.t.Helper()
	return x.payOn("2026-11-24", "transfer", amount, voucher)
}

func (x till) payOn(day, way, amount, voucher string) answer {
	x.t.Helper()
	fields := []string{"paid_on", day, "amount", amount, "voucher", voucher, "way", way}
	preview := x.post(x.li, "/cases/2026-000001/payments", append(fields, "do", "preview")...)
	mark := regexp.MustCompile(`name="mark" value="([0-9a-f]+)"`).FindStringSubmatch(preview.body)
	if mark == nil {
		return preview
	}
	return x.post(x.li, "/cases/2026-000001/payments", append(fields, "do", "confirm", "mark", mark[1])...)
}

func (x till) ledgerOwes() string {
	return x.value(`SELECT sum(employer_due + person_due - employer_paid - person_paid)::bigint FROM ledger.contribution`)
}

func TestAPaymentIsBookedToldAndUndone(t *testing.T) {
	x := newTill(t)
	for _, c := range []struct{ name, value, says string }{{"amount", "1.234", "最多两位小数"}, {"amount", "-5", "最多两位小数"}, {"paid_on", "2026-11-25", "日期不能晚于今天"}, {"way", "cheque", "请选择缴款方式"}, {"voucher", " ", "请填写凭证号"}} {
		fields := map[string]string{"paid_on": "2026-11-24", "amount": "100", "voucher": "V0", "way": "transfer", c.name: c.value}
		x.want(x.post(x.li, "/cases/2026-000001/payments", "do", "preview", "paid_on", fields["paid_on"], "amount", fields["amount"], "voucher", fields["voucher"], "way", fields["way"]), 422, c.says)
	}
	x.want(x.pay("6,120.00", "V1"), 303)
	if owes := x.ledgerOwes(); owes != "1224000" {
		t.Errorf("the ledger still has %s owed", owes)
	}
	person, err := x.book.PersonByDocument(t.Context(), reporterNumber)
	if err != nil {
		t.Fatal(err)
	}
	year, err := x.book.PersonYear(t.Context(), person.ID, 2026)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range year.Rows {
		if row.Period == 202607 && (!row.PaidInFull() || row.PaidOn != calendar.NewDate(2026, 11, 24)) {
			t.Errorf("July is not made good: %+v", row)
		}
	}
	box, err := x.counter.Open(t.Context(), x.code)
	if err != nil || len(box.Messages) != 1 || !strings.Contains(box.Messages[0].Text, "单位已补缴 2026-07 的社会保险费") || strings.Contains(box.Messages[0].Text, "6,120") {
		t.Errorf("the reporter reads %+v, %v", box, err)
	}
	x.want(x.pay("1.00", "V1"), 422, "这个凭证号已经登记过")
	x.want(x.pay("20000.00", "V2"), 303) // the rest, the fees, and more
	x.want(x.get(x.li, "/cases/2026-000001/payments"), 200, "滞纳金账", "余款", "使用余款")
	if owes := x.ledgerOwes(); owes != "0" {
		t.Errorf("the ledger still has %s owed", owes)
	}
	x.want(x.post(x.li, "/cases/2026-000001/payments/1/reverse"), 422, "请写明理由")
	x.want(x.post(x.li, "/cases/2026-000001/payments/1/reverse", "reason-1", "退票"), 409, "请先撤销之后的缴款")
	x.want(x.post(x.li, "/cases/2026-000001/payments/2/reverse", "reason-2", "退票"), 303)
	x.want(x.post(x.li, "/cases/2026-000001/payments/2/reverse", "reason-2", "退票"), 409, "已经撤销")
	x.want(x.post(x.li, "/cases/2026-000001/payments/1/reverse", "reason-1", "退票"), 303)
	if owes, fees := x.ledgerOwes(), x.value(`SELECT sum(charged)::bigint || ' ' || sum(paid)::bigint FROM complaints.late_fee_entry`); owes != "1836000" || fees != "0 0" {
		t.Errorf("undone, %s is owed and fees are %s", owes, fees)
	}
	if n := x.value(`SELECT count(*) FROM ledger.contribution WHERE period > 202606 AND paid_on IS NOT NULL`); n != "0" {
		t.Errorf("%s months keep a day of arrival", n)
	}
	if _, differ, err := x.book.Verify(t.Context()); err != nil || len(differ) > 0 {
		t.Errorf("packed rows differ: %v, %v", differ, err)
	}
	x.want(x.get(x.li, "/employers/"+debtor), 200, "撤销缴款", "已撤销")
	intake := x.staff("desk", lifecycle.Intake, "3304")
	x.want(x.post(intake, "/cases/2026-000001/payments", "do", "preview", "paid_on", "2026-11-24", "amount", "1", "voucher", "V9", "way", "transfer"), 403)
}

// What is owed may change between preview and confirmation: the second is told, and nothing is booked.
func TestAStalePreviewBooksNothing(t *testing.T) {
	x := newTill(t)
	who := store.Staff{ID: 1, Name: "李", Role: lifecycle.Investigator, Region: "33"}
	in := store.PaymentInput{PaidOn: calendar.NewDate(2026, 11, 24), Amount: 612000, Way: store.Transfer, Voucher: "V1"}
	preview, err := x.cases.PreviewPayment(t.Context(), who, "2026-000001", in, x.book, x.at)
	if err != nil {
		t.Fatal(err)
	}
	x.want(x.pay("100.00", "V0"), 303)
	if _, err := x.cases.RegisterPayment(t.Context(), who, "2026-000001", in, preview.Mark, x.book, x.at); fault.Of(err) == nil || fault.Of(err).Key != "fault.money.stale" {
		t.Errorf("a stale preview: %v", err)
	}
	x.want(x.post(x.li, "/cases/2026-000001/payments", "do", "confirm", "mark", preview.Mark, "paid_on", "2026-11-24", "amount", "6120.00", "voucher", "V1", "way", "transfer"), 409, "没有记账", "确认登记", "V1")
	if n := x.value(`SELECT count(*) FROM complaints.payment`); n != "1" {
		t.Errorf("%s payments", n)
	}
}

// Payments that come at once are all booked, each on what the others left.
func TestPaymentsAtOnce(t *testing.T) {
	x := newTill(t)
	who := store.Staff{ID: 1, Name: "李", Role: lifecycle.Investigator, Region: "33"}
	var wait sync.WaitGroup
	var lock sync.Mutex
	var paid money.Fen
	for _, voucher := range []string{"A", "B", "C", "D", "A"} {
		wait.Go(func() {
			for {
				in := store.PaymentInput{PaidOn: calendar.NewDate(2026, 11, 24), Amount: 300_000, Way: store.Transfer, Voucher: voucher, Tell: func(arrears.Allocation) string { return "x" }}
				preview, err := x.cases.PreviewPayment(t.Context(), who, "2026-000001", in, x.book, x.at)
				if err == nil {
					_, err = x.cases.RegisterPayment(t.Context(), who, "2026-000001", in, preview.Mark, x.book, x.at)
				}
				f := fault.Of(err)
				switch {
				case err == nil:
					lock.Lock()
					paid += in.Amount
					lock.Unlock()
					return
				case f.Key == "fault.money.stale":
				case len(f.Fields) == 1 && f.Fields[0].Key == "fault.money.voucher_known":
					return
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	if owes := x.ledgerOwes(); paid != 1_200_000 || owes != "636000" {
		t.Errorf("%s paid, %s owed", paid, owes)
	}
	if _, differ, err := x.book.Verify(t.Context()); err != nil || len(differ) > 0 {
		t.Errorf("packed rows differ: %v, %v", differ, err)
	}
}

// Left-over money is kept, can be used, and not twice.
func TestLeftOverIsNeverLost(t *testing.T) {
	x := newTill(t)
	x.want(x.pay("30000.00", "V1"), 303)
	left := x.value(`SELECT left_over FROM complaints.payment`)
	fees := x.value(`SELECT sum(paid)::bigint FROM complaints.late_fee_entry`)
	if x.value(`SELECT $1::bigint + $2::bigint + 1836000`, left, fees) != "3000000" {
		t.Errorf("left %s, fees %s", left, fees)
	}
	x.exec(`UPDATE ledger.contribution SET employer_paid = 0, person_paid = 0, paid_on = NULL WHERE period = 202606 AND insurance = 110`)
	use := func(amount string) answer { return x.payOn("2026-11-24", "left_over", amount, "") }
	x.want(use("99999.00"), 422, "余款只有")
	x.want(use("4320.00"), 303)
	if owes := x.ledgerOwes(); owes != "0" {
		t.Errorf("%s is still owed", owes)
	}
	x.want(x.post(x.li, "/cases/2026-000001/payments/1/reverse", "reason-1", "退票"), 409, "请先撤销之后的缴款")
}

// A case whose calculation shows a rest is not closed as if it were recovered: it needs a reason, or the money, that of the late fee too. A late fee that is all that is left can be demanded.
func TestAnUnpaidRestIsNotClosedSilently(t *testing.T) {
	x := newTill(t)
	x.agency()
	x.keep()
	version := func() string { return x.value(`SELECT version FROM complaints.complaint`) }
	at := "/cases/2026-000001/act"
	x.want(x.post(x.li, at, "version", version(), "action", "propose_decision", "ground", "unpaid", "reason", "查实", "text", "已责令补缴。"), 303)
	x.want(x.post(x.head, at, "version", version(), "action", "approve_decision"), 303)
	x.want(x.post(x.li, at, "version", version(), "action", "close", "text", "已办结。"), 422, "请写明未缴清就办结的理由")
	x.want(x.pay("18360.00", "V1"), 303)
	var fees money.Fen
	if err := x.pool.QueryRow(t.Context(), `SELECT sum(charged - paid)::bigint FROM complaints.late_fee_entry`).Scan(&fees); err != nil || fees == 0 {
		t.Fatal(fees, err)
	}
	x.want(x.post(x.li, at, "version", version(), "action", "close", "text", "已办结。"), 422, "请写明未缴清就办结的理由")
	calculation := x.keep()
	id := x.draft(notice.Demand, calculation)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+id, append(x.filledIn(id, calculation), "do", "check")...), 200, "本金已缴清", fees.Grouped()+" 元（人民币")
	x.want(x.issue(id), 303)
	x.want(x.post(x.li, "/cases/2026-000001/notices/"+id+"/end", "do", "withdraw", "reason", "单位到窗口缴纳"), 303)
	x.want(x.pay(fees.String(), "V2"), 303)
	x.want(x.post(x.li, at, "version", version(), "action", "close", "text", "已办结。"), 303)
}
