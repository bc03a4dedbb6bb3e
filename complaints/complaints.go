// Package complaints is the door of the complaint desk: tip-offs become cases, investigators work them to the end, the reporter is answered.
package complaints

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/arrears"
	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/retention"
	"shebao/complaints/store"
	"shebao/complaints/supervision"
	"shebao/complaints/web"
	"shebao/frontend/fonts"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/document"
	"shebao/shared/eligibility"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/metrics"
	"shebao/shared/postgres"
	"shebao/shared/publication"
	"shebao/shared/seal"
	"shebao/shared/server"
)

// Config are the wing's settings.
type Config struct {
	publicURL     string
	ledgerKeys    config.Secrets
	stateKeys     config.Secrets
	contentKey    seal.PrivateKey
	publicKeys    intake.PublicKeys
	receiptKeys   config.Secrets
	smallEmployer int
	takeEvery     time.Duration
	sweepEvery    time.Duration
	warnEvery     time.Duration
	idle          time.Duration
	limits        lifecycle.Settings
	document      document.Config
	demoStaff     []string

	keep     retention.Settings
	openings store.Openings

	audit            audit.Keys
	checkpoints      string // file; empty: none is kept by this process
	checkpointsEvery time.Duration

	levels         []supervision.Level
	superviseEvery time.Duration
	windowDays     int  // working days in which listed employers may object
	annotate       bool // who has paid stays listed, with that word
	assistanceDays int
}

// ReadConfig reads the settings; what is wrong is kept in the reader.
func ReadConfig(r *config.Reader) Config {
	c := Config{publicURL: r.PublicURL("DESK_PUBLIC_URL", ""), ledgerKeys: r.Secrets("SHEBAO_LEDGER_KEY", 32), stateKeys: r.Secrets("SHEBAO_STATE_KEY", 32),
		smallEmployer: r.Int("DESK_SMALL_EMPLOYER", 5, 0, 100), takeEvery: r.Duration("DESK_TAKE_EVERY", 2*time.Second), sweepEvery: r.Duration("DESK_SWEEP_EVERY", time.Minute),
		warnEvery: r.Duration("DESK_WARN_EVERY", 10*time.Minute), idle: r.Duration("DESK_IDLE", 30*time.Minute)}
	c.publicKeys, c.receiptKeys = publicKeys(r), r.Secrets("SHEBAO_RECEIPT_KEY", 32)
	c.limits, c.document = readLimits(r), document.ReadConfig(r)
	key, err := seal.ParsePrivateKeys(r.Required("SHEBAO_DESK_CONTENT_PRIVATE"))
	if err != nil {
		r.Problem("SHEBAO_DESK_CONTENT_PRIVATE", "is not a private key, nor several separated by commas")
	}
	c.contentKey = key
	if c.levels, err = supervision.ParseLevels(r.Text("DESK_WATCH_LEVELS", "")); err != nil {
		r.Problem("DESK_WATCH_LEVELS", "needs NAME:YUAN pairs separated by commas, such as prefecture:300000")
	}
	c.keep = readRetention(r)
	usual := store.DefaultOpenings()
	c.openings = store.Openings{Wait: r.Duration("DESK_IDENTITY_WAIT", usual.Wait), Shown: r.Duration("DESK_IDENTITY_SHOWN", usual.Shown)}
	c.audit, c.checkpoints, c.checkpointsEvery = audit.ReadKeys(r), r.Text("SHEBAO_AUDIT_CHECKPOINTS", ""), r.Duration("DESK_CHECKPOINT_EVERY", time.Hour)
	c.superviseEvery = r.Duration("DESK_SUPERVISE_EVERY", 30*time.Second)
	c.windowDays = r.Int("DESK_DAYS_PUBLICATION", supervision.ObjectionDays, 1, 60)
	switch paid := r.Text("DESK_PUBLICATION_PAID", "remove"); paid {
	case "remove", "annotate":
		c.annotate = paid == "annotate"
	default:
		r.Problem("DESK_PUBLICATION_PAID", "needs remove or annotate")
	}
	c.assistanceDays = r.Int("DESK_DAYS_ASSISTANCE", supervision.AssistanceDays, 1, 120)
	if names := r.Text("DESK_DEMO_STAFF", ""); names != "" {
		c.demoStaff = strings.Split(names, ",")
	}
	return c
}

