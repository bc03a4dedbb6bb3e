package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"shebao/shared/identity"
	"shebao/shared/money"
)

// importPersons merges in one transaction: an unreadable end of the file changes nothing. A changed opening balance runs the account again.
func (r *importRun) importPersons(ctx context.Context) error {
	tx, err := r.conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("import persons: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing
	seen := map[[16]byte][16]byte{}                                // 32 bytes a person, not the rows
	var batch pgx.Batch
	var touched []int64
	var older [][]byte // hashes of the batch's persons by older keys
	differs := false   // the file says several things of one person
	for {
		rec, bad, more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		var p Person
		if bad == nil {
			p, bad = r.person(rec.cells)
		}
		if bad != nil {
			if err := r.reject(rec.line, *bad); err != nil {
				return err
			}
			continue
		}
		idHash := r.ledger.keys.Hash.Sum(domainIDNumber, p.IDNumber)
		said := r.ledger.keys.Hash.Sum(domainPerson, content(p))
		key, value := [16]byte(idHash), [16]byte(said)
		if before, again := seen[key]; again {
			if before == value {
				r.report.Duplicates++
				continue
			}
			differs = true
		}
		seen[key] = value
		older = append(older, r.ledger.keys.Hash.Older(domainIDNumber, p.IDNumber)...)
		var mobile []byte
		if p.Mobile != "" {
			mobile = r.ledger.keys.Field.Seal(placeMobile, []byte(p.Mobile))
		}
		batch.Queue(`
			INSERT INTO ledger.person AS old (id_hash, id_sealed, id_type, name, sex, birth_date, card_number, mobile_sealed, status, opening_balance, opening_employer, opening_on, content_hash, run_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (id_hash) DO UPDATE SET id_sealed = excluded.id_sealed, id_type = excluded.id_type, name = excluded.name, sex = excluded.sex, birth_date = excluded.birth_date,
				card_number = excluded.card_number, mobile_sealed = excluded.mobile_sealed, status = excluded.status, opening_balance = excluded.opening_balance,
				opening_employer = excluded.opening_employer, opening_on = excluded.opening_on, content_hash = excluded.content_hash, run_id = excluded.run_id
			WHERE old.content_hash <> excluded.content_hash
			RETURNING xmax = 0, id`,
			idHash, r.ledger.keys.Field.Seal(placeIDNumber, []byte(p.IDNumber)), p.IDType, p.Name, string(p.Sex), civilDate(p.BirthDate), p.CardNumber, mobile,
			int16(p.Status), int64(p.OpeningBalance), int64(p.OpeningEmployer), civilDate(p.OpeningOn), said, r.id).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				var inserted bool
				var id int64
				if err := rows.Scan(&inserted, &id); err != nil {
					return err
				}
				if inserted {
					r.report.Added++
				} else {
					r.report.Changed++
				}
				touched = append(touched, id)
			}
			return rows.Err()
		})
		if batch.Len() == rowsAtOnce {
			if err := r.sendPersons(ctx, tx, &batch, &older); err != nil {
				return err
			}
		}
	}
	if err := r.sendPersons(ctx, tx, &batch, &older); err != nil {
		return err
	}
	if differs {
		if err := r.settlePersons(ctx, tx); err != nil {
			return err
		}
	}
	slices.Sort(touched)
	touched = slices.Compact(touched) // a row that a later one replaced touched its person twice
	rules, err := loadRules(ctx, tx)
	if err != nil {
		return err
	}
	if err := r.ledger.runAccounts(ctx, tx, rules, touched); err != nil {
		return err
	}
	r.report.AccountsRun = int64(len(touched))
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("import persons: commit: %w", err)
	}
	return nil
}

// sendPersons sends a batch once the persons in it stand under the newest key.
func (r *importRun) sendPersons(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, older *[][]byte) error {
	if err := r.ledger.renewFound(ctx, tx, *older); err != nil {
		return err
	}
	*older = (*older)[:0]
	return r.send(ctx, tx, batch)
}

func (r *importRun) person(cells [][]byte) (Person, *problem) {
	in := row{cells: cells, columns: r.columns}
	p := Person{IDType: in.cell("id_type"), Name: "", Status: Contributing}
	if p.IDType == "" {
		p.IDType = identity.ResidentID
	}
	number := in.cell("id_number")
	var err error
	if p.IDNumber, err = identity.ParseDocument(p.IDType, number); err != nil {
		in.wrong(idReason(err), "id_number", number)
	}
	p.Name = in.name("name")
	switch sex := in.cell("sex"); sex {
	case "男":
		p.Sex = identity.Male
	case "女":
		p.Sex = identity.Female
	case "":
	default:
		in.wrong(ReasonSex, "sex", sex)
	}
	p.BirthDate = in.date("birth_date", r.today)
	if id, err := identity.ParseCitizenID(p.IDNumber); err == nil {
		if id.BirthDate().After(r.today) {
			in.wrong(ReasonIDBirthDate, "id_number", number)
		}
		if p.Sex == "" {
			p.Sex = id.Sex()
		}
		if p.BirthDate.IsZero() {
			p.BirthDate = id.BirthDate()
		}
	}
	p.CardNumber = strings.ToUpper(in.cell("card_number"))
	if p.CardNumber != "" && (len(p.CardNumber) < 8 || len(p.CardNumber) > 9 || strings.Trim(p.CardNumber, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		in.wrong(ReasonCardNumber, "card_number", p.CardNumber)
	}
	if text := in.cell("mobile"); text != "" {
		if p.Mobile, err = identity.ParseMobile(text); err != nil {
			in.wrong(ReasonMobile, "mobile", text)
		}
	}
	if text := in.cell("status"); text != "" {
		p.Status = 0
		for status, name := range personStatusNames {
			if text == name {
				p.Status = status
			}
		}
		if p.Status == 0 {
			in.wrong(ReasonStatus, "status", text)
		}
	}
	p.OpeningBalance = money.Fen(0)
	if in.cell("opening_balance") != "" {
		p.OpeningBalance = in.amount("opening_balance")
	}
	if text := in.cell("opening_employer"); text != "" {
		if p.OpeningEmployer = in.amount("opening_employer"); p.OpeningEmployer > p.OpeningBalance {
			in.wrong(ReasonOpeningPart, "opening_employer", text)
		}
	}
	p.OpeningOn = in.date("opening_on", r.today)
	if p.OpeningBalance > 0 && p.OpeningOn.IsZero() {
		in.wrong(ReasonDate, "opening_on", "")
	}
	return p, in.problem
}
