package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints"
	"shebao/deploy/demo"
	"shebao/ivr/softphone"
	"shebao/shared/calendar"
	"shebao/shared/config"
	"shebao/shared/credential"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/ledger"
	"shebao/shared/seal"
	"shebao/shared/server"
	"shebao/shared/sms"
)

// demoFacts are what a newcomer needs; they are kept beside the data, so that a second start prints the same.
type demoFacts struct {
	Personas []demo.Persona
	Receipt  string
}

// newcomer has not activated an account yet; data of an older demo has none.
func (f demoFacts) newcomer() (demo.Persona, bool) {
	for _, who := range f.Personas {
		if who.PIN == "" {
			return who, true
		}
	}
	return demo.Persona{}, false
}

// The demo's staff. Their passwords are public: the demo runs on its own data and listens on this machine only.
var demoStaff = []complaints.Account{
	{Account: "li.min", Name: "李敏", Role: "investigator", Region: "33", Password: "demo-investigator"},
	{Account: "zhao.lei", Name: "赵磊", Role: "supervisor", Region: "33", Password: "demo-supervisor"},
	{Account: "wang.fang", Name: "王芳", Role: "supervisor", Region: "33", Password: "demo-supervisor-2"},
	{Account: "chen.jie", Name: "陈洁", Role: "investigator", Region: "3304", Password: "demo-investigator-2"},
	{Account: "hu.xin", Name: "胡欣", Role: "intake", Region: "33", Password: "demo-intake"},
	{Account: "gao.yuan", Name: "高远", Role: "sysadmin", Password: "demo-sysadmin"},
	{Account: "sun.ping", Name: "孙平", Role: "auditor", Password: "demo-auditor-1"},
	{Account: "sun.jing", Name: "孙静", Role: "auditor", Password: "demo-auditor"},
}

// demo starts everything on data of its own. --json prints one line for programs once everything listens.
func (p program) demo(ctx context.Context, args []string) error {
	asJSON := len(args) == 1 && args[0] == "--json"
	if len(args) > 0 && !asJSON {
		return errUsage
	}
	if url, ok := p.env("DATABASE_URL"); ok && url != "" {
		return errors.New("the demo runs on a database of its own: unset DATABASE_URL, or use serve")
	}
	p.sayError("starting …")
	g, err := p.openGround(ctx)
	if err != nil {
		return err
	}
	defer g.close()
	facts, err := p.prepareDemo(ctx, g)
	if err != nil {
		return fmt.Errorf("demo data: %w", err)
	}
	if err := p.dealDemo(ctx, g); err != nil {
		return fmt.Errorf("demo keyholders: %w", err)
	}
	settings := map[string]string{"PORTAL_DEMO": "true", "DESK_DEMO_STAFF": demoStaffSetting(), "PORTAL_DEMO_HINT": demoHint(facts), "IVR_FETCH_EVERY": "500ms"}
	maps.Copy(settings, demoTelephones)
	if _, ok := p.env("SHEBAO_LOG"); !ok {
		settings["SHEBAO_LOG"] = "warn"
		p.env = config.Chain(p.env, config.Map(settings))
	}
	phone, err := p.listen(config.NewReader(g.lookup).Listen("SOFTPHONE_LISTEN", "127.0.0.1:8083"), true)
	if err != nil {
		return err
	}
	settings["TWILIO_API_URL"] = "http://" + phone.Addr().String()
	lookup := config.Chain(g.lookup, config.Map(settings))
	s, err := p.start(ctx, g, lookup, wings(), func(s served, r *config.Reader) (server.Wing, net.Listener, error) {
		calls := softphoneConfig(r, s.url("ivr"), settings["TWILIO_API_URL"])
		outbox := sms.NewOutbox(time.Now)
		carrier := softphone.NewCarrier(calls.AccountSID, calls.Token)
		carrier.Own(demoTelephones["TWILIO_NUMBER"], softphone.Country{Code: "CN", Name: "China", Prefix: "+86"})
		carrier.Text = func(to, body string) { _, _ = outbox.Send(ctx, sms.Outgoing{Number: to, Body: body}) } // it takes everything
		page := &softphone.Page{Config: func() softphone.Config { return calls }, Carrier: carrier, Hints: append(strings.Split(demoHint(facts), "|"), "查举报进度的回执码："+facts.Receipt), Inbox: outbox}
		return page.Wing(settings["TWILIO_API_URL"], slog.New(slog.DiscardHandler)), phone, r.Err()
	})
	if err != nil {
		return errors.Join(err, phone.Close())
	}
	s.wings = append(s.wings, servedWing{"softphone", settings["TWILIO_API_URL"]})
	running := filepath.Join(g.dataDir, "hotline")
	if err := os.WriteFile(running, []byte(s.url("ivr")+"\n"+s.url("softphone")+"\n"), 0o600); err != nil {
		s.cancel()
		return errors.Join(err, s.wait())
	}
	defer func() { _ = os.Remove(running) }() // a stale one is overwritten at the next start
	if asJSON {
		err = p.printFacts(s, facts)
	} else {
		p.introduce(s, facts)
	}
	return errors.Join(err, s.wait())
}