// readLimits reads the limits for which no rule with a number is known for certain; all are in working days.
func readLimits(r *config.Reader) lifecycle.Settings {
	s := lifecycle.DefaultSettings()
	for name, l := range map[string]*lifecycle.Limit{"DESK_DAYS_LABOUR_RESULT": &s.LabourResult, "DESK_DAYS_AUDIT_ACCEPT": &s.AuditAccept, "DESK_DAYS_AUDIT": &s.AuditHandle, "DESK_DAYS_AUDIT_LONGER": &s.AuditLonger,
		"DESK_DAYS_FUND": &s.FundHandle, "DESK_DAYS_FUND_LONGER": &s.FundLonger, "DESK_DAYS_FUND_RESULT": &s.FundResult, "DESK_DAYS_OBJECTION": &s.ObjectionReview, "DESK_DAYS_HAND_OVER": &s.HandOver} {
		l.Days = r.Int(name, l.Days, 1, 365)
	}
	s.WarnDays = r.Int("DESK_DAYS_WARN", s.WarnDays, 1, 30)
	return s
}

// Migrations of the wing's own schema.
func Migrations() postgres.Migrations { return store.Migrations() }

// New builds the wing; all that can fail fails here.
func New(ctx context.Context, c Config, d server.Deps) (server.Wing, error) {
	cases, err := c.store(d.DB)
	if err != nil {
		return server.Wing{}, err
	}
	field, err := seal.FieldKeyOf(c.ledgerKeys, "ledger")
	if err != nil {
		return server.Wing{}, err
	}
	hash, err := seal.HashKeyOf(c.ledgerKeys, "ledger")
	if err != nil {
		return server.Wing{}, err
	}
	receipts, err := seal.HashKeyOf(c.receiptKeys, "receipt")
	if err != nil {
		return server.Wing{}, err
	}
	press, err := document.Open(c.document, fonts.NotoSerifSC)
	if err != nil {
		return server.Wing{}, err
	}
	book := ledger.New(d.DB, ledger.Keys{Field: field, Hash: hash})
	live, calls := changes{d.Redis}, desk{cases, book, press, c.smallEmployer}
	cases.OnChange(live.publish)
	site := &web.Site{Desk: calls, Money: calls, Payments: calls, Recusal: recusal{cases}, Identities: identities{cases}, Audit: audits{cases, c.audit, c.checkpoints}, Retention: keeper{cases, c.keep}, Register: supervisor{cases, book, c.levels}, Workdays: cases.Workdays,
		Secure: strings.HasPrefix(c.publicURL, "https:"), Demo: len(c.demoStaff) > 0, Changes: live, Stop: ctx.Done()}
	site.Reports = reports{cases, book, intake.NewCounter(d.DB, c.publicKeys, receipts, seal.NewSlow())}
	site.Audits = auditOffice{cases, book, eligibility.New(d.DB), d.DB, c.assistanceDays, calls.few}
	site.Publications = publisher{cases, book, eligibility.New(d.DB)}
	if site.Demo {
		site.DemoHints = func() []string { return demoHints(cases, c.demoStaff, d.Now()) }
	}
	app := server.New(server.Options{Name: "complaints", PublicURL: c.publicURL, Log: d.Log, Now: d.Now, DB: d.DB, Metrics: d.Metrics, Trace: d.Trace, Compress: true, Pages: true, Problem: site.Problem,
		Uploads: server.Uploads{At: func(path string) bool { return web.TakesScans(path) || web.TakesReport(path) }, Limit: max(web.ScanLimit, web.ReportLimit)}})
	site.Routes(app)
	take := every(c.takeEvery, func(ctx context.Context) {
		if _, err := cases.TakeAll(ctx, d.Now().UTC()); err != nil && ctx.Err() == nil {
			d.Log.Error("taking from the intake failed", "error", err.Error()) // what waits is taken at the next tick
		}
	})
	sweep := every(c.sweepEvery, func(ctx context.Context) {
		if _, err := cases.Sweep(ctx, d.Now().UTC()); err != nil && ctx.Err() == nil {
			d.Log.Error("sweeping the clocks failed", "error", err.Error()) // a clock that ran down calls at the next tick
		}
		if _, err := cases.ReturnUnfitAudits(ctx, d.Now().UTC()); err != nil && ctx.Err() == nil {
			d.Log.Error("returning audits failed", "error", err.Error()) // they are returned at the next tick
		}
	})
	learn := every(c.sweepEvery, func(ctx context.Context) {
		if err := learnCalendar(ctx, cases, book, d.Now().UTC()); err != nil && ctx.Err() == nil {
			d.Log.Error("learning the calendar failed", "error", err.Error()) // the deadlines stand as they were until the next tick
		}
	})
	warn := every(c.warnEvery, func(ctx context.Context) {
		if _, err := calls.store.WarnNotices(ctx, calls.owed, d.Now().UTC()); err != nil && ctx.Err() == nil {
			d.Log.Error("sweeping the documents' deadlines failed", "error", err.Error()) // what did not call calls at the next tick
		}
	})
	forget := every(c.sweepEvery, func(ctx context.Context) {
		if err := cases.EndOpenings(ctx, d.Now().UTC()); err != nil && ctx.Err() == nil {
			d.Log.Error("wiping identities failed", "error", err.Error()) // none is shown after its time all the same
		}
	})
	keep := every(time.Hour, func(ctx context.Context) {
		_, err := cases.WarnRetention(ctx, d.Now().UTC())
		if err == nil {
			_, err = cases.SweepDrafts(ctx, d.Now().UTC())
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Error("warning of what is kept no longer failed", "error", err.Error()) // what was not warned of is not removed
		}
	})
	anchor := every(c.checkpointsEvery, func(ctx context.Context) {
		if c.checkpoints == "" {
			return
		}
		if err := c.audit.Keep(ctx, d.DB, c.checkpoints, d.Now()); err != nil && ctx.Err() == nil {
			d.Log.Error("keeping a checkpoint of the audit log failed", "error", err.Error()) // the next holds what this one would have
		}
	})
	watch := supervise{cases, book, c.levels, eligibility.New(d.DB)}.run(c.superviseEvery, d.Now, d.Log)
	publish := every(c.superviseEvery, publishes(cases, d.Now, d.Log))
	return server.Wing{App: app, Background: append([]func(context.Context) error{take, learn, sweep, warn, forget, anchor, keep, watch}, publish), Waiting: waiting(cases, d)}, nil
}

