package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/complaints/reward"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/money"
	"shebao/shared/server"
)

// RewardDesk is what the section of the reward and the page of its policy call.
type RewardDesk interface {
	Reward(ctx context.Context, session, number string, now time.Time) (Reward, error)
	ProposeReward(ctx context.Context, session, number string, version int, now time.Time) error
	ApproveReward(ctx context.Context, session, number string, now time.Time) error
	DropReward(ctx context.Context, session, number string, now time.Time) error
	PayReward(ctx context.Context, session, number string, on calendar.Date, voucher string, now time.Time) error
	RewardPolicy(ctx context.Context, session string, now time.Time) (RewardPolicy, error)
	SaveRewardPolicy(ctx context.Context, session string, seen int, p reward.Policy, now time.Time) error
}

// Reward of a case: what the policy gives now, and what was proposed of it.
type Reward struct {
	Result       reward.Result
	Proposed     bool
	Amount, Base money.Fen
	Rule         string
	PolicyOf     string
	ProposedBy   string
	Proposer     int32
	ProposedAt   time.Time
	ApprovedBy   string // empty while it waits
	PaidOn       calendar.Date
	Voucher      string
}

// RewardPolicy of a region; Of is the region whose policy is in force there.
type RewardPolicy struct {
	Region, Of string
	Version    int // 0: not its own
	Policy     reward.Policy
}

// rewardPart is the section of a case's reward: computed, never typed.
func (s *Site) rewardPart(c *fiber.Ctx, p layout.Page, k Case, wrong []layout.FieldError) (pages.Section, error) {
	r, err := s.Desk.Reward(c.UserContext(), c.Cookies(cookieSession), k.Number, server.Now(c))
	if err != nil {
		return pages.Section{}, err
	}
	at := "/cases/" + k.Number + "/reward"
	part := pages.Section{ID: "reward", Title: p.T("reward.title"), Note: p.T("reward.note")}
	yuan := func(f money.Fen) string { return f.Grouped() + " " + p.T("site.yuan") }
	hidden := []layout.Pair{{Term: "version", Value: strconv.Itoa(k.Version)}}
	investigates := member(c).Role == lifecycle.Investigator || member(c).Role == lifecycle.Supervisor
	switch {
	case !r.Proposed && r.Result.None != "":
		part.Texts = []string{p.T("reward.none." + r.Result.None)}
		return part, nil
	case !r.Proposed:
		part.Terms = []layout.Pair{{Term: p.T("reward.amount"), Value: yuan(r.Result.Amount)}, {Term: p.T("reward.rule"), Value: p.T("reward.rule." + r.Result.Rule)}, {Term: p.T("reward.base"), Value: yuan(r.Result.Base)}}
		if investigates {
			part.Buttons = []layout.Form{{Action: at + "/propose", Button: p.T("reward.propose"), Hidden: hidden}}
		}
		return part, nil
	}
	part.Terms = []layout.Pair{{Term: p.T("reward.amount"), Value: yuan(r.Amount)}, {Term: p.T("reward.rule"), Value: p.T("reward.rule." + r.Rule)}, {Term: p.T("reward.base"), Value: yuan(r.Base)},
		{Term: p.T("reward.policy"), Value: r.PolicyOf}, {Term: p.T("decision.proposed"), Value: r.ProposedBy + " " + when(r.ProposedAt)}}
	switch {
	case r.ApprovedBy == "":
		part.Terms = append(part.Terms, layout.Pair{Term: p.T("decision.answered"), Value: p.T("decision.answer.waits")})
		if member(c).Role == lifecycle.Supervisor && member(c).ID != r.Proposer {
			part.Buttons = append(part.Buttons, layout.Form{Action: at + "/approve", Button: p.T("reward.approve"), Hidden: hidden})
		}
		if investigates {
			part.Buttons = append(part.Buttons, layout.Form{Action: at + "/drop", Button: p.T("reward.drop"), Hidden: hidden})
		}
	case r.PaidOn.IsZero():
		part.Terms = append(part.Terms, layout.Pair{Term: p.T("decision.answered"), Value: p.T("decision.answer.approved") + " " + r.ApprovedBy})
		if investigates {
			part.Forms = []layout.Form{{Title: p.T("reward.pay"), Note: p.T("reward.pay.note"), Action: at + "/pay", Button: p.T("reward.pay.do"), Open: len(wrong) > 0, Fields: []layout.FormField{
				{Input: layout.Input{ID: "paid_on", Label: p.T("reward.paid_on"), Hint: p.T("notice.hint.day"), Value: form(c, "paid_on"), Errors: wrong}},
				{Input: layout.Input{ID: "voucher", Label: p.T("reward.voucher"), Value: form(c, "voucher"), Errors: wrong}}}}}
		}
	default:
		part.Terms = append(part.Terms, layout.Pair{Term: p.T("decision.answered"), Value: p.T("decision.answer.approved") + " " + r.ApprovedBy}, layout.Pair{Term: p.T("reward.paid_on"), Value: r.PaidOn.String()},
			layout.Pair{Term: p.T("reward.voucher"), Value: r.Voucher})
	}
	return part, nil
}

