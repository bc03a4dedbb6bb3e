package ledger_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"shebao/shared/fault"
	"shebao/shared/ledger"
)

const (
	knownCode   = "91350100M000100Y43"
	knownPerson = "07010219910925762X"
	otherPerson = "070102198201027603"
)

const (
	employerHeader     = "uscc,name,region,registered_on,status,ownership\n"
	personHeader       = "id_type,id_number,name,sex,birth_date,card_number,mobile,status,opening_balance,opening_on\n"
	rateHeader         = "region,year,rate,provisional,source\n"
	ruleHeader         = "region,back_payment_policy,interest_method,due\n"
	holidayHeader      = "date,kind,source\n"
	eventHeader        = "id_number,number,kind,on,personal,employer,month_3,note,state\n"
	contributionHeader = "id_number,uscc,insurance,period,base,employer_due,employer_paid,person_due,person_paid,paid_on\n"
)

// writeFile writes a file of the test's own.
func writeFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// twoPeople is a ledger with one employer and two persons.
func twoPeople(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, _ := newLedger(t)
	importTwoPeople(t, l)
	return l
}

func importTwoPeople(t testing.TB, l *ledger.Ledger) {
	t.Helper()
	mustImport(t, l, ledger.Employers, writeFile(t, "e.csv", employerHeader+knownCode+",南湖电子有限公司,330402,2005-01-10,正常,有限责任公司\n"))
	mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", personHeader+
		"居民身份证,"+knownPerson+",姚文宇,女,1991-09-25,D22198987,10000005704,参保缴费,16491.92,2022-12-31\n"+
		"居民身份证,"+otherPerson+",吕勇军,女,1982-01-02,C92083983,,参保缴费,0,2022-12-31\n"))
}

