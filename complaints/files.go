package complaints

import (
	"context"
	"time"

	"shebao/complaints/store"
	"shebao/complaints/web"
	"shebao/shared/evidence"
	"shebao/shared/intake"
)

// Files are a case's recordings and files: the reporter's and those that staff added.
func (d desk) Files(ctx context.Context, session, number string, now time.Time) (web.Files, error) {
	_, c, err := d.inCase(ctx, session, number, now)
	if err != nil {
		return web.Files{}, err
	}
	v := web.Files{Case: shown(c)}
	attachments, err := d.store.Attachments(ctx, c)
	if err != nil {
		return v, err
	}
	transcripts, err := d.store.Transcripts(ctx, c.ID)
	if err != nil {
		return v, err
	}
	for _, a := range attachments {
		if a.Kind == intake.Recording {
			t := transcripts[a.ID]
			v.Recordings = append(v.Recordings, web.Recording{Attachment: a, Words: t.Words, WrittenBy: t.WrittenBy, WrittenAt: t.WrittenAt})
		} else {
			v.Reporter = append(v.Reporter, a)
		}
	}
	list, err := d.store.Files(ctx, c.ID)
	for _, f := range list {
		v.Staff = append(v.Staff, web.CaseFile(f))
	}
	return v, err
}

func (d desk) Attachment(ctx context.Context, session, number string, id int64, now time.Time) (intake.Attachment, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return intake.Attachment{}, err
	}
	return d.store.OpenAttachment(ctx, who, number, id, now)
}

func (d desk) AddFile(ctx context.Context, session, number string, f evidence.File, about string, now time.Time) error {
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.AddFile(ctx, who, number, f, about, now) })
}

func (d desk) File(ctx context.Context, session, number string, id int64, now time.Time) (web.CaseFile, []byte, error) {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return web.CaseFile{}, nil, err
	}
	f, content, err := d.store.OpenFile(ctx, who, number, id, now)
	return web.CaseFile(f), content, err
}

func (d desk) ExcludeFile(ctx context.Context, session, number string, id int64, reason string, now time.Time) error {
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.ExcludeFile(ctx, who, number, id, reason, now) })
}

func (d desk) Transcribe(ctx context.Context, session, number string, attachment int64, words string, now time.Time) error {
	return d.as(ctx, session, now, func(who store.Staff) error { return d.store.Transcribe(ctx, who, number, attachment, words, now) })
}

// as does work as the member of staff who is signed in.
func (d desk) as(ctx context.Context, session string, now time.Time, work func(who store.Staff) error) error {
	who, err := d.store.StaffOf(ctx, session, now)
	if err != nil {
		return err
	}
	return work(who)
}
