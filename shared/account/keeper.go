package account

import (
	"slices"

	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/money"
)

// Places tells how regions keep accounts.
type Places interface {
	RegionOf(employer int32) string // to which an employer pays
	SettingOf(region string) Setting
}

// keepers say which region keeps an account, and for which pension insurance, from when on; ascending.
//
// An account follows the contributions (国办发〔2009〕66号: the pension relation moves with the work): the region of a month's contribution keeps it from that month on, until another's
// comes; a transfer names it where it takes the account over before. Who pays in two regions at once has one account, and the region that keeps it goes on. A year's interest is credited whole by the region that keeps the account at its end, since a
// move takes the bare principal along (TransferRule); what is booked in a year that is over stays as it was, wherever the person works later.
type keepers []keeper

type keeper struct {
	from   calendar.Period
	region string
	scheme contribution.Insurance
}

// in is the keeper at a year's end: by the last contribution up to it, else by the first one after. Who has none is taken for an employee of an enterprise.
func (k keepers) in(year int) keeper {
	if len(k) == 0 {
		return keeper{scheme: contribution.EmployeePension}
	}
	at := k[0]
	for _, next := range k[1:] {
		if next.from.Year() > year {
			break
		}
		at = next
	}
	return at
}

// KeeperOf is the region that keeps an account now, by all of a person's rows; none without a pension contribution.
func KeeperOf(rows []contribution.Row, places Places) string {
	k := keepersOf(rows, nil, places)
	if len(k) == 0 {
		return ""
	}
	return k[len(k)-1].region
}

// keepersOf follows the pension contributions, in whatever order they come; one that was corrected to nothing is none. Without places everybody is of one region. Where nobody kept the
// account before a month that is paid in two regions, the larger base decides, then the smaller code.
func keepersOf(rows []contribution.Row, events []Event, places Places) keepers {
	for i := 1; i < len(rows); i++ {
		if rows[i].Period < rows[i-1].Period {
			rows = slices.SortedStableFunc(slices.Values(rows), func(a, b contribution.Row) int { return int(a.Period) - int(b.Period) })
			break
		}
	}
	moves := inOrder(events)
	if places == nil {
		moves = nil
	}
	var k keepers
	move := func(until calendar.Period) {
		for ; len(moves) > 0 && moves[0].On.Period() < until; moves = moves[1:] {
			if e := moves[0]; e.Kind == TransferIn && e.Region != "" {
				next := keeper{from: e.On.Period(), region: e.Region, scheme: firstScheme(rows)}
				if len(k) > 0 {
					next.scheme = k[len(k)-1].scheme
				}
				k = append(k, next)
			}
		}
	}
	var employer int32
	var region string // the employer's
	for i := 0; i < len(rows); {
		move(rows[i].Period)
		month, found, stays := keeper{from: rows[i].Period}, false, false
		var base money.Fen
		for ; i < len(rows) && rows[i].Period == month.from; i++ {
			r := &rows[i]
			if !r.Insurance.IsPension() || r.Void() {
				continue
			}
			if places != nil && (region == "" || r.EmployerID != employer) {
				employer, region = r.EmployerID, places.RegionOf(r.EmployerID)
			}
			stays = stays || len(k) > 0 && k[len(k)-1].region == region
			if !found || r.Base > base || r.Base == base && region < month.region {
				month.region, base = region, r.Base
			}
			month.scheme, found = max(month.scheme, r.Insurance), true
		}
		if stays {
			month.region = k[len(k)-1].region
		}
		if n := len(k); found && (n == 0 || k[n-1].region != month.region || k[n-1].scheme != month.scheme) {
			k = append(k, month)
		}
	}
	move(1<<31 - 1)
	return k
}

// firstScheme is that of the first pension contribution, else that of enterprises.
func firstScheme(rows []contribution.Row) contribution.Insurance {
	for i := range rows {
		if r := &rows[i]; r.Insurance.IsPension() && !r.Void() {
			return r.Insurance
		}
	}
	return contribution.EmployeePension
}