// Every reason is given for its rows, on their lines, with their fields, and only for them.
func TestEveryReason(t *testing.T) {
	l := twoPeople(t)
	const paidRow = knownPerson + "," + knownCode + ",110,202501,5000.00,800.00,800.00,400.00,400.00,2025-01-20"
	with := func(row string, column int, value string) string {
		cells := strings.Split(row, ",")
		cells[column] = value
		return strings.Join(cells, ",")
	}
	row := func(column int, value string) string { return with(paidRow, column, value) }
	person := func(column int, value string) string {
		return with("居民身份证,070106199311038610,崔鹏霞,男,1993-11-03,C46109495,10000008304,参保缴费,100458.34,2022-12-31,300.00", column, value)
	}
	employer := func(column int, value string) string {
		return with("91070102MAXG612DD9,杭城纺织有限公司,330106,2006-02-10,正常,有限责任公司", column, value)
	}
	seen := map[ledger.Reason]bool{}
	for _, tc := range []struct {
		kind   ledger.Kind
		row    string
		reason ledger.Reason
		field  string
	}{
		{ledger.Contributions, paidRow + ",", ledger.ReasonColumns, ""},
		{ledger.Contributions, strings.TrimSuffix(paidRow, ",2025-01-20"), ledger.ReasonColumns, ""},
		{ledger.Contributions, row(2, `"110"x`), ledger.ReasonQuote, ""},
		{ledger.Contributions, row(0, "070102199109257620"), ledger.ReasonIDCheckDigit, "id_number"},
		{ledger.Contributions, row(0, "0701021991092576"), ledger.ReasonIDLength, "id_number"},
		{ledger.Contributions, row(0, ""), ledger.ReasonIDLength, "id_number"},
		{ledger.Contributions, row(0, "07010219910925?62X"), ledger.ReasonIDCharacters, "id_number"},
		{ledger.Contributions, row(0, "07010219910230762X"), ledger.ReasonIDBirthDate, "id_number"},
		{ledger.Contributions, row(0, "11010519491231002X"), ledger.ReasonUnknownPerson, "id_number"},
		{ledger.Contributions, row(0, "E12345678"), ledger.ReasonUnknownPerson, "id_number"},
		{ledger.Contributions, row(1, "91350211M000100Y43"), ledger.ReasonUSCCCheck, "uscc"},
		{ledger.Contributions, row(1, "9135010"), ledger.ReasonUSCCCheck, "uscc"},
		{ledger.Contributions, row(1, "91070102MAXG612DD9"), ledger.ReasonUnknownEmployer, "uscc"},
		{ledger.Contributions, row(2, "999"), ledger.ReasonInsurance, "insurance"},
		{ledger.Contributions, row(2, ""), ledger.ReasonInsurance, "insurance"},
		{ledger.Contributions, row(3, "202413"), ledger.ReasonPeriod, "period"},
		{ledger.Contributions, row(3, "203001"), ledger.ReasonPeriod, "period"},
		{ledger.Contributions, row(4, "-5000.00"), ledger.ReasonNegative, "base"},
		{ledger.Contributions, row(5, "100.005"), ledger.ReasonDecimals, "employer_due"},
		{ledger.Contributions, row(6, "八百"), ledger.ReasonText, "employer_paid"},
		{ledger.Contributions, row(6, ""), ledger.ReasonText, "employer_paid"},
		{ledger.Contributions, row(6, "1e3"), ledger.ReasonText, "employer_paid"},
		{ledger.Contributions, row(6, `"1,000.00"`), ledger.ReasonText, "employer_paid"},
		{ledger.Contributions, row(7, "99999999999999.99"), ledger.ReasonOverflow, "person_due"},
		{ledger.Contributions, row(7, "10000000000.01"), ledger.ReasonOverflow, "person_due"},
		{ledger.Contributions, row(8, "400.01"), ledger.ReasonPaidExceedsDue, "person_paid"},
		{ledger.Contributions, row(6, "800.01"), ledger.ReasonPaidExceedsDue, "employer_paid"},
		{ledger.Contributions, row(9, "2025-02-30"), ledger.ReasonDate, "paid_on"},
		{ledger.Contributions, row(9, ""), ledger.ReasonDate, "paid_on"},
		{ledger.Contributions, row(9, "2026-11-24"), ledger.ReasonDate, "paid_on"},
		{ledger.Persons, person(1, "110105202611280012"), ledger.ReasonIDBirthDate, "id_number"},
		{ledger.Persons, person(2, ""), ledger.ReasonName, "name"},
		{ledger.Persons, person(3, "M"), ledger.ReasonSex, "sex"},
		{ledger.Persons, person(4, "1993-13-01"), ledger.ReasonDate, "birth_date"},
		{ledger.Persons, person(5, "C4610-495"), ledger.ReasonCardNumber, "card_number"},
		{ledger.Persons, person(6, "0571-88888888"), ledger.ReasonMobile, "mobile"},
		{ledger.Persons, person(7, "在职"), ledger.ReasonStatus, "status"},
		{ledger.Persons, person(8, "-1"), ledger.ReasonNegative, "opening_balance"},
		{ledger.Persons, person(9, ""), ledger.ReasonDate, "opening_on"},
		{ledger.Persons, person(10, "100458.35"), ledger.ReasonOpeningPart, "opening_employer"},
		{ledger.Persons, person(10, "-0.01"), ledger.ReasonNegative, "opening_employer"},
		{ledger.Employers, employer(1, " "), ledger.ReasonName, "name"},
		{ledger.Employers, employer(2, "3301"), ledger.ReasonRegion, "region"},
		{ledger.Employers, employer(4, "倒闭"), ledger.ReasonStatus, "status"},
		{ledger.Rates, "3301,2025,1.50,,x", ledger.ReasonRegion, "region"},
		{ledger.Rates, ",2027,1.50,,x", ledger.ReasonYear, "year"},
		{ledger.Rates, ",2025,1.5e1,,x", ledger.ReasonRate, "rate"},
		{ledger.Rates, ",2025,100.1,,x", ledger.ReasonRate, "rate"},
		{ledger.Rates, ",2025,0.00000001,,x", ledger.ReasonRate, "rate"},
		{ledger.Rates, ",2025,1.50,maybe,x", ledger.ReasonProvisional, "provisional"},
		{ledger.Rates, ",2025,1.50,是,", ledger.ReasonName, "source"},
		{ledger.Rates, ",310,2025,,,1.50,,x", ledger.ReasonInsurance, "scheme"},
		{ledger.Rates, ",,2025,2025-01-01,2025-12-31,1.50,,x", ledger.ReasonYear, "year"},
		{ledger.Rates, ",,,2025-01-01,2024-12-31,1.50,,x", ledger.ReasonDate, "to"},
		{ledger.Rates, ",,,,2024-12-31,1.50,,x", ledger.ReasonDate, "from"},
		{ledger.Rules, ",C,annual,", ledger.ReasonPolicy, "back_payment_policy"},
		{ledger.Rules, ",A,daily,", ledger.ReasonMethod, "interest_method"},
		{ledger.Rules, ",A,annual,次月32日", ledger.ReasonDueDay, "due"},
		{ledger.Rules, ",A,annual,25", ledger.ReasonDueDay, "due"},
		{ledger.Rules, ",A,annual,next-0", ledger.ReasonDueDay, "due"},
		{ledger.Events, "11010519491231002X,T1,转入,2025-04-01,1.00,,,,", ledger.ReasonUnknownPerson, "id_number"},
		{ledger.Events, knownPerson + ",,转入,2025-04-01,1.00,,,,", ledger.ReasonEventNumber, "number"},
		{ledger.Events, knownPerson + ",T1,迁入,2025-04-01,1.00,,,,", ledger.ReasonEventKind, "kind"},
		{ledger.Events, knownPerson + ",T1,转入,,1.00,,,,", ledger.ReasonDate, "on"},
		{ledger.Events, knownPerson + ",T1,转入,2026-11-24,1.00,,,,", ledger.ReasonDate, "on"},
		{ledger.Events, knownPerson + ",T1,转入,2025-04-01,-1.00,,,,", ledger.ReasonNegative, "personal"},
		{ledger.Events, knownPerson + ",T1,转入,2025-02-01,1.00,,9,,", ledger.ReasonEventAmount, "month_3"},
		{ledger.Events, knownPerson + ",T1,转出,2025-04-01,1.00,,,,", ledger.ReasonEventAmount, "personal"},
		{ledger.Events, knownPerson + ",T1,离退休,2025-04-01,,1.00,,,", ledger.ReasonEventAmount, "employer"},
		{ledger.Events, knownPerson + ",T1,调整,2025-04-01,,,,更正,", ledger.ReasonEventAmount, "personal"},
		{ledger.Events, knownPerson + ",T1,调整,2025-04-01,1.00,,1,更正,", ledger.ReasonEventAmount, "month_3"},
		{ledger.Events, knownPerson + ",T1,调整,2025-04-01,1.00,,,,", ledger.ReasonEventNote, "note"},
		{ledger.Events, knownPerson + ",T1,调整,2025-04-01,1.00,,,更正,作废", ledger.ReasonEventState, "state"},
		{ledger.Holidays, "2027-02-30,放假,x", ledger.ReasonHolidayDate, "date"},
		{ledger.Holidays, "2029-01-01,放假,x", ledger.ReasonHolidayDate, "date"},
		{ledger.Holidays, "2027-01-01,休,x", ledger.ReasonHolidayKind, "kind"},
		{ledger.Holidays, "2027-01-04,上班,x", ledger.ReasonHolidayKind, "kind"}, // a Monday
		{ledger.Holidays, "2027-01-01,放假,", ledger.ReasonName, "source"},
	} {
		header := map[ledger.Kind]string{ledger.Contributions: contributionHeader, ledger.Persons: strings.TrimSpace(personHeader) + ",opening_employer\n", ledger.Employers: employerHeader,
			ledger.Rates: rateHeader, ledger.Rules: ruleHeader, ledger.Holidays: holidayHeader, ledger.Events: eventHeader}[tc.kind]
		if tc.kind == ledger.Rates && strings.Count(tc.row, ",") == 7 {
			header = "region,scheme,year,from,to,rate,provisional,source\n"
		}
		report := mustImport(t, l, tc.kind, writeFile(t, "bad.csv", header+"\n"+tc.row+"\n"))
		if report.Rows != 1 || report.Rejected != 1 || report.Good != 0 || report.Reasons[tc.reason] != 1 {
			t.Errorf("%s: %+v, want %s", tc.row, report, tc.reason)
			continue
		}
		line := readRejects(t, report.RejectsFile)[0]
		if line.line != 3 || line.reason != string(tc.reason) || line.field != tc.field || line.sentence == "" {
			t.Errorf("%s: %+v, want %s of %s on line 3", tc.row, line, tc.reason, tc.field)
		}
		seen[tc.reason] = true
	}
	twice := mustImport(t, l, ledger.Holidays, writeFile(t, "twice.csv", holidayHeader+"2027-01-02,放假,x\n2027-01-02,上班,x\n"))
	seen[ledger.ReasonDayTwice] = twice.Rejected == 1 && twice.Reasons[ledger.ReasonDayTwice] == 1
	for _, reason := range ledger.Reasons() {
		if !seen[reason] {
			t.Errorf("%s is tested by no row", reason)
		}
	}
}