// demoTelephones cannot be dialled by anybody. Somebody answers at every hour; IVR_HOURS or IVR_REHEARSE_AT shows the hotline after hours.
var demoTelephones = map[string]string{"TWILIO_NUMBER": "+8610000012333", "IVR_AGENTS": "+8610000000101", "IVR_HOURS": "1-7 00:00-24:00"}

func demoStaffSetting() string {
	var list []string
	for _, a := range demoStaff {
		list = append(list, a.Account+":"+a.Password)
	}
	return strings.Join(list, ",")
}

func demoHint(facts demoFacts) string {
	var lines []string
	for _, who := range facts.Personas {
		if who.PIN == "" {
			lines = append(lines, who.Shows+"："+who.Number+" / "+who.Name+" / 社保卡 "+who.Card+"（验证码发到模拟电话的短信 "+who.Mobile+"）")
			continue
		}
		lines = append(lines, who.Shows+"："+who.Number+" / "+who.PIN)
	}
	return strings.Join(lines, "|")
}

func (p program) introduce(s served, facts demoFacts) {
	var b strings.Builder
	fmt.Fprintf(&b, "\nShebao demo. Everybody in it is invented.\n\n  portal          %s\n  complaint desk  %s\n  soft phone      %s (or: go run ./deploy/shebao call)\n", s.url("portal"), s.url("complaints"), s.url("softphone"))
	worker := facts.Personas[0]
	fmt.Fprintf(&b, "\n  worker          %s, PIN %s (%s, %s)\n", worker.Number, worker.PIN, worker.Name, worker.Shows)
	if newcomer, ok := facts.newcomer(); ok {
		fmt.Fprintf(&b, "  newcomer        %s, %s, card %s: activate the account; the code arrives on the soft phone's page\n", newcomer.Number, newcomer.Name, newcomer.Card)
	}
	for _, a := range demoStaff {
		fmt.Fprintf(&b, "  %-15s %s, password %s, code: on the desk's sign-in page\n", a.Role, a.Account, a.Password)
	}
	for _, k := range demoKeyholders {
		fmt.Fprintf(&b, "  keyholder       %s, passphrase %s\n", k.account, k.passphrase)
	}
	fmt.Fprintf(&b, "  receipt to try  %s\n\nCtrl-C stops everything and keeps the data.", facts.Receipt)
	p.say(b.String())
}

func (p program) printFacts(s served, facts demoFacts) error {
	type signIn struct{ Account, Password string }
	worker, relative := facts.Personas[0], facts.Personas[1]
	newcomer, _ := facts.newcomer()
	b, err := json.Marshal(map[string]any{
		"Portal": s.url("portal"), "IVR": s.url("ivr"), "Complaints": s.url("complaints"), "Softphone": s.url("softphone"), "Receipt": facts.Receipt,
		"SignIns": map[string]any{"Worker": map[string]string{"IDNumber": worker.Number, "PIN": worker.PIN, "Name": worker.Name},
			"Relative":     map[string]string{"IDNumber": relative.Number, "PIN": relative.PIN, "Name": relative.Name},
			"Newcomer":     map[string]string{"IDNumber": newcomer.Number, "Name": newcomer.Name, "Card": newcomer.Card},
			"Investigator": signIn{demoStaff[0].Account, demoStaff[0].Password}, "Supervisor": signIn{demoStaff[1].Account, demoStaff[1].Password}},
	})
	p.say(string(b))
	return err
}

