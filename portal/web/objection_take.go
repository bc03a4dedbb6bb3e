package web

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/receipt"
	"shebao/shared/server"
)

// Objections are filed and found again by who made them.
type Objections interface {
	File(ctx context.Context, personID int64, key intake.Key, t intake.TipOff, reporter intake.Reporter, promisedBy calendar.Date, now time.Time) (receipt.Code, error)
	List(ctx context.Context, personID int64) ([]Objection, error)
	Receipt(ctx context.Context, personID, id int64) (receipt.Code, error)
}

// Objection of a person, and how far it is.
type Objection struct {
	ID       int64
	Matter   intake.Matter
	From, To calendar.Period
	FiledAt  time.Time
	Progress intake.Progress
}

// takeObjection reads the form, lets the answers be checked, and files. The key in the form makes a second click harmless.
func (s *Site) takeObjection(c *fiber.Ctx) error {
	f := readObjection(func(name string) string { return form(c, name) })
	key, t, wrong, err := s.checkObjection(c, f)
	if err != nil {
		return err
	}
	step := form(c, "do")
	switch {
	case key == nil:
		return s.staleObjection(c, f)
	case len(wrong) > 0:
		return s.objectionPage(c, f, fieldErrors(lang(c), wrong))
	case strings.HasPrefix(step, "edit"):
		return s.objectionPage(c, f, nil)
	case step == "file":
		return s.fileObjection(c, key, t, f.safe)
	}
	if err := s.Counter.SaveDraft(c.UserContext(), intake.Web, key, t, server.Now(c)); err != nil {
		return err
	}
	return s.objectionCheck(c, f, t, s.filesOf(c, f.files), nil)
}

// takeObjectionFiles adds files on the check page, or takes one back.
func (s *Site) takeObjectionFiles(c *fiber.Ctx) error {
	sent, err := readFiles(c)
	if err != nil {
		return err
	}
	f := readObjection(sent.get)
	key, t, wrong, err := s.checkObjection(c, f)
	switch {
	case err != nil:
		return err
	case key == nil:
		return s.staleObjection(c, f)
	case len(wrong) > 0:
		return s.objectionPage(c, f, fieldErrors(lang(c), wrong))
	}
	list, refused, err := s.takeFiles(c, key, s.filesOf(c, f.files), sent)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return s.objectionCheck(c, f, t, list, fieldErrors(lang(c), refused))
}

func (s *Site) staleObjection(c *fiber.Ctx, f objectionForm) error {
	var err error
	if f.key, err = s.seal(c, useFiling, intake.NewKey(), formLife); err != nil {
		return err
	}
	f.files = ""
	return s.objectionPage(c, f, []layout.FieldError{{ID: "matter", Text: locale.Text(lang(c), "portal.tipoff.stale")}})
}

// checkObjection makes the objection of the form and says all that is wrong with it at once. No key: the form was open for too long, or was not ours.
func (s *Site) checkObjection(c *fiber.Ctx, f objectionForm) (key intake.Key, t intake.TipOff, wrong []fault.Field, err error) {
	if err := s.allowForm(c); err != nil {
		return nil, t, nil, err
	}
	if !s.unseal(c, useFiling, f.key, &key) {
		return nil, t, nil, nil
	}
	l := lang(c)
	t = intake.TipOff{Channel: intake.Web, Kind: intake.Objection, Matter: f.matter, Words: f.words, Named: true, OwnRights: true, Language: l}
	thisMonth := calendar.DateOf(server.Now(c)).Period()
	var fromWrong, toWrong string
	t.From, fromWrong = f.from.period(thisMonth)
	t.To, toWrong = f.to.period(thisMonth)
	for _, field := range [][2]string{{"from", fromWrong}, {"to", toWrong}} {
		if field[1] != "" {
			wrong = append(wrong, fault.Field{Name: field[0], Key: field[1]})
		}
	}
	if problem := fault.Of(t.Check()); problem != nil {
		wrong = append(wrong, problem.Fields...)
	}
	employer, err := s.employerIn(c, t.From)
	if err != nil {
		return nil, t, nil, err
	}
	t.Region, t.EmployerUSCC, t.EmployerName = employer.Region, string(employer.USCC), employer.Name
	return key, t, wrong, nil
}

// employerIn is the person's employer in a month, or the latest one before it: whose records are to be looked at, and in whose region. It is empty for whoever never had one.
func (s *Site) employerIn(c *fiber.Ctx, month calendar.Period) (ledger.Employer, error) {
	r, err := s.record(c)
	if err != nil {
		return ledger.Employer{}, err
	}
	var id int32
	for _, y := range r.Years {
		for _, row := range y.Rows {
			if id == 0 || month == 0 || row.Period <= month {
				id = row.EmployerID
			}
		}
	}
	if id == 0 {
		return ledger.Employer{}, nil
	}
	found, err := s.Ledger.Employers(c.UserContext(), []int32{id})
	return found[id], err
}

// fileObjection files once, and leads to the receipt.
func (s *Site) fileObjection(c *fiber.Ctx, key intake.Key, t intake.TipOff, safe bool) error {
	receipt, err := s.submitObjection(c, key, t, safe)
	if err != nil {
		return err
	}
	return s.toReceipt(c, receipt)
}

// submitObjection files in the name of the person, once.
func (s *Site) submitObjection(c *fiber.Ctx, key intake.Key, t intake.TipOff, safe bool) (keptReceipt, error) {
	r, err := s.Ledger.Record(c.UserContext(), visitor(c).id)
	if err != nil {
		return keptReceipt{}, err
	}
	helper, err := s.filedBy(c)
	if err != nil {
		return keptReceipt{}, err
	}
	who, now := r.Person, server.Now(c)
	t.ByHelper = helper != ""
	promised, provisional := s.Workdays().Add(calendar.DateOf(now), s.ObjectionDays)
	reporter := intake.Reporter{PersonID: who.ID, Name: who.Name, IDNumber: who.IDNumber, Mobile: who.Mobile, SafeToContact: safe, Helper: helper}
	code, err := s.Objections.File(c.UserContext(), who.ID, key, t, reporter, promised, now)
	return keptReceipt{Code: code, Promised: promised, Provisional: provisional, Objection: true}, err
}
