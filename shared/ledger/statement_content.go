package ledger

import (
	"bytes"
	"encoding/binary"
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/identity"
)

// The frozen content of a statement, version 1, in the notation of year_pack.go. First comes what makes a new issue when it changes: the person's name and masked number, the
// months before, and the packed person-year. What follows is told as it was, but a change of it alone supersedes nothing.
//
//	version, name, masked number, first period, months before (one per insurance), length and packed person-year,
//	sex, day of birth (days since 1970, 0 and 1 before it: none or some), status, agency, employers (id, code, name)…, rules…
const statementVersion = 1

// appendBasis begins a content.
func appendBasis(b []byte, name, maskedID string, earlier yearsBefore, packed []byte) []byte {
	b = append(b, statementVersion)
	b = packText(b, name)
	b = packText(b, maskedID)
	b = binary.AppendUvarint(b, uint64(earlier.since))
	for _, months := range earlier.months {
		b = binary.AppendUvarint(b, uint64(months))
	}
	b = binary.AppendUvarint(b, uint64(len(packed)))
	return append(b, packed...)
}

// appendContext ends it.
func appendContext(b []byte, p *statementPerson, agency string, employers []StatementEmployer, rules []string) []byte {
	b = packText(b, string(p.sex))
	if p.birth.IsZero() {
		b = append(b, 0)
	} else {
		b = binary.AppendVarint(append(b, 1), int64(p.birth.Number()))
	}
	b = append(b, byte(p.status))
	b = packText(b, agency)
	b = binary.AppendUvarint(b, uint64(len(employers)))
	for _, e := range employers {
		b = binary.AppendVarint(b, int64(e.ID))
		b = packText(b, string(e.USCC))
		b = packText(b, e.Name)
	}
	b = binary.AppendUvarint(b, uint64(len(rules)))
	for _, rule := range rules {
		b = packText(b, rule)
	}
	return b
}

// statementPerson is what of a person goes into a statement.
type statementPerson struct {
	id       int64
	name     string
	sealedID []byte
	sex      identity.Sex
	birth    calendar.Date
	status   PersonStatus
	region   string
}

// sameBasis reports whether a stored content says what the basis of a new one says.
func sameBasis(content, basis []byte) bool { return bytes.HasPrefix(content, basis) }

// unpackContent reads a stored content. Error: errPacked.
func unpackContent(personID int64, year int, content []byte) (StatementContent, error) {
	u := unpacker{rest: content}
	var c StatementContent
	if u.byte() != statementVersion {
		return c, errPacked
	}
	c.Name, c.MaskedID = u.text(), u.text()
	c.InsuredSince = calendar.Period(u.uint())
	for i := range c.MonthsBefore {
		c.MonthsBefore[i] = u.uint()
	}
	packed := u.text()
	c.Sex = identity.Sex(u.text())
	if u.byte() == 1 {
		c.BirthDate = calendar.DateOfNumber(int(u.int()))
	}
	c.Status = PersonStatus(u.byte())
	c.Agency = u.text()
	for range u.count() {
		c.Employers = append(c.Employers, StatementEmployer{ID: int32(u.int()), USCC: identity.USCC(u.text()), Name: u.text()})
	}
	for range u.count() {
		c.Rules = append(c.Rules, u.text())
	}
	if u.damaged || len(u.rest) > 0 {
		return StatementContent{}, errPacked
	}
	var err error
	c.PersonYear, err = unpackYear(personID, year, []byte(packed))
	return c, err
}

// uint reads a number that fits a small count or a period.
func (u *unpacker) uint() int {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 || n > 1<<31 {
		u.damaged, u.rest = true, nil
		return 0
	}
	u.rest = u.rest[size:]
	return int(n)
}

// yearsBefore counts what of the years before a statement needs.
type yearsBefore struct {
	since  calendar.Period
	months [len(contribution.Insurances)]int
}

// add counts a packed year, the earliest first. Error: errPacked.
func (c *yearsBefore) add(year int, packed []byte) error {
	_, err := c.walk(year, packed, nil)
	return err
}

