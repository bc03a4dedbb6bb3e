package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/identity"
	"shebao/shared/ledger"
	"shebao/shared/server"
	"shebao/shared/verification"
)

// documentJSON is an issued statement.
type documentJSON struct {
	Year         int    `json:"year"`
	Issue        int    `json:"issue"`
	Number       string `json:"number"`
	Agency       string `json:"agency"`
	IssuedOn     string `json:"issued_on"`
	DataDate     string `json:"data_date"`
	VerifyCode   string `json:"verify_code"`
	SupersededOn string `json:"superseded_on"` // empty: valid
	PDF          string `json:"pdf"`
	Emptied      bool   `json:"emptied"` // says that the year holds nothing any more
}

// listDocumentsJSON lists what was issued to the person, superseded ones too.
func (s *Site) listDocumentsJSON(c *fiber.Ctx) error {
	all, err := s.Issued.Statements(c.UserContext(), visitor(c).id)
	if err != nil {
		return err
	}
	rows := make([]documentJSON, 0, len(all))
	for _, issued := range all {
		rows = append(rows, documentJSON{issued.Year, issued.Issue, statementNumber(issued), issued.Agency, calendar.DateOf(issued.IssuedAt).String(), issued.DataDate.String(), issued.Code.String(),
			supersededOn(issued), "/api/v1/statements/" + strconv.Itoa(issued.Year) + "/document?issue=" + strconv.Itoa(issued.Issue), issued.Emptied()})
	}
	return c.JSON(fiber.Map{"documents": rows})
}

func supersededOn(issued ledger.Statement) string {
	if issued.SupersededAt.IsZero() {
		return ""
	}
	return calendar.DateOf(issued.SupersededAt).String()
}

// verificationJSON says whether a paper is genuine: what stands on it and no more.
type verificationJSON struct {
	State        string `json:"state"` // genuine, superseded
	Kind         string `json:"kind"`
	Year         int    `json:"year"`
	Agency       string `json:"agency"`
	Number       string `json:"number"`
	IssuedOn     string `json:"issued_on"`
	DataDate     string `json:"data_date"`
	SupersededOn string `json:"superseded_on"`
	Name         string `json:"name"`      // masked
	IDNumber     string `json:"id_number"` // masked
	Check        string `json:"check"`     // the paper's line of figures
	Emptied      bool   `json:"emptied"`   // the paper says that the year holds nothing any more
}

// verifyJSON is verifyCode for programs. Errors: fault.Invalid for what cannot be a code, fault.NotFound for one that was never given out, fault.Conflict for a record that does not fit its
// signature, fault.Limited.
func (s *Site) verifyJSON(c *fiber.Ctx) error {
	code, err := verification.Parse(c.Params("code"))
	if err != nil {
		return fault.InvalidFields(fault.Field{Name: "code", Key: wrongCode(c.Params("code"))})
	}
	if err := s.allowVerify(c); err != nil {
		return err
	}
	issued, err := s.Issued.StatementByCode(c.UserContext(), code)
	switch f := fault.Of(err); {
	case err == nil:
	case f.Kind == fault.NotFound:
		return fault.New(fault.NotFound, "verify.unknown")
	case f.Kind == fault.Conflict:
		s.Log.Error("a statement does not fit its signature", "error", err.Error(), "request", server.RequestID(c))
		return fault.New(fault.Conflict, "verify.damaged")
	default:
		return err
	}
	st := statementOfIssue(issued)
	v := verificationJSON{State: "genuine", Kind: "annual_statement", Year: issued.Year, Agency: issued.Agency, Number: statementNumber(issued), IssuedOn: calendar.DateOf(issued.IssuedAt).String(),
		DataDate: issued.DataDate.String(), SupersededOn: supersededOn(issued), Name: identity.MaskName(issued.Name), IDNumber: issued.MaskedID, Check: checkLine(apiLang(c), &st), Emptied: issued.Emptied()}
	if v.Emptied {
		v.Check = "" // the paper has none
	}
	if v.SupersededOn != "" {
		v.State = "superseded"
	}
	return c.JSON(v)
}
