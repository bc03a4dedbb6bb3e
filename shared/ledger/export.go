package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
	"shebao/shared/money"
	"shebao/shared/postgres"
)

// ExportPerson is a person's whole record: who the ledger takes the person for, every contribution, the account year by year, what happened to it, and all that the record said before it was changed. It is for the person (PIPL art. 45: a copy)
// and for transfers; the ID number in it is whole. Persons, contributions and events can be imported again. Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) ExportPerson(ctx context.Context, personID int64) ([]Table, error) {
	person, err := l.Person(ctx, personID)
	if err != nil {
		return nil, err
	}
	years, err := l.PersonYears(ctx, personID)
	if err != nil {
		return nil, err
	}
	reach, err := l.DataDate(ctx)
	if err != nil {
		return nil, err
	}
	var ids []int32
	for _, y := range years {
		for _, row := range y.Rows {
			ids = append(ids, row.EmployerID)
		}
	}
	slices.Sort(ids)
	employers, err := l.Employers(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	events, err := l.eventTable(ctx, person)
	if err != nil {
		return nil, err
	}
	former, err := l.formerTable(ctx, person, employers)
	if err != nil {
		return nil, err
	}
	return []Table{personTable(person), contributionTable(person, years, employers, reach), accountTable(years), events, former}, nil
}

var sexNames = map[string]string{"male": "男", "female": "女"}

func personTable(persons ...Person) Table {
	t := Table{
		Name: "persons", Title: "参保人员",
		Header: []string{"证件类型", "证件号码", "姓名", "性别", "出生日期", "社会保障卡号", "手机号码", "人员状态", "期初账户余额", "期初单位划转部分", "期初余额日期"},
	}
	for _, p := range persons {
		t.Rows = append(t.Rows, []any{p.IDType, p.IDNumber, p.Name, sexNames[string(p.Sex)], p.BirthDate, p.CardNumber, p.Mobile, p.Status.String(), p.OpeningBalance, p.OpeningEmployer, p.OpeningOn})
	}
	return t
}

var statusNames = map[contribution.Status]string{
	contribution.None: "已更正为零", contribution.Pending: "待到账", contribution.Paid: "已缴", contribution.BackPaid: "已补缴", contribution.Part: "部分欠缴", contribution.Arrears: "欠缴",
}

func contributionTable(p Person, years []PersonYear, employers map[int32]Employer, reach calendar.Date) Table {
	t := Table{
		Name: "contributions", Title: "缴费记录",
		Header: []string{"证件号码", "统一社会信用代码", "单位名称", "险种", "费款所属期", "缴费基数", "单位应缴", "单位实缴", "个人应缴", "个人实缴", "到账日期", "状态"},
	}
	for _, y := range years {
		for _, r := range y.Rows {
			t.Rows = append(t.Rows, []any{p.IDNumber, string(employers[r.EmployerID].USCC), employers[r.EmployerID].Name, insuranceNames[r.Insurance][1], strconv.Itoa(int(r.Period)),
				r.Base, r.EmployerDue, r.EmployerPaid, r.PersonDue, r.PersonPaid, r.PaidOn, statusNames[contribution.StatusOf(r, y.Due.Of(r.EmployerID), reach)]})
		}
	}
	return t
}

func accountTable(years []PersonYear) Table {
	t := Table{
		Name: "account", Title: "个人账户",
		Header: []string{"年度", "期初余额", "个人缴费划入", "单位缴费划入", "期初余额利息", "当年缴费利息", "调整", "期末余额", "其中单位划转部分", "记账利率（%）", "利率依据", "利率是否暂定", "是否已结息", "记账地区"},
	}
	for _, y := range years {
		if a := y.Account; y.HasAccount {
			rates, documents := a.Rate.Percent(), a.RateDocument
			for i, p := range a.Rates { // it changed within the year
				if i == 0 {
					rates, documents = "", ""
				} else {
					rates, documents = rates+"；", documents+"；"
				}
				rates += fmt.Sprintf("%d-%d月 %s", p.First, p.Last, p.Rate.Percent())
				documents += p.Document
			}
			t.Rows = append(t.Rows, []any{y.Year, a.Opening, a.CreditedPersonal, a.CreditedEmployer, a.InterestOnOpening, a.InterestOnCurrent, a.Adjustments, a.Closing, a.ClosingEmployer,
				rates, documents, yesOrNo(a.Provisional), yesOrNo(a.Settled), a.Region})
		}
	}
	return t
}

