// Package web is the citizens' face: pages and the JSON API beside them. One route table; an action parses, calls, renders.
package web

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"shebao/frontend/layout"
	"shebao/frontend/locale"
	pages "shebao/frontend/portal"
	"shebao/frontend/static"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/credential"
	official "shebao/shared/document"
	"shebao/shared/identity"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/receipt"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/token"
	"shebao/shared/verification"
)

// Ledger is what the pages read.
type Ledger interface {
	PersonByDocument(ctx context.Context, number string) (ledger.Person, error)
	Person(ctx context.Context, id int64) (ledger.Person, error)
	Record(ctx context.Context, personID int64) (ledger.Record, error)
	Employers(ctx context.Context, ids []int32) (map[int32]ledger.Employer, error)
	EmployerByUSCC(ctx context.Context, code identity.USCC) (ledger.Employer, error)
	SearchEmployers(ctx context.Context, name string, limit int) ([]ledger.Employer, error)
}

// Statements are the issued ones.
type Statements interface {
	YearRecord(ctx context.Context, personID int64, year int) (ledger.YearRecord, error)
	Statement(ctx context.Context, personID int64, year int) (ledger.Statement, error)
	Statements(ctx context.Context, personID int64) ([]ledger.Statement, error)
	StatementByCode(ctx context.Context, code verification.Code) (ledger.Statement, error)
	IssueStatement(ctx context.Context, personID int64, opt ledger.IssueOptions) (ledger.Statement, error)
	MarkOpened(ctx context.Context, s ledger.Statement, at time.Time) error
}

// PINs proves who somebody is.
type PINs interface {
	Verify(ctx context.Context, way credential.Track, personID int64, pin string, now time.Time) error
	Check(pin string, who credential.Owner) error
	Change(ctx context.Context, who ledger.Person, pin, session, lang string, now time.Time) error
}

// Sessions are sign-ins.
type Sessions interface {
	Begin(ctx context.Context, b Start, now time.Time) (session, refresh string, err error)
	Rotate(ctx context.Context, session, refresh string, now time.Time) (Renewed, error)
	Ended(ctx context.Context, session string, now time.Time) (bool, error)
	End(ctx context.Context, session string, now time.Time) error
	EndOthers(ctx context.Context, personID int64, but string, now time.Time) error
	SignIns(ctx context.Context, personID int64, now time.Time) ([]SignIn, error)
	SeenByOthers(ctx context.Context, personID int64, limit int) ([]Seen, error)
	SeenBySelf(ctx context.Context, personID int64, limit int) ([]Seen, error)
	Note(ctx context.Context, e audit.Entry) error
}

// SignIn is one of a person's sign-ins that is still good.
type SignIn struct {
	Session   string
	Device    string
	StartedAt time.Time
	UsedAt    time.Time
	Shared    bool
}

// Start is what a session begins with.
type Start struct {
	PersonID int64
	Device   string
	Shared   bool // others use the computer too
}

// Renewed is what a refresh token was exchanged for; Next is empty for a page beside the one that got it.
type Renewed struct {
	PersonID int64
	Next     string
	Shared   bool
}

// Seen is an access to a person's record.
type Seen struct {
	At                           time.Time
	Role, Action, Reason, CaseNo string
	Helper                       int64 // the person who helped, when the role is helper
}

// Limiter refuses what comes too often.
type Limiter interface {
	Allow(ctx context.Context, key string, limit int, window time.Duration) error
	TakeBack(ctx context.Context, key string) error
}

// Counter takes tip-offs and opens mailboxes.
type Counter interface {
	SaveDraft(ctx context.Context, channel intake.Channel, key intake.Key, t intake.TipOff, now time.Time) error
	File(ctx context.Context, key intake.Key, t intake.TipOff, reporter *intake.Reporter, promisedBy calendar.Date, now time.Time) (receipt.Code, error)
	Open(ctx context.Context, code receipt.Code) (*intake.Mailbox, error)
	Write(ctx context.Context, m *intake.Mailbox, key intake.Key, text string, now time.Time) error
	Attach(ctx context.Context, channel intake.Channel, key intake.Key, a intake.Attachment, now time.Time) error
	Detach(ctx context.Context, channel intake.Channel, key intake.Key, sha256 []byte) error
}

