package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/server"
)

// Filter is what of the queue is listed. Empty fields do not matter.
type Filter struct {
	View                       string
	State, Route, Kind         string
	Channel, Region, Tag       string
	Owner                      int32 // -1 is nobody
	Search                     string
	AfterDue                   calendar.Date
	AfterID                    int64
	DueFrom, DueTo, ReceivedOn calendar.Date
}

// Row is one case of a list.
type Row struct {
	Case
	ID    int64
	Alarm lifecycle.Alarm
	Tags  []string
	Mine  bool
}

// List is one page of a list with what stands around it.
type List struct {
	Rows       []Row
	More       bool
	Views      []string
	Counts     map[string]int
	Saved      []SavedView
	Colleagues []Colleague
}

// SavedView is a filter that somebody keeps under a name.
type SavedView struct {
	ID          int64
	Name, Query string
}

// Colleague is somebody to whom a case can be given.
type Colleague struct{ Account, Name string }

// QueueDesk is what the pages of the queue call.
type QueueDesk interface {
	Queue(ctx context.Context, session string, f Filter, now time.Time) (List, error)
	// Boards lists the beginning of several views, and counts them.
	Boards(ctx context.Context, session string, views []string, rows int, now time.Time) (map[string][]Row, map[string]int, error)
	Drafts(ctx context.Context, session string, now time.Time) ([]intake.Incomplete, error)
	ClaimNext(ctx context.Context, session string, now time.Time) (number string, err error)
	Assign(ctx context.Context, session, number, account string, now time.Time) error
	Tag(ctx context.Context, session, number, tag string, now time.Time) error
	Merge(ctx context.Context, session, number, into string, now time.Time) error
	SaveView(ctx context.Context, session, name, query string, now time.Time) error
	DropView(ctx context.Context, session string, id int64, now time.Time) error
}

func (s *Site) showQueue(c *fiber.Ctx) error { return s.queuePage(c, pages.Queue{}) }

// queuePage lists the cases that the address asks for; v holds what this request adds.
func (s *Site) queuePage(c *fiber.Ctx, v pages.Queue) error {
	f := readFilter(c)
	list, err := s.Desk.Queue(c.UserContext(), c.Cookies(cookieSession), f, server.Now(c))
	if problem := fault.Of(err); problem != nil && problem.Kind == fault.Invalid {
		for _, field := range problem.Fields {
			v.Errors = append(v.Errors, layout.FieldError{ID: field.Name, Text: locale.Text(lang(c), field.Key)})
		}
		f.Search = ""
		list, err = s.Desk.Queue(c.UserContext(), c.Cookies(cookieSession), f, server.Now(c))
	}
	if err != nil {
		return err
	}
	v.Page = s.page(c, locale.Text(lang(c), "desk.queue"))
	v.Page.Path, v.Page.Failed = "/queue", len(v.Errors) > 0
	v.Keys = c.Cookies(cookieKeys) != "off"
	v.View, v.Search = f.View, c.Query("q")
	s.addViews(&v, list, f)
	s.addFilters(c, &v, f)
	for _, r := range list.Rows {
		v.Rows = append(v.Rows, s.rowView(v.Page, r, calendar.DateOf(server.Now(c))))
	}
	if list.More {
		last := list.Rows[len(list.Rows)-1]
		v.Next = address(c, "after", cursor(last))
	}
	if f.AfterID != 0 {
		v.First = address(c, "after", "")
	}
	for _, who := range list.Colleagues {
		v.Colleagues = append(v.Colleagues, pages.Pair{Term: who.Account, Value: who.Name})
	}
	if v.Query = string(c.Request().URI().QueryString()); f.View == "waiting" && v.First == "" {
		if v.Drafts, err = s.drafts(c, v.Page); err != nil {
			return err
		}
	}
	return render(c, pages.QueuePage(v))
}

