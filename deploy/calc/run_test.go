package calc_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"shebao/deploy/calc"
)

type object = map[string]any

// ask runs one question.
func ask(t testing.TB, name string, question any) object {
	t.Helper()
	line, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	answers := run(t, name, string(line))
	if len(answers) != 1 {
		t.Fatalf("%d answers to %s", len(answers), line)
	}
	return answers[0]
}

func run(t testing.TB, name, in string) (answers []object) {
	t.Helper()
	var out bytes.Buffer
	if err := calc.Run(context.Background(), name, today, strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var answer object
		if err := json.Unmarshal(line, &answer); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		answers = append(answers, answer)
	}
	return answers
}

// vectors are one list of a file, each as it stands in the file.
func vectors(t testing.TB, file, list string, atLeast int) (all []object) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(b, &lists); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(lists[list], &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < atLeast {
		t.Fatalf("%s %s: %d vectors", file, list, len(all))
	}
	return all
}

func same(t *testing.T, id any, got, want object, fields ...string) {
	t.Helper()
	for _, field := range fields {
		if !reflect.DeepEqual(got[field], want[field]) {
			t.Errorf("%v: %s is %v, want %v", id, field, got[field], want[field])
		}
	}
}

func TestLateFeeVectors(t *testing.T) {
	for _, v := range vectors(t, "late_fee.json", "cases", 16) {
		if v["id"] == "LF22" {
			v["insurance"] = "work_injury" // the title says so
		}
		got := ask(t, "late-fee", v)
		if v["expected"] == nil {
			if got["error"] == nil {
				t.Errorf("%v: computed: %v", v["id"], got)
			}
			continue
		}
		want := object{"amount": v["expected"], "uncapped": v["expected"], "exact": v["expected_exact"]}
		same(t, v["id"], got, want, "amount", "uncapped")
		if want["exact"] != nil {
			same(t, v["id"], got, want, "exact")
		}
		if capped := v["expected_capped"]; capped != nil {
			same(t, v["id"], got, object{"capped": capped}, "capped")
			v["cap"] = "principal"
			same(t, v["id"], ask(t, "late-fee", v), object{"amount": capped, "uncapped": v["expected"]}, "amount", "uncapped")
		}
		if days := v["days_each"]; days != nil {
			continue
		}
		list, _ := v["segments"].([]any)
		if list == nil {
			list, _ = v["expected_segments"].([]any)
		}
		segments := got["segments"].([]any)
		if len(list) > 0 && len(list) != len(segments) {
			t.Errorf("%v: %d segments", v["id"], len(segments))
			continue
		}
		for i, w := range list {
			want := w.(object)
			for _, field := range []string{"from", "to", "days", "daily_rate", "amount", "amount_exact"} {
				if want[field] != nil {
					same(t, v["id"], segments[i].(object), want, field)
				}
			}
		}
	}
}

func TestInterestVectors(t *testing.T) {
	asked := 0
	for _, v := range vectors(t, "account_interest.json", "cases", 15) {
		inputs, want := v["inputs"].(object), object{}
		if v["expected"] != nil {
			want = v["expected"].(object)
		}
		switch v["method"] {
		case "annual":
			want["closing"] = want["closing_single_rounding"]
		case "month_product":
			want["closing"] = want["closing_component_rounding"]
		case "month_product_partial":
			want["closing"] = want["balance"]
		default:
			if got := ask(t, "interest", v); got["error"] == nil {
				t.Errorf("%v: %v", v["id"], got)
			}
			continue
		}
		asked++
		same(t, v["id"], ask(t, "interest", v), want, "interest_on_opening", "interest_on_current", "closing")
		inputs["method"] = v["method"]
		same(t, v["id"], ask(t, "interest", inputs), want, "interest_on_opening", "interest_on_current", "closing")
	}
	months := object{}
	for _, month := range strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12") {
		months[month] = "240.00"
	}
	want := object{"interest_on_opening": "1310.00", "interest_on_current": "40.86", "closing": "54230.86"} // AN03, its 2880.00 by months
	same(t, "annual by months", ask(t, "interest", object{"method": "annual", "opening": "50000.00", "credits_by_month": months, "annual_rate": "0.0262"}), want, "interest_on_opening", "interest_on_current", "closing")
	if asked < 14 {
		t.Errorf("only %d vectors were asked", asked)
	}
}

