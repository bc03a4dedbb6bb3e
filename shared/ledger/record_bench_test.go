package ledger

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"shebao/shared/postgres"
	"shebao/shared/postgres/postgrestest"
)

// BenchmarkRecord: whole records read and unpacked by 8 and by 32 callers at once, against pgbench with the same prepared query on as many connections, and against pgx with its rows
// only read; and once more without sharing queries.
//
//	go test -run - -bench 'Record$' -benchtime 1x ./shared/ledger
func BenchmarkRecord(b *testing.B) {
	const persons, reads = 2000, 16_000
	l, pool, url := benchLedger(b)
	file := benchFiles(b, l, persons, 36)
	if _, err := l.Import(b.Context(), Contributions, file, Options{Now: benchNow}); err != nil {
		b.Fatal(err)
	}
	exec1(b, pool, "VACUUM ANALYZE")
	for _, callers := range []int{8, 32} {
		wide, err := postgres.Open(b.Context(), url+fmt.Sprintf("&pool_max_conns=%d", callers), "", "bench")
		if err != nil {
			b.Fatal(err)
		}
		gathering, alone := New(wide, l.keys), New(wide, l.keys)
		gathering.atOnce, alone.atOnce = 1, callers
		b.Run(fmt.Sprintf("callers-%d", callers), func(b *testing.B) {
			many := func(read func(id int64) error) time.Duration {
				var took []time.Duration
				for range benchRounds {
					var all sync.WaitGroup
					var next atomic.Int64
					began := time.Now()
					for range callers {
						all.Go(func() {
							for n := next.Add(1); n <= reads; n = next.Add(1) {
								if err := read(1 + n*7919%persons); err != nil {
									b.Error(err)
									return
								}
							}
						})
					}
					all.Wait()
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				return took[len(took)/2]
			}
			script := fmt.Sprintf("\\set id random(1, %d)\n%s;\n", persons, strings.ReplaceAll(strings.Join(strings.Fields(recordQuery), " "), "$1", ":id"))
			for b.Loop() {
				var pgbench []float64
				for range benchRounds {
					pgbench = append(pgbench, postgrestest.Pgbench(b, url, script, callers, reads))
				}
				slices.Sort(pgbench)
				bench := pgbench[len(pgbench)/2]
				limit := many(func(id int64) error {
					rows, err := wide.Query(b.Context(), recordQuery, id)
					if err != nil {
						return err
					}
					for rows.Next() {
						_ = rows.RawValues()
					}
					return rows.Err()
				})
				single := many(func(id int64) error { _, err := alone.Record(b.Context(), id); return err })
				shared := many(func(id int64) error { _, err := gathering.Record(b.Context(), id); return err })
				b.ReportMetric(bench, "pgbench/s")
				b.ReportMetric(reads/single.Seconds()/bench, "alone/pgbench")
				b.ReportMetric(reads/shared.Seconds()/bench, "shared/pgbench")
				b.ReportMetric(reads/limit.Seconds(), "query/s")
				b.ReportMetric(reads/single.Seconds(), "alone/s")
				b.ReportMetric(reads/shared.Seconds(), "shared/s")
				b.ReportMetric(limit.Seconds()/single.Seconds(), "alone/query")
				b.ReportMetric(limit.Seconds()/shared.Seconds(), "shared/query")
			}
		})
		wide.Close()
	}
}