// Site is everything that the pages stand on.
type Site struct {
	Ledger        Ledger
	Issued        Statements
	Press         *official.Press
	PublicURL     string // where the outside reaches the portal: the codes on documents lead there
	PINs          PINs
	Proofs        Proofs
	Helpers       Helpers
	Confirmations Confirmations
	Sessions      Sessions
	Limiter       Limiter
	Counter       Counter
	Objections    Objections
	ObjectionDays int // working days in which the desk answers an objection
	Tokens        *token.Keys
	Visits        Visits
	Recovery      Recovery
	Forms         Forms
	Field         seal.FieldKey // seals short-lived values that the browser carries
	Hash          seal.HashKey  // of addresses and numbers, for limits
	Open          Open
	Listings      Listings
	Workdays      func() *calendar.Workdays // of the moment: a year's notice may come while we serve
	Log           *slog.Logger
	Secure        bool // cookies only over TLS
	Demo          bool
	DemoHints     []string

	verified verifiedTokens
	trickle  trickle // of verifications while the limiter is down
}

// Routes registers every address; who may is written beside it.
func (s *Site) Routes(app *fiber.App) {
	server.Static(app, static.Prefix, static.Open)
	app.Use(s.identify)
	// Of who is signed in: person is the person alone; reader and filer may be a helper too, whose every step is noted. tipper is for everybody, and for a helper only as a filer.
	anybody, tipper, self, person := []fiber.Handler(nil), []fiber.Handler{s.asTipper}, []fiber.Handler{s.mustBeSignedIn}, []fiber.Handler{s.mustBeSignedIn, s.onlySelf}
	reader, filer, own := []fiber.Handler{s.mustBeSignedIn, s.asReader}, []fiber.Handler{s.mustBeSignedIn, s.asFiler}, []fiber.Handler{s.mustBeSignedIn, s.onlyOwn, s.asReader}
	for _, r := range []struct {
		method, path string
		who          []fiber.Handler
		action       fiber.Handler
	}{
		{"GET", "/", []fiber.Handler{s.asReader}, s.showHome},
		{"POST", "/prefs", anybody, s.setPreferences},
		{"GET", "/help/gaps", anybody, s.showHelp},
		{"GET", "/help/missing", anybody, s.showMissing},
		{"GET", "/help", anybody, s.showHelpIndex},
		{"GET", "/help/:page", anybody, s.showHelpPage},
		{"GET", "/tools/late-fee", anybody, s.showLateFee},
		{"GET", "/sign-in", anybody, s.showSignIn},
		{"POST", "/sign-in", anybody, s.signIn},
		{"POST", "/sign-out", anybody, s.signOut},
		{"GET", "/activate", anybody, s.showProof("activate")},
		{"POST", "/activate", anybody, s.beginProof("activate")},
		{"GET", "/recover", anybody, s.showProof("recover")},
		{"POST", "/recover", anybody, s.beginProof("recover")},
		{"GET", "/proof/code", anybody, s.showCode},
		{"POST", "/proof/code", anybody, s.tryCode},
		{"POST", "/proof/code/again", anybody, s.sendCodeAgain},
		{"GET", "/proof/pin", anybody, s.showNewPIN},
		{"POST", "/proof/pin", anybody, s.setNewPIN},
		{"GET", "/proof/done", person, s.showProofDone},
		{"GET", "/statement", reader, s.showLatestStatement},
		{"GET", "/statement/:year.pdf", reader, s.showStatementPDF},
		{"GET", "/statement/:year", reader, s.showStatement},
		{"GET", "/statement/:year/:month", reader, s.showMonth},
		{"GET", "/account", reader, s.showAccount},
		{"GET", "/me", person, s.showMe},
		{"POST", "/me/pin", person, s.changePIN},
		{"POST", "/me/sign-ins/end", person, s.endSignIns},
		{"GET", "/me/helpers", person, s.showHelpers},
		{"POST", "/me/helpers", person, s.grantHelper},
		{"POST", "/me/helpers/end", person, s.endHelper},
		{"GET", "/me/documents", reader, s.showDocuments},
		{"GET", "/me/eligibility", person, s.showEligibility},
		{"POST", "/me/eligibility", person, s.confirmEligibility},
		{"GET", "/helping", self, s.showHelping},
		{"POST", "/helping", self, s.chooseHelping},
		{"GET", "/verify", anybody, s.showVerify},
		{"GET", "/verify/:code", anybody, s.verifyCode},
		{"GET", "/tip-off", tipper, s.showTipOff},
		{"POST", "/tip-off", tipper, s.takeTipOff},
		{"GET", "/tip-off/receipt", anybody, s.showReceipt},
		{"POST", "/tip-off/receipt", anybody, s.leaveReceipt},
		{"POST", "/tip-off/files", tipper, s.takeTipOffFiles},
		{"GET", "/objection", filer, s.showObjection},
		{"POST", "/objection", filer, s.takeObjection},
		{"POST", "/objection/files", filer, s.takeObjectionFiles},
		{"GET", "/me/objections", filer, s.showObjections},
		{"POST", "/me/objections/:id", filer, s.openObjection},
		{"GET", "/progress", anybody, s.showProgress},
		{"POST", "/progress", anybody, s.openProgress},
		{"POST", "/progress/message", anybody, s.sendMessage},
		{"POST", "/progress/close", anybody, s.closeProgress},
		{"GET", "/progress/papers/:n", anybody, s.openPaper},

		{"GET", "/robots.txt", anybody, s.showRobots},

		{"GET", "/open", anybody, s.showOpen},
		{"GET", "/open/objection", anybody, s.showListing},
		{"POST", "/open/objection", anybody, s.openListing},
		{"POST", "/open/objection/send", anybody, s.sendObjection},
		{"POST", "/open/objection/close", anybody, s.closeListing},
		{"GET", "/open/:subject", anybody, s.showOpenSubject},
		{"GET", "/open/:subject/:region/:span.json", anybody, s.openJSON},
		{"GET", "/open/:subject/:region/:span.csv", anybody, s.openCSV},
		{"GET", "/open/:subject/:region/:span", anybody, s.showEdition},
		{"GET", "/api/v1/open", anybody, s.openIndex},
		{"GET", "/api/v1/open/:subject/:region/:span", anybody, s.openJSON},

		{"GET", "/api/v1/openapi.json", anybody, s.showOpenAPI},
		{"POST", "/api/v1/sessions", anybody, s.signInJSON},
		{"POST", "/api/v1/sessions/refresh", anybody, s.refreshJSON},
		{"DELETE", "/api/v1/sessions", self, s.signOutJSON},
		{"POST", "/api/v1/proofs", anybody, s.beginProofJSON},
		{"POST", "/api/v1/proofs/resend", anybody, s.sendCodeAgainJSON},
		{"POST", "/api/v1/proofs/code", anybody, s.tryCodeJSON},
		{"POST", "/api/v1/proofs/pin", anybody, s.setNewPINJSON},
		{"GET", "/api/v1/helpers", person, s.listHelpersJSON},
		{"POST", "/api/v1/helpers", person, s.grantHelperJSON},
		{"DELETE", "/api/v1/helpers/:id", self, s.endHelperJSON},
		{"GET", "/api/v1/helped", self, s.listHelpedJSON},
		{"GET", "/api/v1/sessions", person, s.listSignInsJSON},
		{"DELETE", "/api/v1/sessions/:id", person, s.endSignInJSON},
		{"GET", "/api/v1/accesses", person, s.listAccessesJSON},
		{"GET", "/api/v1/documents", reader, s.listDocumentsJSON},
		{"GET", "/api/v1/statements/:year/document", reader, s.showStatementPDF},
		{"GET", "/api/v1/recovery", reader, s.listRecoveryJSON},
		{"GET", "/api/v1/verifications/:code", anybody, s.verifyJSON},
		{"POST", "/api/v1/filings", tipper, s.beginFilingJSON},
		{"POST", "/api/v1/filings/files", tipper, s.addFilesJSON},
		{"POST", "/api/v1/employers/search", anybody, s.searchEmployersJSON},
		{"POST", "/api/v1/tip-offs", tipper, s.fileTipOffJSON},
		{"POST", "/api/v1/mailbox", anybody, s.openMailboxJSON},
		{"POST", "/api/v1/mailbox/messages", anybody, s.sendMessageJSON},
		{"POST", "/api/v1/mailbox/papers/:n", anybody, s.openPaperJSON},
		{"GET", "/api/v1/eligibility", person, s.showEligibilityJSON},
		{"POST", "/api/v1/eligibility", person, s.confirmEligibilityJSON},
		{"GET", "/api/v1/objections", filer, s.listObjectionsJSON},
		{"POST", "/api/v1/objections", filer, s.fileObjectionJSON},
		{"GET", "/api/v1/statements", reader, s.listStatements},
		{"GET", "/api/v1/statements/:year", reader, s.statementJSON},
		{"GET", "/api/v1/persons/:person/statements/:year", own, s.statementJSON},
	} {
		app.Add(r.method, r.path, append(r.who[:len(r.who):len(r.who)], r.action)...)
	}
}