type rejectedLine struct {
	line                           int
	reason, field, value, sentence string
}

func readRejects(t testing.TB, path string) []rejectedLine {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []rejectedLine
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, rejectedLine{n, row[1], row[2], row[3], row[4]})
	}
	return lines
}

// Rejects come in the order of the file, hold the value as it was, are the owner's only, cannot be run by a spreadsheet, and go when the file is corrected.
func TestRejectsFile(t *testing.T) {
	l := twoPeople(t)
	row := knownPerson + "," + knownCode + ",110,202501,5000.00,800.00,800.00,400.00,400.00,"
	path := writeFile(t, "c.csv", contributionHeader+row+"2025-02-30\n11010519491231002X"+row[18:]+"2025-01-20\n"+strings.Replace(row, "5000.00", "=1+1", 1)+"2025-01-20\n"+row+"2025-01-20\n")
	report := mustImport(t, l, ledger.Contributions, path)
	if report.Rejected != 3 || report.Added != 1 {
		t.Fatalf("%+v", report)
	}
	lines := readRejects(t, report.RejectsFile)
	want := []rejectedLine{
		{2, "date", "paid_on", "2025-02-30", ledger.ReasonDate.Sentence()},
		{3, "unknown_person", "id_number", "11010519491231002X", ledger.ReasonUnknownPerson.Sentence()},
		{4, "amount_text", "base", "'=1+1", ledger.ReasonText.Sentence()},
	}
	for i, w := range want {
		if lines[i] != w {
			t.Errorf("%+v, want %+v", lines[i], w)
		}
	}
	info, err := os.Stat(report.RejectsFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("rejects file: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte(contributionHeader+row+"2025-01-20\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again := mustImport(t, l, ledger.Contributions, path); again.RejectsFile != "" || again.Unchanged != 1 {
		t.Errorf("corrected: %+v", again)
	}
	if _, err := os.Stat(report.RejectsFile); !os.IsNotExist(err) {
		t.Errorf("the old rejects are still there: %v", err)
	}
}

// Travel permits and passports that are digits alone belong to people like any other number; only one that nobody has is too short for a citizen's.
func TestNumbersThatAreDigitsAlone(t *testing.T) {
	l := twoPeople(t)
	mustImport(t, l, ledger.Persons, writeFile(t, "p.csv", personHeader+
		"台湾居民来往大陆通行证,00700001,崔鹏霞,男,1993-11-03,C46109495,,参保缴费,,\n护照,007000012,吕勇军,男,1985-01-01,C46109496,,参保缴费,,\n"))
	row := "," + knownCode + ",110,202501,5000.00,800.00,800.00,400.00,400.00,2025-01-20\n"
	report := mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", contributionHeader+"00700001"+row+"007000012"+row+"００７００００１"+row+"00700003"+row+"0070"+row))
	if report.Added != 2 || report.Duplicates != 1 || report.Rejected != 2 || report.Reasons[ledger.ReasonIDLength] != 2 {
		t.Errorf("%+v", report)
	}
}

// Cells are taken as agencies write them: full width, padded, small letters, either form of dates, periods and insurances, columns in any order.
func TestCellsAsAgenciesWriteThem(t *testing.T) {
	l := twoPeople(t)
	text := "备注,到账日期,个人实缴,个人应缴,单位实缴,单位应缴,缴费基数,费款所属期,险种,统一社会信用代码,证件号码\n" +
		"x,20250120,400,400.0,８００．００,800.00,\t5000 ,2025-01,企业职工基本养老保险," + strings.ToLower(knownCode) + ",　07010219910925762x \n" +
		"\"多\n行\",2025/02/20,400.00,400.00,800.00,800.00,5000.00,２０２５０２,110," + knownCode + ",０７０１０２１９９１０９２５７６２Ｘ\n"
	report := mustImport(t, l, ledger.Contributions, writeFile(t, "c.csv", text))
	if report.Added != 2 || report.Rejected != 0 || len(report.UnknownColumns) != 1 || report.UnknownColumns[0] != "备注" {
		t.Fatalf("%+v", report)
	}
	p, err := l.PersonByDocument(t.Context(), knownPerson)
	if err != nil {
		t.Fatal(err)
	}
	y, err := l.PersonYear(t.Context(), p.ID, 2025)
	if err != nil || len(y.Rows) != 2 || y.Rows[0].EmployerPaid != 80000 || y.Rows[1].PaidOn.String() != "2025-02-20" {
		t.Errorf("%+v, %v", y, err)
	}
}

func TestARejectsFileThatCannotBeWritten(t *testing.T) {
	l := twoPeople(t)
	path := writeFile(t, "c.csv", contributionHeader+knownPerson+"\n")
	if err := os.Mkdir(path+".rejects.csv.partial", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Import(t.Context(), ledger.Contributions, path, ledger.Options{Now: now}); fault.Of(err).Key != "import.rejects" {
		t.Errorf("%v", err)
	}
}
