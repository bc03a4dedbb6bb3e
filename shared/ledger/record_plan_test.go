package ledger

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/shared/postgres/postgrestest"
)

// What every page reads is planned once on a connection, however many people share the query: planning costs more than running.
func TestReadingsArePlannedOnce(t *testing.T) {
	pool := postgrestest.New(t, Migrations)
	err := pool.AcquireFunc(t.Context(), func(conn *pgxpool.Conn) error {
		for people := range 20 {
			for query, arguments := range map[string][]any{
				recordQuery:     {int64(1)},
				yearRecordQuery: {int64(1), 2025},
				manyQuery:       {make([]int64, people+1), make([]int16, people+1)},
			} {
				rows, err := conn.Query(t.Context(), query, arguments...)
				if err != nil {
					return err
				}
				rows.Close()
			}
		}
		for _, query := range []string{recordQuery, yearRecordQuery, manyQuery} {
			var planned, reused int
			if err := conn.QueryRow(t.Context(), `SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = $1`, query).Scan(&planned, &reused); err != nil {
				return err
			}
			if planned > 5 || reused < 15 { // PostgreSQL tries five times
				t.Errorf("planned anew %d times of 20: %s", planned, query)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
