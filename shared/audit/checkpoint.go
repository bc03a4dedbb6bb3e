package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Checkpoint says where every stream of the log ended at an instant, signed. Kept outside the database it finds what the chain alone cannot: a tail that was cut off
// together with its head, or a log that was written anew from a row on.
type Checkpoint struct {
	At        time.Time `json:"at"`
	Heads     []Head    `json:"heads"`
	Signature []byte    `json:"signature,omitempty"`
}

// Head is the last row of a stream.
type Head struct {
	Stream string `json:"stream"`
	Seq    int64  `json:"seq"`
	Hash   string `json:"hash"` // hexadecimal
}

func (c Checkpoint) signed() ([]byte, error) {
	c.Signature = nil
	b, err := json.Marshal(c)
	return append([]byte("shebao audit checkpoint\n"), b...), err
}

// TakeCheckpoint takes what waits into the chain, notes the ends of the streams and signs them.
func TakeCheckpoint(ctx context.Context, db Querier, key ed25519.PrivateKey, now time.Time) (Checkpoint, error) {
	if err := Chain(ctx, db); err != nil {
		return Checkpoint{}, err
	}
	rows, err := db.Query(ctx, `SELECT stream, seq, encode(hash, 'hex') FROM audit.head ORDER BY stream`)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("take audit checkpoint: %w", err)
	}
	c := Checkpoint{At: now.UTC().Truncate(time.Second)}
	if c.Heads, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Head]); err != nil {
		return Checkpoint{}, fmt.Errorf("take audit checkpoint: %w", err)
	}
	text, err := c.signed()
	if err != nil {
		return Checkpoint{}, err
	}
	c.Signature = ed25519.Sign(key, text)
	return c, nil
}

// Genuine reports whether one of the keys signed the checkpoint as it is.
func (c Checkpoint) Genuine(keys []ed25519.PublicKey) bool {
	text, err := c.signed()
	return err == nil && slices.ContainsFunc(keys, func(k ed25519.PublicKey) bool { return ed25519.Verify(k, text, c.Signature) })
}

// Write adds the checkpoint as one line.
func (c Checkpoint) Write(w io.Writer) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// ReadCheckpoints reads lines of checkpoints. A last line that was not written to its end, because the machine stopped, is left out; any other line that cannot be
// read is an error, and so is one that none of the keys signed.
func ReadCheckpoints(r io.Reader, keys []ed25519.PublicKey) ([]Checkpoint, error) {
	all, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if end := bytes.LastIndexByte(all, '\n'); end >= 0 {
		all = all[:end+1]
	} else {
		all = nil
	}
	var list []Checkpoint
	lines := bufio.NewScanner(bytes.NewReader(all))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var c Checkpoint
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("checkpoint in line %d: %w", n, err)
		}
		if !c.Genuine(keys) {
			return nil, fmt.Errorf("checkpoint in line %d: not signed by a known key, or altered", n)
		}
		list = append(list, c)
	}
	return list, lines.Err()
}

// missed lists the checkpoints' heads that the log does not hold any more.
func missed(ctx context.Context, db Querier, list []Checkpoint) ([]Break, error) {
	var breaks []Break
	for _, c := range list {
		for _, h := range c.Heads {
			if h.Seq == 0 {
				continue
			}
			hash, err := hex.DecodeString(h.Hash)
			if err != nil {
				return nil, fmt.Errorf("checkpoint of %s: %w", c.At.Format(time.RFC3339), err)
			}
			rows, err := db.Query(ctx, `SELECT EXISTS (SELECT FROM audit.log WHERE stream = $1 AND seq = $2 AND hash = $3) OR EXISTS (SELECT FROM audit.purged WHERE stream = $1 AND (seq > $2 OR seq = $2 AND hash = $3))`,
				h.Stream, h.Seq, hash)
			if err != nil {
				return nil, fmt.Errorf("compare audit checkpoint: %w", err)
			}
			there, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
			if err != nil {
				return nil, fmt.Errorf("compare audit checkpoint: %w", err)
			}
			if !there {
				breaks = append(breaks, Break{Stream: h.Stream, Seq: h.Seq, What: "checkpoint"})
			}
		}
	}
	return breaks, nil
}