func (s *Site) drafts(c *fiber.Ctx, p layout.Page) ([]pages.Pair, error) {
	drafts, err := s.Desk.Drafts(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	var list []pages.Pair
	for _, d := range drafts {
		list = append(list, pages.Pair{Term: d.UpdatedAt.In(calendar.Zone).Format("2006-01-02 15:04") + " " + p.T("desk.channel."+string(d.TipOff.Channel)),
			Value: strings.TrimSpace(d.TipOff.EmployerName + " " + p.T("tipoff.kind."+string(d.TipOff.Kind)))})
	}
	return list, err
}

func (s *Site) addViews(v *pages.Queue, list List, f Filter) {
	p := v.Page
	for _, name := range list.Views {
		text := p.T("queue.view." + name)
		if n, counted := list.Counts[name]; counted {
			text = p.T("queue.counted", text, n)
		}
		v.Views = append(v.Views, pages.Link{Text: text, Href: "/queue?view=" + url.QueryEscape(name), Current: name == f.View && v.Query == ""})
	}
	for _, saved := range list.Saved {
		v.Saved = append(v.Saved, pages.SavedView{ID: strconv.FormatInt(saved.ID, 10), Link: pages.Link{Text: saved.Name, Href: "/queue?" + saved.Query}})
	}
}

// rowView is a case in a list; Why says in words why it stands where it stands.
func (s *Site) rowView(p layout.Page, r Row, today calendar.Date) pages.Row {
	due, class := s.due(p.Lang, r.Case.Case, today, "desk.provisional.short")
	v := pages.Row{Number: r.Number, Employer: r.EmployerName, Kind: p.T("tipoff.kind." + r.Kind), State: p.T("lifecycle.state." + string(r.State)), Due: due, DueClass: class,
		Owner: r.OwnerName, Received: calendar.DateOf(r.ReceivedAt).String(), Mine: r.Mine, Tags: r.Tags}
	if r.Kind == "" {
		v.Kind = p.T("lifecycle.route." + string(r.Route))
	}
	v.Why = s.why(p, r, today)
	return v
}

func (s *Site) why(p layout.Page, r Row, today calendar.Date) string {
	var parts []string
	add := func(key string, args ...any) { parts = append(parts, p.T("queue.why."+key, args...)) }
	if r.Lead != "" {
		add("follows", r.Lead)
	}
	switch {
	case !r.Paused.IsZero():
		add("paused", r.Paused)
	case r.Due.IsZero() && r.TellBy.IsZero():
		add("nothing")
	default:
		add("duty." + string(r.Clock.Duty))
	}
	if !r.TellBy.IsZero() && !r.TellBy.After(today.AddDays(14)) {
		add("tell", r.TellBy)
	}
	switch {
	case r.Alarm == lifecycle.Breached:
		add("breached")
	case r.OwnerName == "" && r.Alarm == lifecycle.Escalated:
		add("escalated")
	case r.OwnerName == "" && !r.State.Over() && r.Lead == "":
		add("nobody")
	}
	if r.WroteAgain {
		add("again")
	}
	if r.Followers > 0 {
		add("leads", r.Followers)
	}
	return strings.Join(parts, p.T("queue.why.between"))
}

// due says the deadline in days and as a date, always both. provisional is the key of what is added to a day that a holiday notice may move.
func (s *Site) due(lang string, k lifecycle.Case, today calendar.Date, provisional string) (text, class string) {
	if k.Due.IsZero() {
		return locale.Text(lang, "desk.nodue"), ""
	}
	left, unit := lifecycle.Left(k, today, s.Workdays())
	text, class = "desk.left", ""
	switch {
	case k.Due.Before(today):
		text, class, left = "desk.over", "due-over", max(1, -left)
	case k.Due == today:
		text, class = "desk.today", "due-soon"
	case left <= 3:
		class = "due-soon"
	}
	if unit == lifecycle.NaturalDays {
		text += ".natural"
	}
	text = locale.Text(lang, text, left, k.Due)
	if k.Provisional {
		text += locale.Text(lang, provisional)
	}
	return text, class
}

// cursor names the last row of a page for the next one.
func cursor(r Row) string {
	due := r.Due
	if due.IsZero() || !r.TellBy.IsZero() && r.TellBy.Before(due) {
		due = r.TellBy
	}
	return due.String() + "." + strconv.FormatInt(r.ID, 10)
}

// readFilter reads the address; what it cannot mean is left out.
func readFilter(c *fiber.Ctx) Filter {
	f := Filter{View: c.Query("view"), State: c.Query("state"), Route: c.Query("route"), Kind: c.Query("kind"), Channel: c.Query("channel"), Region: c.Query("region"), Tag: c.Query("tag"),
		Search: strings.TrimSpace(c.Query("q"))}
	if f.View == "" {
		f.View = "waiting"
		if f.Search != "" || f.State != "" {
			f.View = "all"
		}
	}
	switch owner := c.Query("owner"); owner {
	case "":
	case "nobody":
		f.Owner = -1
	case "me":
		f.Owner = member(c).ID
	}
	f.DueFrom, _ = calendar.ParseDate(c.Query("from")) // no date: no bound
	f.DueTo, _ = calendar.ParseDate(c.Query("to"))
	if due, id, ok := strings.Cut(c.Query("after"), "."); ok {
		f.AfterDue, _ = calendar.ParseDate(due) // none: what owes nothing
		f.AfterID, _ = strconv.ParseInt(id, 10, 64)
	}
	return f
}

// address is the present one with a value changed, and no page.
func address(c *fiber.Ctx, name, value string) string {
	q, _ := url.ParseQuery(string(c.Request().URI().QueryString())) // what cannot be parsed is left out
	q.Del("after")
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	return "/queue?" + q.Encode()
}

// addFilters offers the choices with the present ones chosen.
func (s *Site) addFilters(c *fiber.Ctx, v *pages.Queue, f Filter) {
	p := v.Page
	choice := func(name, present, key string, values ...string) {
		ch := pages.Choice{Name: name, Label: p.T("queue.filter." + name), Present: present}
		for _, value := range values {
			ch.Options = append(ch.Options, pages.Pair{Term: value, Value: p.T(key + value)})
		}
		v.Filters = append(v.Filters, ch)
		v.Filtered = v.Filtered || present != ""
	}
	var states, routes, kinds []string
	for _, st := range lifecycle.States {
		states = append(states, string(st))
	}
	for _, r := range lifecycle.Routes {
		routes = append(routes, string(r))
	}
	for _, k := range append(slices.Clone(intake.Kinds[:]), intake.Objection) {
		kinds = append(kinds, string(k))
	}
	choice("state", f.State, "lifecycle.state.", states...)
	choice("route", f.Route, "lifecycle.route.", routes...)
	choice("kind", f.Kind, "tipoff.kind.", kinds...)
	choice("channel", f.Channel, "desk.channel.", "web", "phone", "operator")
	choice("owner", c.Query("owner"), "queue.owner.", "me", "nobody")
	for _, field := range []struct{ name, value string }{{"region", f.Region}, {"tag", f.Tag}, {"from", f.DueFrom.String()}, {"to", f.DueTo.String()}} {
		v.Fields = append(v.Fields, layout.Input{ID: field.name, Label: p.T("queue.filter." + field.name), Value: field.value})
		v.Filtered = v.Filtered || field.value != ""
	}
}

// claim gives the next case and opens it.
func (s *Site) claim(c *fiber.Ctx) error {
	number, err := s.Desk.ClaimNext(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if fault.Is(err, fault.NotFound) {
		return s.queuePage(c, pages.Queue{Notice: locale.Text(lang(c), "fault.desk.none")})
	}
	if err != nil {
		return err
	}
	return c.Redirect("/cases/"+number, fiber.StatusSeeOther)
}
