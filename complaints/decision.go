package complaints

import (
	"context"
	"time"

	"shebao/complaints/lifecycle"
	"shebao/complaints/notice"
	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/frontend/locale"
	"shebao/shared/document"
)

// writer prints the letters that a step owes.
func (d desk) writer(now time.Time) *store.Writer { return letterWriter(d.press, now) }

func letterWriter(press *document.Press, now time.Time) *store.Writer {
	return &store.Writer{
		Kind:   func(kind string) string { return locale.Text(locale.Chinese, "tipoff.kind."+kind) },
		Render: func(p notice.Paper) ([]byte, error) { return press.Render(printed(p, now)) },
	}
}

// Decision is the record of what was proposed, decided and handed over.
func (d desk) Decision(ctx context.Context, session, number string, now time.Time) (web.Decision, error) {
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Decision{}, err
	}
	v := web.Decision{Case: shown(c)}
	list, err := d.store.Decisions(ctx, c.ID)
	if err != nil {
		return v, err
	}
	for _, p := range list {
		v.Proposals = append(v.Proposals, web.Proposal(p))
	}
	t, handed, err := d.store.HandOverOf(ctx, c.ID)
	if err != nil {
		return v, err
	}
	if handed {
		v.HandedTo, v.HandedNumber, v.HandedAt = t.Receiver, t.Number, t.At
		if c.Lead == "" {
			v.HandedNotice = t.Notice
		}
	}
	notices, err := d.store.Notices(ctx, c.ID)
	for _, n := range notices {
		if n.Kind == notice.Refusal || n.Kind == notice.Reply {
			v.Letters = append(v.Letters, noticeOf(n))
		}
	}
	return v, err
}

// Letter is the document that a step would issue, as it would read; ok is false when it owes none.
func (d desk) Letter(ctx context.Context, session, number string, in lifecycle.Input, now time.Time) (notice.Paper, bool, error) {
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return notice.Paper{}, false, err
	}
	return d.store.LetterPreview(ctx, c, in, *d.writer(now), now)
}
