package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/arrears"
	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// showMoneySetting shows how the supervisor's region counts, books and writes.
func (s *Site) showMoneySetting(c *fiber.Ctx) error {
	m, err := s.Money.MoneySetting(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if err != nil {
		return err
	}
	return s.moneySettingPage(c, m, settingTexts{arrears.FormatRates(m.Arrears.Rates), arrears.FormatLimits(m.Arrears.Limits), arrears.FormatLocal(m.Arrears.Local)}, nil, c.Query("saved") == "1")
}

// settingTexts are the lists of a setting as somebody typed them.
type settingTexts struct{ rates, limits, local string }

// agencyText is a text of the agency, and agencyNumber a number; both by the name that a form gives them.
var agencyText = []struct {
	name string
	of   func(a *notice.Agency) *string
}{
	{"name", func(a *notice.Agency) *string { return &a.Name }}, {"department", func(a *notice.Agency) *string { return &a.Department }}, {"series", func(a *notice.Agency) *string { return &a.Series }},
	{"pattern", func(a *notice.Agency) *string { return &a.Pattern }}, {"holder", func(a *notice.Agency) *string { return &a.Holder }}, {"bank", func(a *notice.Agency) *string { return &a.Bank }},
	{"account", func(a *notice.Agency) *string { return &a.Account }}, {"place", func(a *notice.Agency) *string { return &a.Place }}, {"address", func(a *notice.Agency) *string { return &a.Address }},
	{"contact", func(a *notice.Agency) *string { return &a.Contact }}, {"phone", func(a *notice.Agency) *string { return &a.Phone }}, {"review", func(a *notice.Agency) *string { return &a.Review }},
	{"court", func(a *notice.Agency) *string { return &a.Court }},
}

var agencyNumber = []struct {
	name string
	of   func(a *notice.Agency) *int
}{
	{"pay_days", func(a *notice.Agency) *int { return &a.PayDays }}, {"correct_days", func(a *notice.Agency) *int { return &a.CorrectIn }},
	{"announce_days", func(a *notice.Agency) *int { return &a.Announce }}, {"warn_before", func(a *notice.Agency) *int { return &a.WarnBefore }},
}

func (s *Site) moneySettingPage(c *fiber.Ctx, m MoneySetting, texts settingTexts, wrong []layout.FieldError, saved bool) error {
	p := s.page(c, locale.Text(lang(c), "money.setting"))
	p.Path, p.Failed = "/settings/money", len(wrong) > 0
	v := pages.MoneySetting{Page: p, Errors: wrong, Region: m.Region, Name: m.Name, Version: strconv.Itoa(m.Version), Saved: saved, Capped: m.Arrears.Capped}
	for name, chosen := range map[string]string{"end_day": m.Arrears.EndDay, "first_day": m.Arrears.FirstDay, "stop": m.Arrears.Stop, "order": m.Arrears.Order, "fee_order": m.Arrears.FeeOrder, "rounding": m.Arrears.Rounding} {
		choice := pages.SettingChoice{Name: name, Label: p.T("money.setting." + name), Error: layout.ErrorOf(wrong, name)}
		for _, value := range arrears.Choices(name) {
			choice.Options = append(choice.Options, pages.Option{Value: value, Text: p.T("money." + name + "." + value), Chosen: value == chosen})
		}
		v.Choices = append(v.Choices, choice)
	}
	sortChoices(v.Choices)
	v.Rules = []layout.Input{{ID: "rates", Label: p.T("money.setting.rates"), Hint: p.T("money.setting.rates.hint"), Value: texts.rates, Rows: 8, Errors: wrong},
		{ID: "limits", Label: p.T("money.setting.limits"), Hint: p.T("money.setting.limits.hint"), Value: texts.limits, Rows: 3, Errors: wrong},
		{ID: "local", Label: p.T("money.setting.local"), Hint: p.T("money.setting.local.hint"), Value: texts.local, Rows: 3, Errors: wrong}}
	for _, f := range agencyText {
		v.Agency = append(v.Agency, layout.Input{ID: "agency_" + f.name, Label: p.T("money.agency." + f.name), Value: *f.of(&m.Agency), Errors: wrong})
	}
	for _, f := range agencyNumber {
		v.Agency = append(v.Agency, layout.Input{ID: "agency_" + f.name, Label: p.T("money.agency." + f.name), Value: strconv.Itoa(*f.of(&m.Agency)), Numeric: true, Errors: wrong})
	}
	return render(c, pages.MoneySettingPage(v))
}

// sortChoices puts the choices in the order in which they matter to a fee.
func sortChoices(list []pages.SettingChoice) {
	order := map[string]int{"first_day": 0, "end_day": 1, "stop": 2, "order": 3, "fee_order": 4, "rounding": 5}
	sorted := make([]pages.SettingChoice, len(list))
	for _, c := range list {
		sorted[order[c.Name]] = c
	}
	copy(list, sorted)
}

// saveMoneySetting keeps a new version; what was typed is never lost.
func (s *Site) saveMoneySetting(c *fiber.Ctx) error {
	version, err := strconv.Atoi(form(c, "version"))
	if err != nil {
		return fault.New(fault.Invalid, "fault.request")
	}
	shown, err := s.Money.MoneySetting(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
	if err != nil {
		return err
	}
	m := MoneySetting{Region: shown.Region, Name: shown.Name, Version: version}
	m.Arrears = arrears.Setting{EndDay: form(c, "end_day"), FirstDay: form(c, "first_day"), Stop: form(c, "stop"), Order: form(c, "order"), FeeOrder: form(c, "fee_order"), Rounding: form(c, "rounding"), Capped: form(c, "capped") == "yes"}
	texts := settingTexts{form(c, "rates"), form(c, "limits"), form(c, "local")}
	wrong := readSetting(c, &m, texts)
	if len(wrong) == 0 {
		err = s.Money.SaveMoneySetting(c.UserContext(), c.Cookies(cookieSession), m, server.Now(c))
	} else {
		err = fault.InvalidFields(wrong...)
	}
	if f := fault.Of(err); f != nil {
		if !shownInPlace(f) {
			return err
		}
		c.Status(server.Status(f.Kind))
		return s.moneySettingPage(c, m, texts, fieldErrors(lang(c), f), false)
	}
	return c.Redirect("/settings/money?saved=1", fiber.StatusSeeOther)
}

// readSetting reads lists and the agency, and tells every wrong field.
func readSetting(c *fiber.Ctx, m *MoneySetting, texts settingTexts) []fault.Field {
	var wrong []fault.Field
	for _, name := range m.Arrears.Wrong() {
		wrong = append(wrong, fault.Field{Name: name, Key: "fault.money.choice"})
	}
	var err error
	if m.Arrears.Rates, err = arrears.ParseRates(texts.rates); err != nil {
		wrong = append(wrong, fault.Field{Name: "rates", Key: "fault.money.list"})
	}
	if m.Arrears.Limits, err = arrears.ParseLimits(texts.limits); err != nil {
		wrong = append(wrong, fault.Field{Name: "limits", Key: "fault.money.list"})
	}
	if m.Arrears.Local, err = arrears.ParseLocal(texts.local); err != nil {
		wrong = append(wrong, fault.Field{Name: "local", Key: "fault.money.list"})
	}
	for _, f := range agencyText {
		*f.of(&m.Agency) = strings.TrimSpace(form(c, "agency_"+f.name))
	}
	for _, f := range agencyNumber {
		n, err := strconv.Atoi(strings.TrimSpace(form(c, "agency_"+f.name)))
		if err != nil || n < 0 || n > 180 {
			wrong = append(wrong, fault.Field{Name: "agency_" + f.name, Key: "fault.notice.days"})
		}
		*f.of(&m.Agency) = n
	}
	return wrong
}
