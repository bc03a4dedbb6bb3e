package intake

import (
	"context"

	"shebao/shared/rekey"
	"shebao/shared/seal"
)

// RekeyedReceipts counts the mailboxes that are found by another key than the newest: their hashes cannot be made anew without the receipt codes, which nobody but the reporters has.
func RekeyedReceipts(hash seal.HashKey) rekey.Kind {
	names := hash.Names()
	return rekey.Kind{Secret: "SHEBAO_RECEIPT_KEY", What: "mailboxes", Until: "their cases have been kept for their time and are removed", Count: func(ctx context.Context, db rekey.Querier) (t rekey.Tally, err error) {
		err = db.QueryRow(ctx, `
			SELECT count(*), count(*) FILTER (WHERE coalesce(receipt_key, $2) <> $1 AND coalesce(receipt_key, $2) = ANY ($3)), count(*) FILTER (WHERE receipt_key <> ALL ($3)) FROM intake.mailbox`,
			names[0], names[len(names)-1], names).Scan(&t.Rows, &t.Old, &t.Lost)
		return t, err
	}}
}

// Rekeyed is what was sealed to the desk: drafts, reports, messages, recordings and files.
func Rekeyed(content seal.PrivateKey) []rekey.Kind {
	var kinds []rekey.Kind
	for _, c := range []rekey.Sealed{
		{What: "drafts of reports", Table: "intake.draft", Column: "content", Key: "channel || ' ' || encode(key_hash, 'hex')", First: "", Place: rekey.At(placeContent), AtOnce: 200},
		{What: "reports", Table: "intake.submission", Column: "content", Key: "id", First: int64(0), Place: rekey.At(placeContent), AtOnce: 200},
		{What: "messages of reporters", Table: "intake.message", Column: "for_desk", Key: "id", First: int64(0), Place: rekey.At(placeMessage), AtOnce: 200},
		{What: "recordings and files of reports", Table: "intake.attachment", Column: "content", Key: "id", First: int64(0), Place: rekey.At(placeAttachment), AtOnce: 4},
		{What: "names of files of reports", Table: "intake.attachment", Column: "name", Key: "id", First: int64(0), Place: rekey.At(placeName), AtOnce: 200},
	} {
		c.Secret, c.Renew = "SHEBAO_DESK_CONTENT_PRIVATE", content.Renew
		kinds = append(kinds, c.Kind())
	}
	return kinds
}