// waiting is what the operator is told of the desk's work.
func waiting(cases *store.Store, d server.Deps) []metrics.Waiting {
	return []metrics.Waiting{
		{What: "filings", Count: func(ctx context.Context) (int64, time.Time, error) { return intake.Waiting(ctx, d.DB) }},
		{What: "cases unclaimed", Count: cases.Unclaimed},
		{What: "cases overdue", Count: func(ctx context.Context) (int64, time.Time, error) { return cases.Overdue(ctx, d.Now().UTC()) }},
	}
}

// learnCalendar brings the ledger's holiday notices to the desk's clocks.
func learnCalendar(ctx context.Context, cases *store.Store, book *ledger.Ledger, now time.Time) error {
	w, err := book.Workdays(ctx)
	if err != nil {
		return err
	}
	_, err = cases.Learn(ctx, w, now)
	return err
}

// every does work at once and then again and again until ctx ends.
func every(interval time.Duration, work func(ctx context.Context)) func(context.Context) error {
	return func(ctx context.Context) error {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			work(ctx)
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

func (c Config) store(pool *pgxpool.Pool) (*store.Store, error) {
	field, err := seal.FieldKeyOf(c.stateKeys, "complaints")
	if err != nil {
		return nil, err
	}
	s := store.New(pool, intake.NewDesk(pool, c.contentKey), lifecycle.Rules{Workdays: calendar.China(), Settings: c.limits}, seal.NewSlow(), field)
	s.EndIdleAfter(c.idle)
	if c.keep.ByRoute != nil {
		s.KeepFor(c.keep)
	}
	s.OpenFor(c.openings)
	hash, err := seal.HashKeyOf(c.ledgerKeys, "ledger")
	if err != nil {
		return nil, err
	}
	press := sync.OnceValues(func() (*document.Press, error) { return document.Open(c.document, fonts.NotoSerifSC) }) // few commands print
	s.Publish(publication.NewWindow(c.contentKey, hash), c.windowDays, c.annotate, func(p notice.Paper, now time.Time) ([]byte, error) {
		opened, err := press()
		if err != nil {
			return nil, err
		}
		return opened.Render(printed(p, now))
	})
	return s, nil
}

// demoHints show the demo's accounts with the code of the moment, which in earnest only an authenticator knows.
func demoHints(cases *store.Store, accounts []string, now time.Time) []string {
	var hints []string
	for _, account := range accounts {
		name, password, _ := strings.Cut(account, ":")
		code, err := cases.NextCode(context.Background(), name, now)
		if err == nil {
			hints = append(hints, fmt.Sprintf("%s / %s / %s", name, password, code))
		}
	}
	return hints
}

// InstallAgency lets a region issue documents that has set nothing yet; a region that has is left as it is.
func InstallAgency(ctx context.Context, c Config, pool *pgxpool.Pool, region string, a notice.Agency, now time.Time) error {
	cases, err := c.store(pool)
	if err != nil {
		return err
	}
	return cases.InstallMoneySetting(ctx, region, store.MoneySetting{Arrears: arrears.Default(), Agency: a}, now)
}
