package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"shebao/complaints/lifecycle"
	"shebao/frontend/static"
	"shebao/shared/fault"
	"shebao/shared/server"
)

// Who may ask for an address. Nobody signed in is anybody; which cases a role sees is decided in SQL.
var (
	anybody     []lifecycle.Role
	staff       = []lifecycle.Role{lifecycle.Intake, lifecycle.Investigator, lifecycle.Supervisor, lifecycle.Sysadmin, lifecycle.Auditor}
	caseworkers = []lifecycle.Role{lifecycle.Intake, lifecycle.Investigator, lifecycle.Supervisor}

	investigators = []lifecycle.Role{lifecycle.Investigator, lifecycle.Supervisor}
	sysadmins     = []lifecycle.Role{lifecycle.Sysadmin}
	takers        = []lifecycle.Role{lifecycle.Intake} // who investigates must not have heard the reporter's name
	keepers       = []lifecycle.Role{lifecycle.Supervisor, lifecycle.Sysadmin}
)

// Routes registers every address; who may is written beside it.
func (s *Site) Routes(app *fiber.App) {
	server.Static(app, static.Prefix, static.Open)
	for _, r := range []struct {
		method, path string
		who          []lifecycle.Role
		action       fiber.Handler
	}{
		{"GET", "/", staff, s.showFirst},
		{"POST", "/prefs", anybody, s.setPreferences},
		{"GET", "/sign-in", anybody, func(c *fiber.Ctx) error { return s.signInPage(c, "", nil) }},
		{"POST", "/sign-in", anybody, s.signIn},
		{"POST", "/sign-out", staff, s.signOut},

		{"GET", "/today", caseworkers, s.showToday},
		{"GET", "/queue", caseworkers, s.showQueue},
		{"GET", "/queue/events", caseworkers, s.events},
		{"POST", "/queue/bulk", caseworkers, s.bulk},
		{"POST", "/queue/views", caseworkers, s.saveView},
		{"POST", "/queue/views/drop", caseworkers, s.dropView},
		{"POST", "/queue/claim", caseworkers, s.claim},

		{"GET", "/intake/new", takers, s.newReport},
		{"POST", "/intake/new", takers, s.takeReport},

		{"GET", "/cases/:number", caseworkers, s.showCase},
		{"POST", "/cases/:number/act", caseworkers, s.act},
		{"POST", "/cases/:number/write", caseworkers, s.write},
		{"GET", "/cases/:number/attachments/:id", caseworkers, s.attachment},
		{"GET", "/cases/:number/evidence", caseworkers, s.showEvidence},
		{"POST", "/cases/:number/evidence", caseworkers, s.keepEvidence},
		{"POST", "/cases/:number/evidence/wages", caseworkers, s.enterWages},
		{"GET", "/cases/:number/evidence/:id", caseworkers, s.showKeptEvidence},
		{"GET", "/cases/:number/decision", caseworkers, s.showDecision},
		{"GET", "/cases/:number/messages", caseworkers, s.showMessages},
		{"POST", "/cases/:number/messages", caseworkers, s.sendMessage},
		{"POST", "/cases/:number/notes", caseworkers, s.addNote},
		{"GET", "/cases/:number/employer", caseworkers, s.findEmployer},
		{"POST", "/cases/:number/employer", caseworkers, s.linkEmployer},
		{"POST", "/cases/:number/reward/propose", investigators, s.proposeReward},
		{"POST", "/cases/:number/reward/approve", supervisors, s.approveReward},
		{"POST", "/cases/:number/reward/drop", investigators, s.dropReward},
		{"POST", "/cases/:number/reward/pay", investigators, s.payReward},
		{"GET", "/settings/rewards", supervisors, s.showRewardPolicy},
		{"POST", "/settings/rewards", supervisors, s.saveRewardPolicy},
		{"GET", "/phrases", caseworkers, s.showPhrases},
		{"POST", "/phrases", supervisors, s.savePhrase},
		{"POST", "/phrases/:id/end", supervisors, s.endPhrase},
		{"GET", "/cases/:number/files", caseworkers, s.showFiles},
		{"POST", "/cases/:number/files", caseworkers, s.addFile},
		{"GET", "/cases/:number/files/:id", caseworkers, s.openFile},
		{"POST", "/cases/:number/files/:id/exclude", investigators, s.excludeFile},
		{"POST", "/cases/:number/attachments/:id/transcript", caseworkers, s.transcribe},

		{"GET", "/conflicts", caseworkers, s.showConflicts},
		{"POST", "/conflicts", caseworkers, s.declare},
		{"POST", "/conflicts/:id/lift", supervisors, s.lift},

		{"GET", "/supervision/register", overseers, s.showRegister},
		{"GET", "/supervision/register.csv", overseers, s.exportRegister(false)},
		{"GET", "/supervision/register.xlsx", overseers, s.exportRegister(true)},
		{"GET", "/supervision/register/:uscc", figureReaders, s.showDebtor},
		{"POST", "/supervision/register/:uscc/state", supervisors, s.setDebtorState},
		{"POST", "/supervision/register/:uscc/owner", supervisors, s.setDebtorOwner},
		{"POST", "/supervision/register/:uscc/plan", supervisors, s.signPlan},
		{"POST", "/supervision/register/:uscc/end-plan", supervisors, s.endPlan},
		{"POST", "/supervision/register/:uscc/write-off", supervisors, s.requestWriteOff},
		{"POST", "/supervision/register/:uscc/write-off-approval", supervisors, s.approveWriteOff},
		{"GET", "/supervision/collection", overseers, s.showCollection},
		{"GET", "/supervision/collection.csv", overseers, s.exportCollection},

		{"GET", "/supervision/plan", overseers, s.showPlan},
		{"GET", "/supervision/plan.xlsx", overseers, s.exportPlan},
		{"POST", "/supervision/plan", supervisors, s.setPlan},
		{"POST", "/supervision/plan/choose", supervisors, s.chooseAudits},
		{"GET", "/supervision/coverage", overseers, s.showCoverage},
		{"GET", "/supervision/pensioners", figureReaders, s.showPensioners},
		{"POST", "/supervision/pensioners/draw", supervisors, s.drawSample},
		{"POST", "/supervision/pensioners/visit", investigators, s.recordSampleVisit},
		{"POST", "/supervision/pensioners/counter", investigators, s.confirmAtCounter},
		{"GET", "/supervision/assistance", figureReaders, s.showAssistance},
		{"POST", "/supervision/assistance", investigators, s.beginAssistance},
		{"GET", "/supervision/assistance/:id", figureReaders, s.showAssistanceRequest},
		{"POST", "/supervision/assistance/:id/answer", investigators, s.answerAssistance},
		{"POST", "/supervision/assistance/:id/remind", investigators, s.remindAssistance},
		{"GET", "/supervision/auditors", overseers, s.showAuditors},
		{"GET", "/supervision/auditors/:account", overseers, s.showAuditor},
		{"POST", "/supervision/auditors/:account/training", supervisors, s.keepAuditor("training")},
		{"POST", "/supervision/auditors/:account/exam", supervisors, s.keepAuditor("exam")},
		{"POST", "/supervision/auditors/:account/certificate", supervisors, s.keepAuditor("certificate")},
		{"POST", "/supervision/auditors/:account/withdraw", supervisors, s.keepAuditor("withdraw")},
		{"GET", "/supervision/report", overseers, s.showReport},
		{"GET", "/supervision/report.xlsx", overseers, s.exportReport},
		{"GET", "/supervision/statements", overseers, s.showStatementDuty},
		{"GET", "/supervision/statements.xlsx", overseers, s.exportStatementDuty},
		{"GET", "/cases/:number/audit", caseworkers, s.showCaseAudit},
		{"POST", "/cases/:number/audit/assign", supervisors, s.assignAuditors},
		{"POST", "/cases/:number/audit/visits", investigators, s.recordVisit},
		{"POST", "/cases/:number/audit/visits/:id/void", investigators, s.voidVisit},

		{"GET", "/supervision/publications", overseers, s.showPublications},
		{"POST", "/supervision/publications", supervisors, s.draftPublication},
		{"GET", "/supervision/publications/:id", overseers, s.showPublication},
		{"POST", "/supervision/publications/:id/act", supervisors, s.actOnPublication},
		{"POST", "/supervision/publications/:id/redraft", supervisors, s.redraftPublication},
		{"GET", "/supervision/publications/:id/letters", supervisors, s.showLetters},
		{"POST", "/supervision/publications/:id/letters", supervisors, s.serveLetters},
		{"POST", "/supervision/publications/:id/letters/void", supervisors, s.voidLetterService},
		{"POST", "/supervision/publications/:id/letters/scan", supervisors, s.takeLetterScan},
		{"GET", "/supervision/publications/:id/letters/:uscc/scan", supervisors, s.showLetterScan},
		{"GET", "/supervision/publications/:id/letters/:uscc.pdf", supervisors, s.letterFile},
		{"POST", "/supervision/publications/:id/objections/:objection", supervisors, s.decideObjection},
		{"GET", "/supervision/publications/:id/objections/:objection/files/:sha256", overseers, s.objectionFile},

		{"GET", "/cases/:number/calc", caseworkers, s.showCalc},
		{"POST", "/cases/:number/calc", caseworkers, s.computeCalc},
		{"GET", "/cases/:number/calc/:id", caseworkers, s.showKeptCalc},
		{"POST", "/cases/:number/calc/:id/assess", investigators, s.assess},
		{"POST", "/cases/:number/deferrals", investigators, s.addDeferral},
		{"POST", "/cases/:number/deferrals/:id/end", investigators, s.endDeferral},
		{"GET", "/cases/:number/notices", caseworkers, s.showNotices},
		{"POST", "/cases/:number/notices", caseworkers, s.draftNotice},
		{"POST", "/cases/:number/audit-end", investigators, s.endAudit},
		{"GET", "/cases/:number/notices/:id", caseworkers, s.showNotice},
		{"POST", "/cases/:number/notices/:id", caseworkers, s.fillNotice},
		{"POST", "/cases/:number/notices/:id/service", investigators, s.serveNotice},
		{"POST", "/cases/:number/notices/:id/scan", investigators, s.takeScan},
		{"GET", "/cases/:number/notices/:id/scan", caseworkers, s.showScan},
		{"POST", "/cases/:number/notices/:id/end", investigators, s.endNotice},
		{"GET", "/cases/:number/notices/:id/pdf", caseworkers, s.noticeFile},
		{"GET", "/cases/:number/payments", caseworkers, s.showPayments},
		{"POST", "/cases/:number/payments", investigators, s.takePayment},
		{"POST", "/cases/:number/payments/:id/reverse", investigators, s.reversePayment},
		{"GET", "/employers/:uscc", caseworkers, s.showEmployer},
		{"GET", "/settings/money", supervisors, s.showMoneySetting},
		{"POST", "/settings/money", supervisors, s.saveMoneySetting},
		{"GET", "/cases/:number/related", caseworkers, s.showRelated},
		{"POST", "/cases/:number/related/merge", caseworkers, s.merge},
		{"POST", "/cases/:number/related/unmerge", caseworkers, s.unmerge},
		{"POST", "/cases/:number/related/write", caseworkers, s.writeAll},

		{"POST", "/cases/:number/caution", investigators, s.confirmCaution},

		{"GET", "/cases/:number/identity", caseworkers, s.showIdentity},
		{"POST", "/cases/:number/identity", investigators, s.askIdentity},
		{"POST", "/cases/:number/identity/:id/agree", investigators, s.answerIdentity("agree")},
		{"POST", "/cases/:number/identity/:id/refuse", investigators, s.answerIdentity("refuse")},
		{"POST", "/cases/:number/identity/:id/take-back", investigators, s.answerIdentity("take-back")},
		{"POST", "/cases/:number/identity/:id/view", investigators, s.viewIdentity},
		{"GET", "/audit-log", auditors, s.showAudit},
		{"GET", "/audit-log.csv", auditors, s.exportAudit(false)},
		{"GET", "/audit-log.xlsx", auditors, s.exportAudit(true)},
		{"GET", "/audit-log/checkpoint", auditors, s.auditCheckpoint},
		{"POST", "/audit-log/verify", auditors, s.verifyAudit},
		{"GET", "/retention", supervisors, s.showRetention},
		{"POST", "/retention/run", supervisors, s.runRetention},
		{"POST", "/retention/hold", supervisors, s.holdCase},
		{"GET", "/retention/:number", supervisors, s.certificate},
		{"GET", "/keyholder", investigators, s.showKeyholder},
		{"POST", "/keyholder", investigators, s.makeKeyholder},
		{"POST", "/keyholder/passphrase", investigators, s.changePassphrase},

		{"GET", "/me", staff, s.showMe},
		{"POST", "/me/password", staff, s.changePassword},
		{"POST", "/me/keys", staff, s.setKeys},
		{"POST", "/sign-ins/end", staff, s.endSignIn},
		{"GET", "/sign-ins", keepers, s.showSignIns},
		{"GET", "/people", sysadmins, s.showPeople},
		{"GET", "/people/new", sysadmins, s.newPerson},
		{"POST", "/people", sysadmins, s.addPerson},
		{"GET", "/people/:account", sysadmins, s.showPerson},
		{"POST", "/people/:account", sysadmins, s.changePerson},
		{"POST", "/people/:account/disable", sysadmins, s.disablePerson},
		{"POST", "/people/:account/reset", sysadmins, s.resetPerson},
	} {
		handlers := []fiber.Handler{r.action}
		if r.who != nil {
			handlers = []fiber.Handler{s.mustBe(r.who), r.action}
		}
		app.Add(r.method, r.path, handlers...)
	}
}

