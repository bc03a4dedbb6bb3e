package complaints

import (
	"context"
	"slices"

	"shebao/complaints/web"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/ledger"
)

// addOwn attaches what the named reporter's record lacked, as far as it tells nobody who that is.
func (d desk) addOwn(ctx context.Context, e *web.Evidence, employer int32, own []contribution.Gap) error {
	if len(own) == 0 {
		return nil
	}
	var months []calendar.Period
	for _, g := range own {
		months = append(months, g.Period)
	}
	sets, err := d.ledger.GapSets(ctx, employer, slices.Compact(months))
	if err != nil {
		return err
	}
	e.Own = common(own, sets, d.small)
	e.OwnHidden = len(e.Own) == 0
	return nil
}

// common are of the reporter's months those that more than few of the employer's people lack, all of them together: whoever looks them up in the ledger finds a crowd (稽核办法 art. 6: the
// reporter is protected). The most common come first; a month that would leave a few is left out.
func common(own []contribution.Gap, sets []ledger.GapSet, few int) []contribution.Gap {
	lacking := func(gaps ...contribution.Gap) (n int) {
		for _, s := range sets {
			if !slices.ContainsFunc(gaps, func(g contribution.Gap) bool {
				return !slices.Contains(s.Gaps, contribution.Gap{Period: g.Period, Insurance: g.Insurance})
			}) {
				n += s.Persons
			}
		}
		return n
	}
	byCrowd := slices.Clone(own)
	slices.SortStableFunc(byCrowd, func(a, b contribution.Gap) int { return lacking(b) - lacking(a) })
	var shown []contribution.Gap
	for _, g := range byCrowd {
		if with := append(shown[:len(shown):len(shown)], g); lacking(with...) > few {
			shown = with
		}
	}
	slices.SortFunc(shown, func(a, b contribution.Gap) int {
		if a.Period != b.Period {
			return int(a.Period - b.Period)
		}
		return int(a.Insurance - b.Insurance)
	})
	return shown
}
