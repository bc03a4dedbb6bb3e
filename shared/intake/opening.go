package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/shared/postgres"
	"shebao/shared/seal"
)

const placeOpening = "intake.opening"

// Opening is one time that the reporter's identity was looked at: why, and the roles of the one who asked and the one who agreed. Never their names.
type Opening struct {
	Reason string    `json:"reason"`
	Asked  string    `json:"asked"`
	Agreed string    `json:"agreed"`
	At     time.Time `json:"-"`
}

// TellOpened notes for the reporter that the identity is being looked at, inside the caller's transaction: only after it is the identity shown.
func (d *Desk) TellOpened(ctx context.Context, tx pgx.Tx, mailbox int64, o Opening, now time.Time) error {
	var public []byte
	if err := tx.QueryRow(ctx, `SELECT public_key FROM intake.mailbox WHERE id = $1`, mailbox).Scan(&public); err != nil {
		return fmt.Errorf("look up mailbox: %w", err)
	}
	key, err := seal.NewPublicKey(public)
	if err != nil {
		return err
	}
	box, err := sealJSON(key, placeOpening, o)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO intake.identity_opening (mailbox_id, opened_at, for_mailbox) VALUES ($1, $2, $3)`, mailbox, now, box); err != nil {
		return fmt.Errorf("insert opening: %w", err)
	}
	return nil
}

func (c *Counter) openings(ctx context.Context, mailbox int64, key seal.PrivateKey) ([]Opening, error) {
	rows, err := c.pool.Query(ctx, `SELECT opened_at, for_mailbox FROM intake.identity_opening WHERE mailbox_id = $1 ORDER BY id`, mailbox)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("list openings: %w", err))
	}
	defer rows.Close()
	var list []Opening
	for rows.Next() {
		var o Opening
		var box []byte
		if err := rows.Scan(&o.At, &box); err != nil {
			return nil, fmt.Errorf("list openings: %w", err)
		}
		plain, err := key.Open(placeOpening, box)
		if err != nil {
			return nil, fmt.Errorf("open an opening: %w", err)
		}
		if err := json.Unmarshal(plain, &o); err != nil {
			return nil, fmt.Errorf("read an opening: %w", err)
		}
		list = append(list, o)
	}
	return list, postgres.Classify(rows.Err())
}