// firstOfAll is what somebody may do whose password was chosen by somebody else.
var firstOfAll = []string{"/me", "/me/password", "/sign-out"}

// mustBe lets a member of staff with one of the roles pass; who is not signed in is asked to sign in.
func (s *Site) mustBe(roles []lifecycle.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who, ctx, err := s.Desk.Member(c.UserContext(), c.Cookies(cookieSession), server.Now(c))
		if fault.Is(err, fault.Denied) {
			return c.Redirect("/sign-in", fiber.StatusSeeOther)
		}
		if err != nil {
			return err
		}
		c.Locals("member", who)
		c.SetUserContext(ctx)
		if who.MustChange && !slices.Contains(firstOfAll, c.Path()) {
			return c.Redirect("/me", fiber.StatusSeeOther)
		}
		if !slices.Contains(roles, who.Role) {
			return fault.New(fault.Denied, "fault.desk.role")
		}
		return c.Next()
	}
}

// showFirst leads to the first page of the navigation, or to the own account.
func (s *Site) showFirst(c *fiber.Ctx) error {
	for _, n := range navigation {
		if slices.Contains(n.who, member(c).Role) {
			return c.Redirect(n.href, fiber.StatusSeeOther)
		}
	}
	return c.Redirect("/me", fiber.StatusSeeOther)
}