func (s *Site) proposeReward(c *fiber.Ctx) error {
	version, err := strconv.Atoi(form(c, "version"))
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "fault.request")
	}
	return s.decisionDone(c, s.Desk.ProposeReward(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), version, server.Now(c)))
}

func (s *Site) approveReward(c *fiber.Ctx) error {
	return s.decisionDone(c, s.Desk.ApproveReward(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c)))
}

func (s *Site) dropReward(c *fiber.Ctx) error {
	return s.decisionDone(c, s.Desk.DropReward(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), server.Now(c)))
}

func (s *Site) payReward(c *fiber.Ctx) error {
	on, _ := calendar.ParseDate(strings.TrimSpace(form(c, "paid_on"))) // none is refused with the field named
	return s.decisionDone(c, s.Desk.PayReward(c.UserContext(), c.Cookies(cookieSession), c.Params("number"), on, strings.TrimSpace(form(c, "voucher")), server.Now(c)))
}

// decisionDone goes back to the decision, or shows it again with what was wrong.
func (s *Site) decisionDone(c *fiber.Ctx, err error) error {
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/cases/"+c.Params("number")+"/decision", fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.decisionPage(c, fieldErrors(lang(c), f))
}

// showRewardPolicy shows the policy in force in the region; its supervisors set it.
func (s *Site) showRewardPolicy(c *fiber.Ctx) error { return s.rewardPolicyPage(c, nil) }