// prepareDemo makes the data at the first start, and finds it at every later one.
func (p program) prepareDemo(ctx context.Context, g *ground) (demoFacts, error) {
	var facts demoFacts
	file := filepath.Join(g.dataDir, "demo.json")
	b, err := os.ReadFile(file)
	if err == nil {
		return facts, json.Unmarshal(b, &facts)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return facts, err
	}
	p.sayError("making demo data: 2,000 people, 80 employers, three years (once, about half a minute) …")
	pool, err := g.pool(ctx, "", "demo")
	if err != nil {
		return facts, err
	}
	defer pool.Close()
	now := time.Now().UTC()
	dir := filepath.Join(g.dataDir, "demo")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return facts, err
	}
	if facts.Personas, err = demo.Write(dir, calendar.DateOf(now)); err != nil {
		return facts, err
	}
	settings := g.deskSettings()
	book, err := g.ledgerOn(pool, settings)
	if err != nil {
		return facts, err
	}
	for _, kind := range []ledger.Kind{ledger.Employers, ledger.Persons, ledger.Contributions, ledger.Events} {
		report, err := book.Import(ctx, kind, filepath.Join(dir, string(kind)+".csv"), ledger.Options{Now: now, Progress: p.err})
		if err != nil {
			return facts, err
		}
		if report.Rejected > 0 {
			return facts, fmt.Errorf("%s: %d rows rejected", kind, report.Rejected)
		}
	}
	if _, err := book.IssueStatements(ctx, ledger.IssueOptions{Year: calendar.DateOf(now).Year - 1, Now: now, Progress: p.err}); err != nil {
		return facts, err
	}
	if err := p.demoPeople(ctx, g, pool, book, settings, facts, now); err != nil {
		return facts, err
	}
	counter, err := demoCounter(pool, settings)
	if err != nil {
		return facts, err
	}
	if facts.Receipt, err = demoTipOff(ctx, counter, book, now); err != nil {
		return facts, err
	}
	if err := demoDesk(ctx, pool, settings, book, counter, 1, now); err != nil {
		return facts, err
	}
	cast := complaints.AuditCast{Head: "zhao.lei", Second: "wang.fang", Auditor: "li.min", Expiring: "chen.jie"}
	if err := complaints.PlayAudits(ctx, complaints.ReadConfig(settings), pool, book, cast, now); err != nil {
		return facts, err
	}
	if err := complaints.PlayPublications(ctx, complaints.ReadConfig(settings), pool, book, demoEditions, now); err != nil {
		return facts, fmt.Errorf("publications: %w", err)
	}
	if b, err = json.Marshal(facts); err != nil {
		return facts, err
	}
	return facts, os.WriteFile(file, b, 0o600)
}

// demoPeople gives the personas their PIN and makes the staff accounts.
func (p program) demoPeople(ctx context.Context, _ *ground, pool *pgxpool.Pool, book *ledger.Ledger, settings *config.Reader, facts demoFacts, now time.Time) error {
	pins := credential.New(pool, seal.NewSlow(), settings.Secrets("SHEBAO_PIN_PEPPER", 32)...)
	for _, persona := range facts.Personas {
		if persona.PIN == "" {
			continue
		}
		if err := setPIN(ctx, pool, book, pins, persona.Number, persona.PIN); err != nil {
			return err
		}
	}
	c := complaints.ReadConfig(settings)
	if err := settings.Err(); err != nil {
		return err
	}
	for _, a := range demoStaff {
		if _, err := complaints.AddStaff(ctx, c, pool, a, now); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return complaints.InstallAgency(ctx, c, pool, "33", demoAgency(), now)
}

// demoCounter files reports as portal and hotline do.
func demoCounter(pool *pgxpool.Pool, settings *config.Reader) (*intake.Counter, error) {
	hash, err := seal.HashKeyOf(settings.Secrets("SHEBAO_RECEIPT_KEY", 32), "receipt")
	if err != nil {
		return nil, err
	}
	content, err := seal.ParsePublicKey(settings.Required("SHEBAO_DESK_CONTENT_PUBLIC"))
	if err != nil {
		return nil, err
	}
	identity, err := seal.ParsePublicKey(settings.Required("SHEBAO_DESK_IDENTITY_PUBLIC"))
	if err != nil {
		return nil, err
	}
	return intake.NewCounter(pool, intake.PublicKeys{Content: content, Identity: identity}, hash, seal.NewSlow()), nil
}

// demoTipOff files one anonymous tip-off, so that a receipt can be tried.
func demoTipOff(ctx context.Context, counter *intake.Counter, book *ledger.Ledger, now time.Time) (string, error) {
	found, err := book.SearchEmployers(ctx, "嘉兴南湖电子有限公司", 1)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("demo employer: %w", err)
	}
	promised, _ := calendar.China().Add(calendar.DateOf(now), 5)
	code, err := counter.File(ctx, intake.NewKey(), intake.TipOff{Channel: intake.Web, Kind: intake.Unpaid, EmployerUSCC: string(found[0].USCC), EmployerName: found[0].Name, Region: found[0].Region,
		Words: "工资条上每个月都扣了社保，但最近几个月查不到缴费。", From: calendar.DateOf(now).Period().Add(-5)}, nil, promised, now)
	return code.Grouped(), err
}
