package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// replaceRows makes a table of the register hold exactly the n given rows, keys before values, and writes only those that differ: most of what a refresh brings is what stands there already.
func replaceRows(ctx context.Context, tx pgx.Tx, table string, keys, values []string, n int, row func(int) ([]any, error)) error {
	each := func(columns []string, part, between string) string {
		parts := make([]string, len(columns))
		for i, c := range columns {
			parts[i] = strings.ReplaceAll(part, "#", c)
		}
		return strings.Join(parts, between)
	}
	columns := append(append([]string{}, keys...), values...)
	sql := strings.NewReplacer("{table}", "complaints."+table, "{now}", table+"_now", "{columns}", each(columns, "#", ", "), "{same}", each(keys, "t.# = n.#", " AND "),
		"{set}", each(values, "# = n.#", ", "), "{old}", each(values, "t.#", ", "), "{new}", each(values, "n.#", ", "))
	if _, err := tx.Exec(ctx, sql.Replace(`CREATE TEMP TABLE {now} (LIKE {table}) ON COMMIT DROP`)); err != nil {
		return fmt.Errorf("stage %s: %w", table, err)
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{table + "_now"}, columns, pgx.CopyFromSlice(n, row)); err != nil {
		return fmt.Errorf("stage %s: %w", table, err)
	}
	for _, step := range []string{
		`DELETE FROM {table} t WHERE NOT EXISTS (SELECT FROM {now} n WHERE {same})`,
		`UPDATE {table} t SET {set} FROM {now} n WHERE {same} AND ({old}) IS DISTINCT FROM ({new})`,
		`INSERT INTO {table} ({columns}) SELECT {columns} FROM {now} n WHERE NOT EXISTS (SELECT FROM {table} t WHERE {same})`,
	} {
		if _, err := tx.Exec(ctx, sql.Replace(step)); err != nil {
			return fmt.Errorf("replace %s: %w", table, err)
		}
	}
	return nil
}
