package complaints

import (
	"context"
	"time"

	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/intake"
)

// queueLength is how many cases a page of the queue shows.
const queueLength = 50

func (d desk) Queue(ctx context.Context, session string, f web.Filter, now time.Time) (web.List, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.List{}, err
	}
	cases, more, err := d.store.Queue(ctx, who, store.Filter(f), now, queueLength)
	if err != nil {
		return web.List{}, err
	}
	list := web.List{Rows: rows(who, cases), More: more}
	if list.Counts, err = d.counts(ctx, who, now); err != nil {
		return list, err
	}
	for _, v := range store.Views() {
		list.Views = append(list.Views, string(v))
	}
	saved, err := d.store.SavedViews(ctx, who)
	if err != nil {
		return list, err
	}
	for _, v := range saved {
		list.Saved = append(list.Saved, web.SavedView(v))
	}
	colleagues, err := d.store.Colleagues(ctx, who)
	for _, c := range colleagues {
		list.Colleagues = append(list.Colleagues, web.Colleague(c))
	}
	return list, err
}

func (d desk) counts(ctx context.Context, who store.Staff, now time.Time) (map[string]int, error) {
	counted, err := d.store.Counts(ctx, who, now)
	counts := map[string]int{}
	for v, n := range counted {
		counts[string(v)] = n
	}
	return counts, err
}

func rows(who store.Staff, cases []store.Case) []web.Row {
	list := make([]web.Row, len(cases))
	for i, c := range cases {
		list[i] = web.Row{Case: shown(c), ID: c.ID, Alarm: c.Alarm, Tags: c.Tags, Mine: c.Owner == who.ID}
	}
	return list
}

func (d desk) Boards(ctx context.Context, session string, views []string, length int, now time.Time) (map[string][]web.Row, map[string]int, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, nil, err
	}
	counts, err := d.counts(ctx, who, now)
	if err != nil {
		return nil, nil, err
	}
	lists := map[string][]web.Row{}
	for _, view := range views {
		if counts[view] == 0 {
			continue
		}
		cases, _, err := d.store.Queue(ctx, who, store.Filter{View: view}, now, length)
		if err != nil {
			return nil, nil, err
		}
		lists[view] = rows(who, cases)
	}
	return lists, counts, nil
}

func (d desk) Drafts(ctx context.Context, session string, now time.Time) ([]intake.Incomplete, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return nil, err
	}
	return d.store.Drafts(ctx, who, now)
}

func (d desk) ClaimNext(ctx context.Context, session string, now time.Time) (string, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return "", err
	}
	return d.store.ClaimNext(ctx, who, now)
}

func (d desk) Assign(ctx context.Context, session, number, account string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.Assign(ctx, who, number, account, now)
}

func (d desk) Tag(ctx context.Context, session, number, tag string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.Tag(ctx, who, number, tag, now)
}

func (d desk) Merge(ctx context.Context, session, number, into string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.Merge(ctx, who, number, into, now)
}

func (d desk) Unmerge(ctx context.Context, session, number string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.Unmerge(ctx, who, number, now)
}

func (d desk) WriteAll(ctx context.Context, session, number, text string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.WriteAll(ctx, who, number, text, now)
}

func (d desk) Related(ctx context.Context, session, number string, now time.Time) (web.Case, []web.Related, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.Case{}, nil, err
	}
	c, _, err := d.store.CaseByNumber(ctx, who, number, now)
	if err != nil {
		return web.Case{}, nil, err
	}
	found, err := d.store.RelatedTo(ctx, who, c, now)
	list := make([]web.Related, len(found))
	for i, r := range found {
		list[i] = web.Related{Row: rows(who, []store.Case{r.Case})[0], Follows: r.Follows, Duplicate: r.Duplicate}
	}
	return shown(c), list, err
}

func (d desk) SaveView(ctx context.Context, session, name, query string, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.SaveView(ctx, who, name, query)
}

func (d desk) DropView(ctx context.Context, session string, id int64, now time.Time) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return d.store.DropView(ctx, who, id)
}