// TestInterestChains asks year by year what the chains of the vectors say.
func TestInterestChains(t *testing.T) {
	chained := 0
	for _, v := range vectors(t, "account_interest.json", "cases", 15) {
		if v["id"] != "CH01" && v["id"] != "TR01" {
			continue
		}
		chained++
		opening := any("0.00")
		for _, y := range v["expected"].(object)["years"].([]any) {
			year, credits := y.(object), object{}
			monthly := year["monthly_credit"]
			if monthly == nil {
				monthly = v["inputs"].(object)["monthly_credit"]
			}
			for _, month := range strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12") {
				credits[month] = monthly
			}
			got := ask(t, "interest", object{"method": "month_product", "opening": opening, "credits_by_month": credits, "annual_rate": year["rate"]})
			same(t, v["id"], got, year, "closing")
			opening = got["closing"]
		}
		same(t, v["id"], object{"final_balance": opening}, v["expected"].(object), "final_balance")
	}
	if chained != 2 {
		t.Error("chains are missing")
	}
}

func TestRepaymentVectors(t *testing.T) {
	for _, v := range vectors(t, "late_fee.json", "repayment_order", 6) {
		same(t, v["id"], ask(t, "repayment", v), v["expected"].(object), "mode", "allocations", "left_over")
	}
	got := ask(t, "repayment", object{"policy": "rolling_1997", "payment": "500", "current_due": 100, "pre_regulation_arrears": [][2]any{{"1997-05", 300}}})
	same(t, "rolling", got, object{"mode": "rolling_arrears_first", "allocations": []any{[]any{"1997-05", "300.00"}, []any{"current", "100.00"}}, "left_over": "100.00"}, "mode", "allocations", "left_over")
}

func TestNumberVectors(t *testing.T) {
	for _, v := range vectors(t, "id_numbers.json", "cases", 15) {
		got := ask(t, "id", v)
		same(t, v["number"], got, v, "valid", "normalized")
		for _, field := range []string{"birth_date", "sex", "region_code"} { // of a wrong number too, as far as it can be read
			if v[field] != nil {
				same(t, v["number"], got, v, field)
			}
		}
		if v["valid"] == true {
			v["reason"] = ""
		}
		same(t, v["number"], got, v, "reason")
	}
	for _, v := range vectors(t, "id_numbers.json", "upgrade_15_to_18", 5) {
		got := ask(t, "id", object{"number": v["old_15"]})
		if v["upgraded_18"] == nil {
			same(t, v["old_15"], got, object{"valid": false, "reason": "birth_date"}, "valid", "reason")
			continue
		}
		v["valid"], v["normalized"] = true, v["upgraded_18"]
		same(t, v["old_15"], got, v, "valid", "normalized", "birth_date", "sex")
	}
	for _, v := range vectors(t, "uscc.json", "cases", 10) {
		got := ask(t, "uscc", v)
		same(t, v["code"], got, v, "valid", "normalized")
		reason, _ := v["reason"].(string)
		same(t, v["code"], got, object{"reason": strings.SplitN(reason, " ", 2)[0]}, "reason")
	}
}

func TestWorkdayVectors(t *testing.T) {
	for _, v := range vectors(t, "working_days.json", "add_working_days", 10) {
		same(t, v["id"], ask(t, "workdays", v), object{"date": v["expected"], "provisional": false}, "date", "provisional")
	}
	same(t, "2027", ask(t, "workdays", object{"start": "2026-12-30", "working_days": 3}), object{"date": "2027-01-05", "provisional": true}, "date", "provisional")
}

func TestABadLineDoesNotStopTheRun(t *testing.T) {
	long := `{"code":"` + strings.Repeat("9", calc.MaxLine) + `"}`
	good := `{"code":"91350100M000100Y43"}`
	in := strings.Join([]string{good, "", "  \t", "{", "null", "[]", "7", `{"code":{}}`, `{"code":""}`, long, good + "\r", "\xff", good, long}, "\n")
	answers := run(t, "uscc", in)
	want := []string{"valid", "error", "error", "error", "error", "error", "error", "error", "reason", "error", "valid", "error", "valid", "error"}
	if len(answers) != len(want) {
		t.Fatalf("%d answers, want %d: %v", len(answers), len(want), answers)
	}
	for i, field := range want {
		if answers[i][field] == nil || (field != "error" && answers[i]["error"] != nil) || (field == "valid" && answers[i][field] != true) {
			t.Errorf("line %d: %v, want %s", i, answers[i], field)
		}
	}
	if full := `{"code":"` + strings.Repeat("9", calc.MaxLine-11) + `"}`; run(t, "uscc", full+"\n")[0]["reason"] != "length" {
		t.Error("a line of exactly 1 MB was refused")
	}
}

