package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/notice"
	pages "shebao/frontend/desk"
	"shebao/frontend/layout"
	"shebao/shared/calendar"
)

// readService is how a document was served, as it was typed.
func readService(c *fiber.Ctx) Service {
	text := func(name string) string { return strings.TrimSpace(strings.ReplaceAll(form(c, name), "\r\n", "\n")) }
	v := Service{Way: notice.Way(form(c, "way")), Receiver: text("receiver"), Witness: text("witness"), Note: text("note"),
		Announced: notice.Announced{Why: notice.Why(form(c, "why")), Place: text("place"), Course: text("course")}}
	v.DoneOn, _ = calendar.ParseDate(text("done_on")) // none is refused with the field named
	return v
}

// whyChoices are the reasons for an announcement, none chosen first.
func whyChoices(p layout.Page) []layout.Pair {
	choices := []layout.Pair{{Term: p.T("notice.service.why.none"), Value: ""}}
	for _, why := range notice.Whys {
		choices = append(choices, layout.Pair{Term: p.T("notice.service.why." + string(why)), Value: string(why)})
	}
	return choices
}

// serviceFacts are a service as its record shows it: all that was written down.
func serviceFacts(p layout.Page, v Service, today calendar.Date) []pages.Pair {
	facts := []pages.Pair{{Term: p.T("notice.served_on"), Value: servedWords(p, v, today)}}
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, pages.Pair{Term: p.T(key), Value: value})
		}
	}
	if v.DoneOn != v.ServedOn {
		add("notice.announced_on", v.DoneOn.String())
	}
	if v.Why != "" {
		add("notice.why", p.T("notice.service.why."+string(v.Why)))
	}
	add("notice.place", v.Place)
	add("notice.course", v.Course)
	add("notice.receiver", v.Receiver)
	add("notice.witness", v.Witness)
	add("notice.note", v.Note)
	add("notice.recorded_by", v.RecordedBy)
	return facts
}

// servedWords are the day and way of a service; while an announcement's days run, the day on which it will count as served.
func servedWords(p layout.Page, v Service, today calendar.Date) string {
	if v.ServedOn.After(today) {
		return p.T("publication.letter.announced", v.ServedOn)
	}
	return v.ServedOn.String() + " " + p.T("notice.way."+string(v.Way))
}

// announcedWords are reason, place and course of an announcement in a list's cell.
func announcedWords(p layout.Page, v Service) []string {
	if v.Why == "" {
		return []string{v.Place, v.Course}
	}
	return []string{p.T("notice.service.why." + string(v.Why)), v.Place, v.Course}
}
