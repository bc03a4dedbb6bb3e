package ledger

import (
	"encoding/binary"
	"errors"

	"shebao/shared/account"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// The packed form of a person-year, version 1: about 600 bytes for 60 contributions and the account.
//
//	version, number of rows, rows…, 1 and the account or 0
//
// Version 2 has the region's due date behind the version, months and day; version 1 has the default. Version 3 has behind that of most employers the number of those that pay to another
// region, and for each its ID and due date.
//
// Numbers are varints, signed ones zigzag. Rows come in order of period, insurance, employer; a row is
//
//	month<<4 | index of the insurance, flags, what the flags do not already say
//
// since most rows repeat the employer and the base of the row before them and are paid in full within the month.
const (
	packVersion     = 1
	packVersionDue  = 2
	packVersionDues = 3
)

const (
	sameEmployer = 1 << iota
	sameBase
	employerPaidFull
	personPaidFull
	paid // a day of payment follows, counted from the first of the period
)

// errPacked says that stored bytes are not a packed person-year of a known version.
var errPacked = errors.New("ledger: packed person-year is damaged or of an unknown version")

// packInsurances fixes the index of each insurance in version 1; it may grow at its end only.
var packInsurances = [...]contribution.Insurance{
	contribution.EmployeePension, contribution.InstitutionPension, contribution.Unemployment,
	contribution.EmployeeMedical, contribution.WorkInjury, contribution.Maternity,
}

func packInsurance(kind contribution.Insurance) byte {
	for i, known := range packInsurances {
		if kind == known {
			return byte(i)
		}
	}
	return 0xF // the import takes known insurances only
}

// packYear writes a person-year; its rows are of one year and sorted.
func packYear(b []byte, y PersonYear) []byte {
	switch {
	case len(y.Due.Others) > 0:
		b = packDue(append(b, packVersionDues), y.Due.Due)
		b = binary.AppendUvarint(b, uint64(len(y.Due.Others)))
		for _, other := range y.Due.Others {
			b = packDue(binary.AppendVarint(b, int64(other.Employer)), other.Due)
		}
	case y.Due.Due == (contribution.Due{}):
		b = append(b, packVersion)
	default:
		b = packDue(append(b, packVersionDue), y.Due.Due)
	}
	b = binary.AppendUvarint(b, uint64(len(y.Rows)))
	var before contribution.Row
	for _, r := range y.Rows {
		b = packRow(b, r, before)
		before = r
	}
	if !y.HasAccount {
		return append(b, 0)
	}
	return packAccount(append(b, 1), y.Account)
}

func packDue(b []byte, due contribution.Due) []byte {
	return append(b, byte(due.MonthsLater), byte(due.Day))
}

func packRow(b []byte, r, before contribution.Row) []byte {
	var flags byte
	if r.EmployerID == before.EmployerID {
		flags |= sameEmployer
	}
	if r.Base == before.Base {
		flags |= sameBase
	}
	if r.EmployerPaid == r.EmployerDue {
		flags |= employerPaidFull
	}
	if r.PersonPaid == r.PersonDue {
		flags |= personPaidFull
	}
	if !r.PaidOn.IsZero() {
		flags |= paid
	}
	b = append(b, byte(r.Period.Month())<<4|packInsurance(r.Insurance), flags)
	if flags&sameEmployer == 0 {
		b = binary.AppendVarint(b, int64(r.EmployerID))
	}
	if flags&sameBase == 0 {
		b = binary.AppendVarint(b, int64(r.Base))
	}
	b = binary.AppendVarint(b, int64(r.EmployerDue))
	if flags&employerPaidFull == 0 {
		b = binary.AppendVarint(b, int64(r.EmployerPaid))
	}
	b = binary.AppendVarint(b, int64(r.PersonDue))
	if flags&personPaidFull == 0 {
		b = binary.AppendVarint(b, int64(r.PersonPaid))
	}
	if flags&paid != 0 {
		b = binary.AppendVarint(b, int64(r.PaidOn.Sub(r.Period.FirstDay())))
	}
	return b
}

// An account's flags say what follows at its end, in this order.
const (
	provisionalRate = 1 << iota
	isSettled
	withEvents
	withRates  // of the parts of the year
	withRegion // that kept it by its own rules
)

func packAccount(b []byte, a account.Year) []byte {
	var flags byte
	if a.Provisional {
		flags |= provisionalRate
	}
	if a.Settled {
		flags |= isSettled
	}
	if len(a.Events) > 0 {
		flags |= withEvents
	}
	if len(a.Rates) > 0 {
		flags |= withRates
	}
	if a.Region != "" {
		flags |= withRegion
	}
	b = append(b, flags)
	var before money.Fen
	for _, credit := range a.Credits { // mostly the same each month
		b = binary.AppendVarint(b, int64(credit-before))
		before = credit
	}
	for _, amount := range [...]money.Fen{a.Opening, a.CreditedPersonal, a.CreditedEmployer, a.InterestOnOpening, a.InterestOnCurrent,
		a.Adjustments, a.Closing, a.ClosingEmployer} {
		b = binary.AppendVarint(b, int64(amount))
	}
	b = binary.AppendVarint(b, int64(a.Rate))
	b = packText(b, a.RateDocument)
	b = binary.AppendUvarint(b, uint64(len(a.Shares)))
	for _, share := range a.Shares {
		b = packText(b, share)
	}
	if flags&withEvents != 0 {
		b = binary.AppendUvarint(b, uint64(len(a.Events)))
		for _, e := range a.Events {
			b = binary.AppendVarint(append(b, byte(e.Kind)), int64(e.On.Number()))
			b = packText(binary.AppendVarint(b, int64(e.Amount)), e.Note)
		}
	}
	if flags&withRates != 0 {
		b = binary.AppendUvarint(b, uint64(len(a.Rates)))
		for _, p := range a.Rates {
			var provisional byte
			if p.Provisional {
				provisional = 1
			}
			b = binary.AppendVarint(append(b, byte(p.First), byte(p.Last), provisional), int64(p.Rate))
			b = packText(b, p.Document)
		}
	}
	if flags&withRegion != 0 {
		b = packText(b, a.Region)
	}
	return b
}

func packText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// unpackYear reads what packYear wrote. Error: errPacked.
func unpackYear(personID int64, year int, packed []byte) (y PersonYear, err error) {
	u := unpacker{rest: packed}
	y = PersonYear{PersonID: personID, Year: year}
	if y.Due, err = u.dues(); err != nil {
		return y, err
	}
	n := u.count()
	y.Rows = make([]contribution.Row, n)
	var before contribution.Row
	for i := range y.Rows {
		u.row(&y.Rows[i], before, year)
		before = y.Rows[i]
	}
	if u.byte() == 1 {
		y.HasAccount = true
		u.account(&y.Account, year)
	}
	if u.damaged || len(u.rest) > 0 {
		return PersonYear{PersonID: personID, Year: year}, errPacked
	}
	return y, nil
}

// unpacker reads numbers off the front; after a damage it reads zeros.
type unpacker struct {
	rest    []byte
	damaged bool
}

// dues reads the version and what it says of due dates. Error: errPacked.
func (u *unpacker) dues() (dues contribution.Dues, err error) {
	switch u.byte() {
	case packVersion:
	case packVersionDue:
		dues.Due = u.due()
	case packVersionDues:
		dues.Due = u.due()
		for range u.count() {
			dues.Others = append(dues.Others, contribution.EmployerDue{Employer: int32(u.int()), Due: u.due()})
		}
		if len(dues.Others) == 0 { // it would be version 2
			u.damaged = true
		}
	default:
		return dues, errPacked
	}
	return dues, nil
}

func (u *unpacker) due() contribution.Due {
	return contribution.Due{MonthsLater: int(u.byte()), Day: int(u.byte())}
}

func (u *unpacker) byte() byte {
	if len(u.rest) == 0 {
		u.damaged = true
		return 0
	}
	b := u.rest[0]
	u.rest = u.rest[1:]
	return b
}

func (u *unpacker) int() int64 {
	n, size := binary.Varint(u.rest)
	if size <= 0 {
		u.damaged, u.rest = true, nil
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

// count reads a number of things that take at least a byte each.
func (u *unpacker) count() int {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 || n > uint64(len(u.rest)-size) {
		u.damaged, u.rest = true, nil
		return 0
	}
	u.rest = u.rest[size:]
	return int(n)
}

func (u *unpacker) fen() money.Fen { return money.Fen(u.int()) }

func (u *unpacker) text() string {
	n := u.count()
	s := string(u.rest[:n])
	u.rest = u.rest[n:]
	return s
}

func (u *unpacker) row(r *contribution.Row, before contribution.Row, year int) {
	head, flags := u.byte(), u.byte()
	index := int(head & 0xF)
	if index >= len(packInsurances) || head>>4 < 1 || head>>4 > 12 {
		u.damaged = true
		return
	}
	r.Period, r.Insurance = calendar.Period(year*100+int(head>>4)), packInsurances[index]
	r.EmployerID, r.Base = before.EmployerID, before.Base
	if flags&sameEmployer == 0 {
		r.EmployerID = int32(u.int())
	}
	if flags&sameBase == 0 {
		r.Base = u.fen()
	}
	r.EmployerDue = u.fen()
	r.EmployerPaid = r.EmployerDue
	if flags&employerPaidFull == 0 {
		r.EmployerPaid = u.fen()
	}
	r.PersonDue = u.fen()
	r.PersonPaid = r.PersonDue
	if flags&personPaidFull == 0 {
		r.PersonPaid = u.fen()
	}
	if flags&paid != 0 {
		r.PaidOn = u.paidOn(r.Period)
	}
}

// paidOn adds days to the first of the period; within 28 days no calendar is needed.
func (u *unpacker) paidOn(p calendar.Period) calendar.Date {
	days := u.int()
	if days >= 0 && days < 28 {
		return calendar.Date{Year: p.Year(), Month: p.Month(), Day: int(days) + 1}
	}
	return p.FirstDay().AddDays(int(days))
}

func (u *unpacker) account(a *account.Year, year int) {
	flags := u.byte()
	a.Year, a.Provisional, a.Settled = year, flags&provisionalRate != 0, flags&isSettled != 0
	var before money.Fen
	for i := range a.Credits {
		before += u.fen()
		a.Credits[i] = before
	}
	for _, amount := range [...]*money.Fen{&a.Opening, &a.CreditedPersonal, &a.CreditedEmployer, &a.InterestOnOpening, &a.InterestOnCurrent,
		&a.Adjustments, &a.Closing, &a.ClosingEmployer} {
		*amount = u.fen()
	}
	a.Rate = account.Rate(u.int())
	a.RateDocument = u.text()
	for range u.count() {
		a.Shares = append(a.Shares, u.text())
	}
	if flags&withEvents != 0 {
		u.events(a)
	}
	if flags&withRates != 0 {
		for range u.count() {
			a.Rates = append(a.Rates, account.RatePart{Months: account.Months{First: int(u.byte()), Last: int(u.byte())}, Provisional: u.byte() == 1, Rate: account.Rate(u.int()), Document: u.text()})
		}
	}
	if flags&withRegion != 0 {
		a.Region = u.text()
	}
}

func (u *unpacker) events(a *account.Year) {
	for range u.count() {
		e := account.Booked{Kind: account.EventKind(u.byte()), On: calendar.DateOfNumber(int(u.int())), Amount: u.fen(), Note: u.text()}
		if !e.Kind.Known() {
			u.damaged = true
			return
		}
		a.Events = append(a.Events, e)
	}
}