// The program of another asks one question, waits for its answer, and asks the next.
func TestAnAnswerComesBeforeTheNextQuestion(t *testing.T) {
	in, questions := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- calc.Run(context.Background(), "uscc", today, in, out)
		_ = out.Close()
	}()
	read := bufio.NewReader(answers)
	for range 3 {
		if _, err := io.WriteString(questions, `{"code":"91350100M000100Y43"}`+"\r\n"); err != nil {
			t.Fatal(err)
		}
		if line, err := read.ReadString('\n'); err != nil || !strings.Contains(line, `"valid":true`) {
			t.Fatalf("%q, %v", line, err)
		}
	}
	if err := errors.Join(questions.Close(), <-ended); err != nil {
		t.Error(err)
	}
}

// What is wrong is said with the question's own words.
func TestErrorsNameTheField(t *testing.T) {
	for question, want := range map[string]string{
		`{"first_day":7}`: "first_day", `{"principal":"1","days":"x"}`: "days", `{"principal":"1.005"}`: "principal", "{\"principal\":\"\xff\"}": "UTF-8", `{"principal":"１００"}`: "principal", "": "JSON object",
	} {
		got, _ := run(t, "late-fee", question+"\n")[0]["error"].(string)
		if !strings.Contains(got, want) || strings.Contains(got, "Question") {
			t.Errorf("%q: %q does not say %q", question, got, want)
		}
	}
	if got := run(t, "uscc", "\ufeff"+`{"code":"91350100M000100Y43"}`)[0]; got["valid"] != true {
		t.Errorf("after a byte order mark: %v", got)
	}
}

func TestRunRefuses(t *testing.T) {
	if err := calc.Run(context.Background(), "horoscope", today, strings.NewReader("{}"), io.Discard); !errors.Is(err, calc.ErrName) {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := calc.Run(ctx, "id", today, strings.NewReader("{}"), io.Discard); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	broken := errors.New("broken")
	if err := calc.Run(context.Background(), "id", today, io.MultiReader(strings.NewReader("{}\n{"), failing{broken}), io.Discard); !errors.Is(err, broken) {
		t.Error(err)
	}
	if err := calc.Run(context.Background(), "id", today, strings.NewReader("{}\n"), failing{broken}); !errors.Is(err, broken) {
		t.Error(err)
	}
	if len(calc.Names()) != 6 {
		t.Error(calc.Names())
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzLines(f *testing.F) {
	f.Add(`{"principal":1141.87,"first_day":"2016-06-01","last_day":"2016-07-09","deferred":[["2016-06-05","2016-06-07"]]}`)
	f.Add(`{"principal":"1000","period":"1998-11","first_day":"1998-12-16","paid_on":"1999-02-01","local_rules":[{"from":"1998-01-01","daily_rate":"0.001"}]}`)
	f.Add(`{"principal_each":"900","days_each":[300,270],"daily_rate":"0.0005"}`)
	f.Add(`{"method":"annual","opening":"1","credited_in_year":"2","annual_rate":"1e999999999"}`)
	f.Add(`{"method":"month_product","credits_by_month":{"1":"9999999999999"},"annual_rate":"0.0829"}`)
	f.Add(`{"payment":"2300","current_due":"1000","pre_regulation_arrears":[["1997-05","300"]],"post_regulation_arrears":[[]]}`)
	f.Add(`{"number":"11010519491231002x","code":"91350100M000100Y43"}`)
	f.Add(`{"start":"9999-12-31","working_days":-10000}` + "\n\n{}\n[")
	f.Fuzz(func(t *testing.T, in string) {
		lines := strings.Split(strings.TrimPrefix(in, "\ufeff"), "\n")
		asked := len(lines)
		if strings.TrimSpace(lines[asked-1]) == "" {
			asked-- // nothing came after the last line feed
		}
		for _, name := range calc.Names() {
			if answers := run(t, name, in); len(answers) != asked {
				t.Errorf("%s: %d answers to %d lines", name, len(answers), asked)
			}
		}
	})
}