// navigation of the desk: each entry with the roles that see it.
var navigation = []struct {
	href, text string
	who        []lifecycle.Role
}{
	{"/today", "queue.nav.today", caseworkers},
	{"/queue", "desk.nav.queue", caseworkers},
	{"/intake/new", "intake.nav", takers},
	{"/supervision/register", "supervision.nav", overseers},
	{"/supervision/assistance", "audit.nav.assistance", []lifecycle.Role{lifecycle.Investigator}},
	{"/conflicts", "conflict.title", caseworkers},
	{"/keyholder", "identity.nav", investigators},
	{"/audit-log", "auditlog.nav", auditors},
	{"/retention", "retention.nav", supervisors},
	{"/settings/money", "money.nav.setting", supervisors},
	{"/settings/rewards", "reward.nav", supervisors},
	{"/phrases", "phrase.title", caseworkers},
	{"/people", "people.nav", sysadmins},
	{"/sign-ins", "people.nav.signins", keepers},
}

// caseTabs are the tabs of a case, in order; an address is below the case's own.
var caseTabs = []struct{ path, text string }{
	{"", "desk.tab.overview"},
	{"/evidence", "desk.tab.evidence"},
	{"/files", "material.tab"},
	{"/messages", "message.tab"},
	{"/calc", "money.tab.calc"},
	{"/notices", "notice.tab"},
	{"/payments", "money.tab.payments"},
	{"/decision", "decision.tab"},
	{"/related", "queue.tab.related"},
	{"/identity", "identity.tab"},
}
