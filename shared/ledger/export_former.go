package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// formerValue is something that a record said until a run changed it.
type formerValue struct {
	at               time.Time
	file, what, said string
}

// formerTable is everything that a person's record said before it was changed, the earliest change first: by which file or payment, when.
func (l *Ledger) formerTable(ctx context.Context, p Person, employers map[int32]Employer) (Table, error) {
	t := Table{Name: "former", Title: "变更前的记录", Header: []string{"变更时间", "变更来源", "项目", "变更前"}}
	persons, err1 := l.formerPersons(ctx, p.ID)
	contributions, err2 := l.formerContributions(ctx, p.ID, employers)
	events, err3 := l.formerEvents(ctx, p.ID)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return t, postgres.Classify(fmt.Errorf("read former values: %w", err))
		}
	}
	all := slices.Concat(persons, contributions, events)
	slices.SortStableFunc(all, func(a, b formerValue) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.what, b.what)) })
	for _, f := range all {
		t.Rows = append(t.Rows, []any{f.at.In(calendar.Zone).Format("2006-01-02 15:04"), f.file, f.what, f.said})
	}
	return t, nil
}

func (l *Ledger) formerPersons(ctx context.Context, id int64) ([]formerValue, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT r.started_at, r.file, h.id_type, h.name, h.sex, h.birth_date, h.card_number, h.mobile_sealed, h.status, h.opening_balance, h.opening_employer, h.opening_on
		FROM ledger.person_history h JOIN ledger.import_run r ON r.id = h.replaced_run_id WHERE h.person_id = $1 ORDER BY h.id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (formerValue, error) {
		f := formerValue{what: "人员信息"}
		var p Person
		var sex identity.Sex
		var mobile []byte
		var birth, on civilDate
		if err := row.Scan(&f.at, &f.file, &p.IDType, &p.Name, &sex, &birth, &p.CardNumber, &mobile, &p.Status, &p.OpeningBalance, &p.OpeningEmployer, &on); err != nil {
			return f, err
		}
		if mobile != nil {
			plain, err := l.keys.Field.Open(placeMobile, mobile)
			if err != nil {
				return f, err
			}
			p.Mobile = string(plain)
		}
		f.said = listed("证件类型", p.IDType, "姓名", p.Name, "性别", sexNames[string(sex)], "出生日期", calendar.Date(birth), "社会保障卡号", p.CardNumber, "手机号码", p.Mobile,
			"人员状态", p.Status, "期初账户余额", p.OpeningBalance, "期初单位划转部分", p.OpeningEmployer, "期初余额日期", calendar.Date(on))
		return f, nil
	})
}

func (l *Ledger) formerContributions(ctx context.Context, id int64, employers map[int32]Employer) ([]formerValue, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT h.replaced_at, r.file, h.period, h.insurance, h.employer_id, h.base, h.employer_due, h.employer_paid, h.person_due, h.person_paid, h.paid_on
		FROM ledger.contribution_history h JOIN ledger.import_run r ON r.id = h.replaced_run_id
		WHERE h.person_id = $1 ORDER BY h.replaced_run_id, h.period, h.insurance, h.employer_id, h.ordinal`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f formerValue, err error) {
		var c contribution.Row
		var paid civilDate
		if err := row.Scan(&f.at, &f.file, &c.Period, &c.Insurance, &c.EmployerID, &c.Base, &c.EmployerDue, &c.EmployerPaid, &c.PersonDue, &c.PersonPaid, &paid); err != nil {
			return f, err
		}
		f.what = c.Period.String() + " " + insuranceNames[c.Insurance][1] + " " + employers[c.EmployerID].Name
		f.said = listed("缴费基数", c.Base, "单位应缴", c.EmployerDue, "单位实缴", c.EmployerPaid, "个人应缴", c.PersonDue, "个人实缴", c.PersonPaid, "到账日期", calendar.Date(paid))
		return f, nil
	})
}

func (l *Ledger) formerEvents(ctx context.Context, id int64) ([]formerValue, error) {
	rows, err := l.pool.Query(ctx, `
		SELECT h.replaced_at, r.file, h.number, h.kind, h.happened_on, h.personal, h.employer, h.credits, h.note, h.revoked, h.region
		FROM ledger.account_event_history h JOIN ledger.import_run r ON r.id = h.replaced_run_id WHERE h.person_id = $1 ORDER BY h.replaced_run_id, h.number`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f formerValue, err error) {
		var number, note, region string
		var kind account.EventKind
		var on civilDate
		var personal, employer money.Fen
		var credits []money.Fen
		var revoked bool
		if err := row.Scan(&f.at, &f.file, &number, &kind, &on, &personal, &employer, &credits, &note, &revoked, &region); err != nil {
			return f, err
		}
		f.what = "账户变动 " + number
		said := []any{"变动类型", eventNames[kind], "变动日期", calendar.Date(on), "个人部分", orEmpty(personal), "单位部分", orEmpty(employer), "说明", note, "转入地区代码", region}
		for m, credit := range credits {
			said = append(said, fmt.Sprintf("%d月本金", m+1), orEmpty(credit))
		}
		if revoked {
			said = append(said, "记录状态", "撤销")
		}
		f.said = listed(said...)
		return f, nil
	})
}

// listed are names and values in one line; what has no value is left out.
func listed(pairs ...any) string {
	var words []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := fmt.Sprint(pairs[i+1]); value != "" {
			words = append(words, fmt.Sprint(pairs[i], " ", value))
		}
	}
	return strings.Join(words, "，")
}