// page is the shell of a page as this visitor wants it. section is the navigation entry that it belongs to.
func (s *Site) page(c *fiber.Ctx, title, section string) layout.Page {
	p := layout.Page{Site: "site.portal", Lang: lang(c), Title: title, Path: section, Back: c.OriginalURL(), Elder: c.Cookies("ui") == "elder", Demo: s.Demo, SignOut: "/sign-out", About: locale.Text(lang(c), "help.about")}
	s.findable(c, &p)
	if theme := c.Cookies("theme"); theme == "dark" || theme == "light" {
		p.Theme = theme
	}
	p.Nav = append(p.Nav, layout.Link{Href: "/statement", Text: p.T("portal.nav.statement"), Always: true})
	if who := visitor(c); who != nil {
		p.Account, p.AccountLink = s.nameOf(c), "/me"
		if who.acting != nil {
			p.AccountLink, p.Acting = "/helping", s.actingBar(c, who)
		}
		if who.shared {
			p.Leave = &layout.Leave{After: int(sharedIdle.Seconds()), To: "/sign-in?ended=1&next=" + url.QueryEscape(leftPage(c))}
		}
		p.Nav = append(p.Nav, layout.Link{Href: "/account", Text: p.T("portal.nav.account")})
	}
	p.Nav = append(p.Nav, layout.Link{Href: "/tip-off", Text: p.T("portal.nav.tipoff"), Always: true}, layout.Link{Href: "/progress", Text: p.T("portal.nav.progress"), Always: true})
	p.Foot = []layout.Link{{Href: "/open", Text: p.T("open.title")}, {Href: "/verify", Text: p.T("verify.foot")}, {Href: "/help", Text: p.T("help.foot")}, {Href: "/help/after", Text: p.T("help.after.title")},
		{Href: "/help/access", Text: p.T("help.foot.access")}, {Href: "/help/privacy", Text: p.T("help.foot.privacy")}}
	return p
}

func render(c *fiber.Ctx, component templ.Component) error {
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return component.Render(c.UserContext(), c.Response().BodyWriter())
}

func isAPI(c *fiber.Ctx) bool { return strings.HasPrefix(c.Path(), "/api/") }

func (s *Site) showHelp(c *fiber.Ctx) error {
	return render(c, pages.HelpGaps(s.page(c, locale.Text(lang(c), "portal.gaps.title"), "/help/gaps")))
}