func yesOrNo(yes bool) string {
	if yes {
		return "是"
	}
	return "否"
}

// ExportArrears is what an employer owes: month by month and insurance, and for each person. ID numbers in it are masked: it is for the employer and for a demand, which need to
// know who is meant, not the number. Errors: fault.NotFound, fault.Unavailable.
func (l *Ledger) ExportArrears(ctx context.Context, employerID int32) ([]Table, error) {
	employer, err := l.Employer(ctx, employerID)
	if err != nil {
		return nil, err
	}
	lines, err := l.EmployerArrears(ctx, employerID)
	if err != nil {
		return nil, err
	}
	sums := Table{
		Name: "arrears", Title: "欠缴汇总",
		Header: []string{"统一社会信用代码", "单位名称", "费款所属期", "险种", "欠缴人数", "应缴", "实缴", "欠缴"},
	}
	var due, paid money.Fen
	for _, line := range lines {
		sums.Rows = append(sums.Rows, []any{string(employer.USCC), employer.Name, strconv.Itoa(int(line.Period)), insuranceNames[line.Insurance][1], line.Persons, line.Due, line.Paid, line.Owed})
		due, paid = due+line.Due, paid+line.Paid
	}
	sums.Rows = append(sums.Rows, []any{string(employer.USCC), employer.Name, "合计", "", "", due, paid, due - paid})
	persons, err := l.arrearsByPerson(ctx, employer)
	if err != nil {
		return nil, err
	}
	return []Table{sums, persons}, nil
}

func (l *Ledger) arrearsByPerson(ctx context.Context, employer Employer) (Table, error) {
	t := Table{
		Name: "arrears-by-person", Title: "欠缴明细",
		Header: []string{"统一社会信用代码", "姓名", "证件号码（已遮盖）", "费款所属期", "险种", "缴费基数", "单位欠缴", "个人欠缴", "欠缴合计"},
	}
	owed, err := l.PersonsOwed(ctx, employer.ID, 0, 999912)
	if err != nil {
		return t, err
	}
	ids := make([]int64, len(owed))
	for i, line := range owed {
		ids[i] = line.PersonID
	}
	slices.Sort(ids)
	names, err := l.maskedPersons(ctx, slices.Compact(ids))
	if err != nil {
		return t, err
	}
	for _, line := range owed {
		name := names[line.PersonID]
		t.Rows = append(t.Rows, []any{string(employer.USCC), name.Name, name.IDNumber, strconv.Itoa(int(line.Period)), insuranceNames[line.Insurance][1], line.Base,
			line.EmployerOwed, line.PersonOwed, line.Owed()})
	}
	return t, nil
}

// maskedPersons names persons, their ID numbers masked.
func (l *Ledger) maskedPersons(ctx context.Context, ids []int64) (map[int64]Person, error) {
	rows, err := l.pool.Query(ctx, `SELECT `+personColumns+` FROM ledger.person WHERE id = ANY ($1)`, inBinary, ids)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("name persons: %w", err))
	}
	persons, err := pgx.CollectRows(rows, l.scanPerson)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("name persons: %w", err))
	}
	masked := make(map[int64]Person, len(persons))
	for _, p := range persons {
		masked[p.ID] = Person{ID: p.ID, Name: p.Name, IDNumber: identity.MaskNumber(p.IDNumber)}
	}
	return masked, nil
}
