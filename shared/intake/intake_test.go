package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
	"shebao/shared/receipt"
	"shebao/shared/seal"
)

var (
	now      = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	promised = calendar.NewDate(2026, 11, 30)
	tipOff   = intake.TipOff{Channel: intake.Web, Kind: intake.Unpaid, EmployerName: "南湖电子有限公司", Region: "330402", From: 202503, To: 202504, Words: "三月、四月没有缴", Named: true, OwnRights: true}
	reporter = &intake.Reporter{PersonID: 7, Name: "叶𠅤", Mobile: "10000009711"}
)

type house struct {
	pool     *pgxpool.Pool
	counter  *intake.Counter
	desk     *intake.Desk
	identity seal.PrivateKey
}

func newHouse(t *testing.T) house {
	t.Helper()
	pool := postgrestest.New(t, intake.Migrations())
	content, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	identity, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	hash, err := seal.NewHashKey(bytes.Repeat([]byte{3}, 32), "receipt")
	if err != nil {
		t.Fatal(err)
	}
	keys := intake.PublicKeys{Content: content.Public(), Identity: identity.Public()}
	return house{pool, intake.NewCounter(pool, keys, hash, seal.NewSlow()), intake.NewDesk(pool, content), identity}
}

func (h house) take(t *testing.T) (s intake.Submission, ok bool) {
	t.Helper()
	err := postgres.Tx(t.Context(), h.pool, func(tx pgx.Tx) (err error) {
		s, ok, err = h.desk.Take(t.Context(), tx, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, ok
}

func TestFromTheReporterToTheDeskAndBack(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	code, err := h.counter.File(ctx, intake.NewKey(), tipOff, reporter, promised, now)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := h.take(t)
	if !ok || s.TipOff != tipOff {
		t.Fatalf("Take = %v, %v", s.TipOff, ok)
	}
	if _, again := h.take(t); again {
		t.Error("the same submission was taken twice")
	}
	who, err := intake.OpenIdentity(h.identity, s.Identity)
	if err != nil || who != *reporter {
		t.Errorf("identity = %v, %v", who, err)
	}
	err = postgres.Tx(ctx, h.pool, func(tx pgx.Tx) error {
		if err := h.desk.Tell(ctx, tx, s.Mailbox, intake.Accepted, calendar.NewDate(2027, 2, 26), now); err != nil {
			return err
		}
		return h.desk.Reply(ctx, tx, s.Mailbox, "已受理", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	mailbox, err := h.counter.Open(ctx, code)
	if err != nil {
		t.Fatal(err)
	}
	if mailbox.Status != intake.Accepted || mailbox.PromisedBy != calendar.NewDate(2027, 2, 26) || len(mailbox.Messages) != 1 || !mailbox.Messages[0].FromDesk || mailbox.Messages[0].Text != "已受理" {
		t.Errorf("mailbox = %+v", mailbox)
	}
	key := intake.NewKey()
	for range 2 { // a retry changes nothing
		if err := h.counter.Write(ctx, mailbox, key, "工资条在这里", now); err != nil {
			t.Fatal(err)
		}
	}
	err = postgres.Tx(ctx, h.pool, func(tx pgx.Tx) error {
		m, ok, err := h.desk.TakeMessage(ctx, tx, now)
		if err == nil && (!ok || m.Text != "工资条在这里" || m.Mailbox != s.Mailbox) {
			t.Errorf("message = %v, %v", m, ok)
		}
		if _, more, err := h.desk.TakeMessage(ctx, tx, now); more || err != nil {
			t.Errorf("a second message: %v, %v", more, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFilingTwiceFilesOnce(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	key := intake.NewKey()
	codes := make([]receipt.Code, 6)
	var wait sync.WaitGroup
	for i := range codes {
		wait.Go(func() {
			var err error
			if codes[i], err = h.counter.File(ctx, key, tipOff, reporter, promised, now); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, code := range codes {
		if code != codes[0] {
			t.Error("one filing has two receipts")
		}
	}
	if _, ok := h.take(t); !ok {
		t.Error("nothing was filed")
	}
	if _, ok := h.take(t); ok {
		t.Error("it was filed twice")
	}
}

func TestDraftsSurviveAHangUpAndEndWithTheFiling(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	key := intake.NewKey()
	partly := intake.TipOff{Channel: intake.Phone, Kind: intake.Unpaid, EmployerName: "南湖电子有限公司"}
	if err := h.counter.SaveDraft(ctx, intake.Phone, key, partly, now); err != nil {
		t.Fatal(err)
	}
	recording := intake.Attachment{Kind: intake.Recording, MediaType: "audio/wav", Content: []byte("RIFF")}
	if err := h.counter.Attach(ctx, intake.Phone, key, recording, now); err != nil {
		t.Fatal(err)
	}
	drafts, err := h.desk.IncompleteDrafts(ctx, now.Add(time.Minute), 10)
	if err != nil || len(drafts) != 1 || drafts[0].TipOff != partly {
		t.Fatalf("drafts = %v, %v", drafts, err)
	}
	whole := partly
	whole.Words = "说完了"
	if _, err := h.counter.File(ctx, key, whole, nil, promised, now); err != nil {
		t.Fatal(err)
	}
	if err := h.counter.SaveDraft(ctx, intake.Phone, key, partly, now); err != nil {
		t.Fatal(err)
	}
	if drafts, err = h.desk.IncompleteDrafts(ctx, now.Add(time.Minute), 10); err != nil || len(drafts) != 0 {
		t.Errorf("after filing: %v, %v", drafts, err)
	}
	s, _ := h.take(t)
	files, err := h.desk.Attachments(ctx, s.ID)
	if err != nil || len(files) != 1 || string(files[0].Content) != "RIFF" {
		t.Errorf("attachments = %v, %v", files, err)
	}
}

func TestNothingInTheTablesNamesReporterOrMatter(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	code, err := h.counter.File(ctx, intake.NewKey(), tipOff, reporter, promised, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"submission", "mailbox", "message", "draft", "attachment"} {
		rows, err := h.pool.Query(ctx, `SELECT t::text FROM intake.`+table+` t`)
		if err != nil {
			t.Fatal(err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range found {
			for _, secret := range []string{code.String(), reporter.Name, reporter.Mobile, tipOff.EmployerName, tipOff.Words} {
				if strings.Contains(row, secret) {
					t.Errorf("intake.%s holds it in the clear", table)
				}
			}
		}
	}
}

func TestWrongTipOffsSayEveryField(t *testing.T) {
	h := newHouse(t)
	_, err := h.counter.File(t.Context(), intake.NewKey(), intake.TipOff{Channel: intake.Web, Kind: "x", From: 202504, To: 202503, Words: strings.Repeat("字", intake.MaxWords+1)}, nil, promised, now)
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) != 4 {
		t.Errorf("faults = %v", err)
	}
}

func TestUnknownReceiptsAndOutages(t *testing.T) {
	h := newHouse(t)
	code, err := receipt.Parse("0000000000000098")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.counter.Open(t.Context(), code); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown receipt: %v", err)
	}
	ended, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := h.counter.File(ended, intake.NewKey(), tipOff, reporter, promised, now); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with the database out of reach: %v", err)
	}
}

func TestFilesComeWithTheirNamesAndCanBeTakenBackUntilFiled(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	key := intake.NewKey()
	payslip := intake.Attachment{Kind: intake.File, Name: "工资条.pdf", MediaType: "application/pdf", Content: []byte("%PDF-1")}
	slip := intake.Attachment{Kind: intake.File, Name: "误传.png", MediaType: "image/png", Content: []byte("\x89PNG")}
	for _, a := range []intake.Attachment{payslip, slip} {
		if err := h.counter.Attach(ctx, intake.Web, key, a, now); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256(slip.Content)
	if err := h.counter.Detach(ctx, intake.Web, key, sum[:]); err != nil {
		t.Fatal(err)
	}
	if _, err := h.counter.File(ctx, key, tipOff, reporter, promised, now); err != nil {
		t.Fatal(err)
	}
	sum = sha256.Sum256(payslip.Content)
	if err := h.counter.Detach(ctx, intake.Web, key, sum[:]); err != nil { // too late: it has been handed in
		t.Fatal(err)
	}
	s, _ := h.take(t)
	files, err := h.desk.Attachments(ctx, s.ID)
	if err != nil || len(files) != 1 || files[0].Name != payslip.Name || string(files[0].Content) != "%PDF-1" {
		t.Errorf("attachments = %v, %v", files, err)
	}
}

func TestAnObjectionSaysWhatIsWrongAndWhatIsRight(t *testing.T) {
	objection := intake.TipOff{Channel: intake.Web, Kind: intake.Objection, Matter: intake.MissingMonths, Words: "三月已缴", Named: true, OwnRights: true}
	if err := objection.Check(); err != nil {
		t.Error(err)
	}
	for _, wrong := range []intake.TipOff{
		{Kind: intake.Objection, Words: "三月已缴"},
		{Kind: intake.Objection, Matter: intake.WrongBase},
		{Kind: intake.Unpaid, Matter: intake.WrongBase, EmployerName: "南湖电子有限公司"},
	} {
		if err := wrong.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}