// walk counts a packed year without making its rows: issuing for everybody reads every year of everybody. A packed row's first byte is its month and insurance, so that a month's
// rows of one insurance are neighbours with the same byte. Employers are gathered when they are asked for; what follows the rows is left to be read. Error: errPacked.
func (c *yearsBefore) walk(year int, packed []byte, employers *[]int32) (rest unpacker, err error) {
	u := unpacker{rest: packed}
	if _, err := u.dues(); err != nil {
		return u, err
	}
	var month byte // month and insurance of the rows being looked at; 0 is none
	full, insured := false, false
	noBase := true // of the row being looked at
	n := u.count()
	b, at := u.rest, 0
	for range n {
		if at+2 > len(b) {
			return u, errPacked
		}
		head, flags := b[at], b[at+1]
		at += 2
		if int(head&0xF) >= len(packInsurances) || head>>4 < 1 || head>>4 > 12 {
			return u, errPacked
		}
		if c.since == 0 {
			c.since = calendar.Period(year*100 + int(head>>4))
		}
		if head != month {
			c.settle(month, full && insured)
			month, full, insured = head, true, false
		}
		rowFull := flags&(employerPaidFull|personPaidFull) == employerPaidFull|personPaidFull
		full = full && rowFull
		if flags&sameEmployer == 0 {
			id, size := binary.Varint(b[at:])
			if size <= 0 {
				return u, errPacked
			}
			at += size
			if employers != nil && !slices.Contains(*employers, int32(id)) {
				*employers = append(*employers, int32(id))
			}
		}
		dues := at
		if flags&sameBase == 0 {
			noBase = at < len(b) && b[at] == 0
			dues++ // of no base; with one they do not matter
		}
		insured = insured || !noBase || !rowFull || dues+1 >= len(b) || b[dues] != 0 || b[dues+1] != 0 // as contribution.Row.Void
		for k := numbersAfter[flags&31]; k > 0; k-- {                                                  // a number ends with the first byte below 0x80
			for at < len(b) && b[at] >= 0x80 {
				at++
			}
			at++
		}
		if at > len(b) {
			return u, errPacked
		}
	}
	c.settle(month, full && insured)
	u.rest = b[at:]
	if u.damaged {
		return u, errPacked
	}
	return u, nil
}

func (c *yearsBefore) settle(month byte, full bool) {
	if month != 0 && full {
		c.months[month&0xF]++
	}
}

// numbersAfter is how many numbers follow a packed row's flags and employer, by the flags.
var numbersAfter = func() (table [32]int) {
	for flags := range table {
		n := 2 // both dues
		for _, kept := range [...]int{sameBase, employerPaidFull, personPaidFull} {
			if flags&kept == 0 {
				n++
			}
		}
		if flags&paid != 0 {
			n++
		}
		table[flags] = n
	}
	return table
}()

// shares reads on behind a year's rows and names the rule versions of the account's shares, and the region that kept it by its own rules. Error: errPacked.
func (u *unpacker) shares() (shares []string, region string, hasAccount bool, err error) {
	if u.byte() == 1 {
		hasAccount = true
		flags := u.byte()
		u.skip(12 + 8 + 1)
		_ = u.text()
		for range u.count() {
			shares = append(shares, u.text())
		}
		if flags&withEvents != 0 {
			for range u.count() {
				_ = u.byte() // kind
				u.skip(2)
				_ = u.text()
			}
		}
		if flags&withRates != 0 {
			for range u.count() {
				_, _, _ = u.byte(), u.byte(), u.byte()
				u.skip(1)
				_ = u.text()
			}
		}
		if flags&withRegion != 0 {
			region = u.text()
		}
	}
	if u.damaged || len(u.rest) > 0 {
		return nil, "", false, errPacked
	}
	return shares, region, hasAccount, nil
}

// skip passes over n numbers.
func (u *unpacker) skip(n int) {
	at := 0
	for ; n > 0; n-- {
		for at < len(u.rest) && u.rest[at] >= 0x80 {
			at++
		}
		if at++; at > len(u.rest) {
			u.damaged, u.rest = true, nil
			return
		}
	}
	u.rest = u.rest[at:]
}