func (s *Site) rewardPolicyPage(c *fiber.Ctx, wrong []layout.FieldError) error {
	x, err := s.Desk.RewardPolicy(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if err != nil {
		return err
	}
	v := pages.Sections{Page: s.page(c, ""), Errors: wrong}
	p := v.Page
	v.Page.Title, v.Page.Failed = p.T("reward.policy.title"), len(wrong) > 0
	value := func(name, kept string) string {
		if len(wrong) > 0 {
			return form(c, name)
		}
		return kept
	}
	yes := func(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }
	ask := []layout.Pair{{Term: p.T("reward.yes"), Value: "yes"}, {Term: p.T("reward.no"), Value: "no"}}
	field := func(name, kept string, choices ...layout.Pair) layout.FormField {
		hint := ""
		if key := "reward.hint." + name; p.T(key) != key {
			hint = p.T(key)
		}
		return layout.FormField{Input: layout.Input{ID: name, Label: p.T("reward.field." + name), Hint: hint, Value: value(name, kept), Errors: wrong}, Choices: choices}
	}
	var routes []string
	for _, r := range lifecycle.Routes {
		if r != lifecycle.Audit {
			routes = append(routes, p.T("lifecycle.route."+string(r)))
		}
	}
	f := layout.Form{Title: p.T("reward.policy.set"), Action: "/settings/rewards", Button: p.T("reward.policy.save"), Open: true, Hidden: []layout.Pair{{Term: "version", Value: strconv.Itoa(x.Version)}}, Fields: []layout.FormField{
		field("on", yes(x.Policy.On), ask...), field("share", (money.Fen(x.Policy.Share)).Grouped()),
		field("of", string(x.Policy.Of), layout.Pair{Term: p.T("reward.of.recovered"), Value: "recovered"}, layout.Pair{Term: p.T("reward.of.proven"), Value: "proven"}),
		field("least", x.Policy.Least.String()), field("most", x.Policy.Most.String()), field("no_loss", x.Policy.NoLoss.String()),
		{Input: layout.Input{ID: "routes", Label: p.T("reward.field.routes"), Hint: strings.Join(routes, "；"), Rows: 4, Value: value("routes", routeNames(p, x.Policy.Routes)), Errors: wrong}},
		field("anonymous", yes(x.Policy.Anonymous), ask...), field("own", yes(x.Policy.OwnRights), ask...)}}
	note := p.T("reward.policy.own", x.Region)
	switch {
	case x.Version == 0 && x.Of == "":
		note = p.T("reward.policy.default")
	case x.Version == 0:
		note = p.T("reward.policy.above", x.Of)
	}
	v.Parts = []pages.Section{{ID: "policy", Note: note + " " + p.T("reward.policy.law"), Forms: []layout.Form{f}}}
	return render(c, pages.SectionPage(v))
}

// saveRewardPolicy keeps a new version of the region's policy.
func (s *Site) saveRewardPolicy(c *fiber.Ctx) error {
	var wrong []fault.Field
	amount := func(name, key string) money.Fen {
		sum, err := money.Parse(strings.ReplaceAll(strings.TrimSpace(form(c, name)), ",", ""))
		if err != nil {
			wrong = append(wrong, fault.Field{Name: name, Key: key})
		}
		return sum
	}
	x := reward.Policy{On: form(c, "on") == "yes", Share: int(amount("share", "fault.reward.share")), Of: reward.Base(form(c, "of")), Least: amount("least", "fault.reward.least"), Most: amount("most", "fault.reward.most"),
		NoLoss: amount("no_loss", "fault.reward.no_loss"), Routes: readRoutes(lang(c), form(c, "routes")), Anonymous: form(c, "anonymous") == "yes", OwnRights: form(c, "own") == "yes"}
	version, err := strconv.Atoi(form(c, "version"))
	if err != nil {
		return fault.New(fault.Invalid, "fault.request")
	}
	err = fault.InvalidFields(wrong...)
	if len(wrong) == 0 {
		err = s.Desk.SaveRewardPolicy(c.UserContext(), c.Cookies(cookieSession), version, x, server.Now(c))
	}
	f := fault.Of(err)
	if f == nil {
		return c.Redirect("/settings/rewards", fiber.StatusSeeOther)
	}
	if !shownInPlace(f) {
		return err
	}
	c.Status(server.Status(f.Kind))
	return s.rewardPolicyPage(c, fieldErrors(lang(c), f))
}

// routeNames are procedures by their names, one a line.
func routeNames(p layout.Page, routes []string) string {
	var names []string
	for _, r := range routes {
		names = append(names, p.T("lifecycle.route."+r))
	}
	return strings.Join(names, "\n")
}

// readRoutes reads names of procedures, one a line; what is none stays as it was written, and is refused with the field named.
func readRoutes(lang, text string) []string {
	var routes []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		for _, r := range lifecycle.Routes {
			if line == locale.Text(lang, "lifecycle.route."+string(r)) {
				line = string(r)
			}
		}
		routes = append(routes, line)
	}
	return routes
}
