package reconcile

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"shebao/ivr/callflow"
	"shebao/shared/ledger"
	"shebao/shared/money"
)

// personsAtOnce bounds how many persons' accounts are run anew at a time.
const personsAtOnce = 500

// balances: the balance that the hotline speaks, read back from the very text, against accounts that are run anew from the contribution rows. persons ascend; those that differ are counted, never named.
func (r *run) balances(ctx context.Context, persons []int64) error {
	var held, heard money.Fen
	var differ int64
	for some := range slices.Chunk(persons, personsAtOnce) {
		anew, err := r.Ledger.Recount(ctx, some)
		if err != nil {
			return err
		}
		for _, id := range some {
			record, err := r.Ledger.Record(ctx, id)
			if err != nil {
				return err
			}
			truth, said := balanceOf(anew[id]), r.balanceSpoken(record)
			held, heard = held+truth, heard+said
			if truth != said {
				differ++
			}
		}
	}
	r.amount("hotline", "balances as they are spoken", held, heard)
	r.number("hotline", "persons who are told another balance", 0, differ)
	return nil
}

// balanceOf is what a person is told: the closing of the latest settled year, or what the account holds when none is settled yet or the latest was adjusted; nothing without an account.
func balanceOf(years []ledger.PersonYear) (held money.Fen) {
	for _, y := range slices.Backward(years) {
		if !y.HasAccount {
			continue
		}
		if y.Account.Settled {
			return y.Account.Closing
		}
		if held == 0 {
			held = y.Account.Closing
		}
		if y.Account.Adjustments != 0 {
			return y.Account.Closing
		}
	}
	return held
}

// balanceSpoken is the sum in the sentence as a caller hears it in Mandarin.
func (r *run) balanceSpoken(record ledger.Record) money.Fen {
	var years []callflow.Year
	for i, y := range record.Years {
		year := callflow.Year{Year: y.Year, Rows: y.Rows}
		if y.HasAccount {
			year.Account = &record.Years[i].Account
		}
		years = append(years, year)
	}
	for _, line := range callflow.FactsOf("cmn", years, callflow.Standing{}, r.data) {
		if line.Key == "fact_balance" {
			return heardMoney(callflow.Text("cmn", line))
		}
	}
	return 0
}

var spokenMoney = regexp.MustCompile(`累计(负)?(?:(\d+)万)?零?(\d*)元(?:(\d)角|零)?(?:(\d)分)?。`)

// heardMoney reads a sum as it is spoken, such as 累计1万零23元4角5分。 A sentence that says no sum is below zero, and differs from everything.
func heardMoney(text string) money.Fen {
	m := spokenMoney.FindStringSubmatch(text)
	if m == nil {
		return -1
	}
	var fen int64
	for i, unit := range []int64{1_000_000, 100, 10, 1} {
		n, _ := strconv.ParseInt("0"+m[2+i], 10, 64) // digits by the pattern
		fen += n * unit
	}
	if m[1] != "" {
		fen = -fen
	}
	return money.Fen(fen)
}
