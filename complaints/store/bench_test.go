package store

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shebao/complaints/lifecycle"
	"shebao/shared/audit"
	"shebao/shared/calendar"
	"shebao/shared/fault"
	"shebao/shared/intake"
	"shebao/shared/postgres"
	"shebao/shared/postgres/embedded"
	"shebao/shared/seal"
)

// The desk with a million cases on a server that keeps what it has committed: what the store does against the bare SQL of the same answer, in turn, on the same data, with the
// same connections. Only ratios of one run count; a ratio below its limit fails.
// go test -run '^$' -bench Million -benchtime 1x -timeout 60m ./complaints/store

const (
	benchStaff  = 8
	benchRounds = 5
)

var benchCases = flag.Int("cases", 1_000_000, "how many cases the benchmark's desk has; fewer to try the benchmark itself")

var benchNow = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// benchDesk is a desk of a province, five years on: one case in twelve is open, half of those are nobody's.
func benchDesk(b *testing.B) (*Store, *pgxpool.Pool, []Staff) {
	b.Helper()
	dir, err := os.MkdirTemp("", "shebao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user than root
		b.Fatal(err)
	}
	server, err := embedded.Start(b.Context(), embedded.Options{Dir: filepath.Join(dir, "pg")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Stop() })
	pool, err := postgres.Open(b.Context(), server.URL("postgres")+"&pool_max_conns=12", "", "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if err := postgres.Migrate(b.Context(), pool, audit.Migrations(), intake.Migrations(), Migrations()); err != nil {
		b.Fatal(err)
	}
	key, err1 := seal.GenerateKey()
	field, err2 := seal.NewFieldKey(make([]byte, 32), "complaints")
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	s := New(pool, intake.NewDesk(pool, key), lifecycle.Rules{Workdays: calendar.China(), Settings: lifecycle.DefaultSettings()}, seal.NewSlow(), field)
	staff := make([]Staff, benchStaff)
	for i := range staff {
		w := Staff{Account: fmt.Sprint("bench", i), Name: "办案人员", Role: lifecycle.Investigator, Region: "33", SignedInBefore: benchNow.AddDate(0, 0, -1)}
		err := pool.QueryRow(b.Context(), `INSERT INTO complaints.staff (account, name, role, region, password_hash, password_salt, totp_secret) VALUES ($1, $2, $3, $4, '', '', '') RETURNING id`,
			w.Account, w.Name, string(w.Role), w.Region).Scan(&w.ID)
		if err != nil {
			b.Fatal(err)
		}
		staff[i] = w
	}
	benchFill(b, pool)
	return s, pool, staff
}

// benchPhrases are what reports are made of: common ones, and in their tail rare words such as names and places.
func benchPhrases() (texts []string) {
	texts = []string{"公司一直没有给我缴纳社会保险", "工资条上每月都扣了养老保险", "按最低基数申报", "三月以后就停缴了", "要求补缴欠缴的月份", "单位说自愿放弃社保", "入职两年没有参保登记",
		"实际工资比申报的高", "多名同事情况相同", "人事部门拒绝答复", "失业保险也没有缴", "工伤保险没有参加", "劳动合同写明缴纳五险", "离职后才发现断缴", "医保卡不能使用", "申请稽核该单位",
		"请尽快调查处理", "有银行流水为证", "考勤记录可以证明", "经理口头承诺补缴"}
	random := rand.New(rand.NewPCG(7, 9))
	for range 4000 {
		var word []rune
		for range 3 + random.IntN(5) {
			word = append(word, rune(0x4e00+random.IntN(2500)))
		}
		texts = append(texts, string(word))
	}
	return texts
}

// phrasesOf says which phrases the case n is made of: six common ones and three rare ones.
const phrasesOf = `ARRAY[n % 20, n / 20 % 20, (n + 7) % 20, n / 3 % 20, n / 5 % 20, n / 11 % 20, (20 + n * 7919::bigint % 4000)::int, (20 + n * 104729::bigint % 4000)::int, (20 + n * 1299709::bigint % 4000)::int]`

func benchFill(b *testing.B, pool *pgxpool.Pool) {
	b.Helper()
	conn, err := pool.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	exec := func(sql string, args ...any) {
		b.Helper()
		if _, err := conn.Exec(b.Context(), sql, args...); err != nil {
			b.Fatal(err)
		}
	}
	exec(`CREATE TABLE public.phrase (i integer PRIMARY KEY, text text, grams integer[])`)
	for i, text := range benchPhrases() {
		grams := gramsOf(text)
		slices.Sort(grams)
		exec(`INSERT INTO public.phrase VALUES ($1, $2, $3)`, i, text, grams)
	}
	exec(`DROP INDEX complaints.search_grams`)
	exec(`ANALYZE public.phrase`)
	exec(`SET enable_seqscan = off`) // each case looks its phrases up
	exec(`SET enable_bitmapscan = off`)
	exec(`INSERT INTO complaints.complaint (number, submission_id, mailbox_id, channel, route, kind, region, employer_uscc, employer_name, from_period, to_period, words, state, due, received_at,
			clock_duty, clock_from, clock_days, clock_unit, owner_id)
		SELECT 2022 + n / 200000 || '-' || lpad((n % 200000)::text, 6, '0'), n, n, (ARRAY['web', 'phone', 'operator'])[1 + n % 3], 'audit_tipoff', 'unpaid',
			'33' || lpad((1 + n % 11)::text, 2, '0') || lpad((1 + n / 11 % 8)::text, 2, '0'), '', '用人单位' || n % 20000, 0, 0, t.words,
			k.state, CASE WHEN k.open THEN date '2026-11-10' + (n / 7 % 60) END, timestamptz '2022-01-01' + n * interval '2.5 minutes',
			CASE WHEN k.open THEN 'accept' ELSE '' END, CASE WHEN k.open THEN date '2026-11-01' END, 5, 'WD',
			CASE WHEN NOT k.open OR n % 24 >= 12 THEN 1 + n % 8 END
		FROM generate_series(1, $1::int) n,
			LATERAL (SELECT n % 12 = 0 AS open, CASE WHEN n % 12 = 0 THEN 'received' ELSE 'closed' END AS state) k,
			LATERAL (SELECT string_agg(p.text, ' ') AS words FROM public.phrase p
				WHERE p.i = ANY (`+phrasesOf+`)) t`, *benchCases)
	exec(`INSERT INTO complaints.search (complaint_id, grams, words)
		SELECT c.id, (SELECT array_agg(DISTINCT g) FROM public.phrase p, unnest(p.grams) g
				WHERE p.i = ANY (` + phrasesOf + `))
			|| ARRAY[-left(c.region, 2)::int, -left(c.region, 4)::int, -c.region::int], c.words
		FROM (SELECT c.*, c.submission_id::int AS n FROM complaints.complaint c) c`)
	exec(`SET maintenance_work_mem = '1GB'`)
	exec(`CREATE INDEX search_grams ON complaints.search USING gin (grams) WITH (fastupdate = off)`)
	exec(`VACUUM ANALYZE`)
	exec(`CHECKPOINT`)
	exec(`RESET ALL`)
}

// rate is how often work was done in a second by as many workers, over times.
func rate(b *testing.B, workers, times int, work func(ctx context.Context, worker int) error) float64 {
	b.Helper()
	var wait sync.WaitGroup
	began := time.Now()
	for w := range workers {
		wait.Go(func() {
			for range times / workers {
				if err := work(b.Context(), w); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	return float64(times) / time.Since(began).Seconds()
}

// against measures the limit and the store in turn, and fails when the median of the ratios is below least.
func against(b *testing.B, what string, workers, times int, least float64, limit, project func(ctx context.Context, worker int) error) {
	b.Helper()
	var limits, projects []float64
	for range benchRounds {
		limits = append(limits, rate(b, workers, times, limit))
		projects = append(projects, rate(b, workers, times, project))
	}
	slices.Sort(limits)
	slices.Sort(projects)
	l, p := limits[benchRounds/2], projects[benchRounds/2]
	b.ReportMetric(l, what+"-limit/s")
	b.ReportMetric(p, what+"/s")
	b.ReportMetric(p/l, what+"-ratio")
	b.Logf("%s: %.0f/s of %.0f/s, %.2f of its limit", what, p, l, p/l)
	if p/l < least {
		b.Errorf("%s is %.2f of its limit, wanted %.2f", what, p/l, least)
	}
}

func BenchmarkMillionCases(b *testing.B) {
	s, pool, staff := benchDesk(b)
	b.Run("claim", func(b *testing.B) { benchClaim(b, s, pool, staff) })
	b.Run("list", func(b *testing.B) { benchList(b, s, pool, staff[0]) })
	b.Run("count", func(b *testing.B) { benchCount(b, s, pool, staff[0]) })
	b.Run("search", func(b *testing.B) { benchSearch(b, s, pool, staff[0]) })
}

// bareTaken and bareTold are what nobody can do without: the first waiting case, locked past others' locks, given away, and who took it when.
const (
	bareTaken = `
	WITH claimed AS (
		UPDATE complaints.complaint SET owner_id = $1, claimed_at = $2, state = 'screening', version = version + 1
		WHERE id = (SELECT id FROM complaints.complaint WHERE owner_id IS NULL AND due IS NOT NULL AND state <> 'merged' ORDER BY due, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
	)`
	bareTold  = ` INSERT INTO complaints.event (complaint_id, at, staff_id, what, text) SELECT id, $2, $1, 'claimed', '' FROM claimed`
	bareNoted = audit.Insert + `SELECT 'complaints', $2, 'staff', 'investigator', 'claim', 'case', '', '', 'done' FROM claimed`
)

// benchClaim: eight investigators take the next case at once; no case comes twice. claim's limit writes nothing into the audit log; claim-noted's writes
// the entry that every claim owes. Entries enter the chain beside the claims, as beside a desk at work, and what a round has left waiting is chained before its time is taken.
func benchClaim(b *testing.B, s *Store, pool *pgxpool.Pool, staff []Staff) {
	times := min(1600, *benchCases/24/2/benchRounds/benchStaff/4*benchStaff) // half of what waits is left
	noted := func(ctx context.Context, w int) error {
		_, err := pool.Exec(ctx, bareTaken+`, told AS (`+bareTold+`) `+bareNoted, staff[w].ID, benchNow)
		return err
	}
	chained := func(work func(ctx context.Context, w int) error) func(ctx context.Context, w int) error {
		var done atomic.Int64
		return func(ctx context.Context, w int) error {
			err := work(ctx, w)
			if done.Add(1)%int64(times) == 0 {
				err = errors.Join(err, audit.Chain(ctx, pool))
			}
			return err
		}
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	go audit.KeepChained(ctx, pool, slog.New(slog.DiscardHandler))
	for b.Loop() {
		var mu sync.Mutex
		taken := map[string]int{}
		claim := chained(func(ctx context.Context, w int) error {
			number, err := s.ClaimNext(ctx, staff[w], benchNow)
			mu.Lock()
			defer mu.Unlock()
			taken[number]++
			return err
		})
		against(b, "claim", benchStaff, times, 0.8, func(ctx context.Context, w int) error {
			_, err := pool.Exec(ctx, bareTaken+bareTold, staff[w].ID, benchNow)
			return err
		}, claim)
		against(b, "claim-noted", benchStaff, times, 0.8, chained(noted), claim)
		if len(taken) != 2*times*benchRounds {
			b.Errorf("%d claims gave %d cases", 2*times*benchRounds, len(taken))
		}
	}
}

// benchPage is the bare query in the form whose plan is best and is made once, see scopedInOrder.
const benchPage = `SELECT c.id, c.number, c.state, c.kind, c.employer_name, c.due, c.received_at, c.owner_id, c.words FROM complaints.complaint c
	WHERE c.region >= (SELECT $1) AND c.region || '' < (SELECT $1 || ':') AND c.state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn', 'merged') AND (c.sort_due, c.id) > ((SELECT $2::date), (SELECT $3::bigint)) ORDER BY c.sort_due, c.id LIMIT 51`

// benchList: the first page of what is open against the bare query, and the last page against the first, by keyset.
func benchList(b *testing.B, s *Store, pool *pgxpool.Pool, who Staff) {
	bare := func(ctx context.Context, _ int) error {
		rows, err := pool.Query(ctx, benchPage, who.Region, "2000-01-01", 0)
		if err != nil {
			return err
		}
		n := 0
		for rows.Next() {
			if _, err := rows.Values(); err != nil {
				return err
			}
			n++
		}
		if n != 51 {
			return fmt.Errorf("%d rows", n)
		}
		return rows.Err()
	}
	page := func(f Filter) func(ctx context.Context, _ int) error {
		return func(ctx context.Context, _ int) error {
			_, _, err := s.Queue(ctx, who, f, benchNow, 50)
			return err
		}
	}
	last := Filter{View: "open"}
	var due time.Time
	if err := pool.QueryRow(b.Context(), `SELECT due, id FROM complaints.complaint WHERE due IS NOT NULL ORDER BY due DESC, id DESC OFFSET 50 LIMIT 1`).Scan(&due, &last.AfterID); err != nil {
		b.Fatal(err)
	}
	last.AfterDue = calendar.DateOf(due)
	for b.Loop() {
		against(b, "first-page", 1, 200, 0.5, bare, page(Filter{View: "open"}))
		against(b, "last-page", 1, 200, 0.8, page(Filter{View: "open"}), page(last))
	}
}

// benchCount: every view's count at once against counting what is open once.
func benchCount(b *testing.B, s *Store, pool *pgxpool.Pool, who Staff) {
	for b.Loop() {
		against(b, "counts", 1, 10, 0.3, func(ctx context.Context, _ int) error {
			var n int
			return pool.QueryRow(ctx, `SELECT count(*) FROM complaints.complaint c WHERE c.region >= $1 AND c.region < $1 || ':' AND c.state NOT IN ('closed', 'rejected', 'transferred_out', 'withdrawn', 'merged')`, who.Region).Scan(&n)
		}, func(ctx context.Context, _ int) error {
			_, err := s.Counts(ctx, who, benchNow)
			return err
		})
	}
}

// benchSearch: words that are in many cases, in few and in none, by somebody of a county and of the province, against the bare look-up in the same order; how long the slowest of
// twenty took is printed, since a person waits for it.
func benchSearch(b *testing.B, s *Store, pool *pgxpool.Pool, who Staff) {
	county := who
	county.Region = "330402"
	rare := benchPhrases()[20:]
	var texts []string
	for i := range 200 {
		texts = append(texts, rare[i*17%len(rare)], "养老保险 "+rare[i*31%len(rare)], "没有这样的词"+rare[i], "工资条上")
	}
	var next atomic.Int64
	pick := func() string { return texts[int(next.Add(1))%len(texts)] }
	for b.Loop() {
		for _, who := range []Staff{county, who} {
			against(b, "search-"+who.Region, 1, 200, 0.5, func(ctx context.Context, _ int) error {
				q := s.scopedQuery(who, benchNow)
				if err := q.filter(Filter{View: "all", Search: pick()}); err != nil {
					return err
				}
				grams := q.args[6]
				rows, err := pool.Query(ctx, `SELECT c.id, c.number, c.state, c.kind, c.employer_name, c.due, c.received_at, c.owner_id, c.words
					FROM complaints.complaint c JOIN complaints.search f ON f.complaint_id = c.id
					WHERE f.grams @> $1 AND c.region >= $2 AND c.region < $2 || ':' ORDER BY c.sort_due, c.id LIMIT 51`, pgx.QueryExecModeCacheDescribe, grams, who.Region)
				if err != nil {
					return err
				}
				rows.Close()
				return rows.Err()
			}, func(ctx context.Context, _ int) error {
				_, _, err := s.Queue(ctx, who, Filter{View: "all", Search: pick()}, benchNow, 50)
				if fault.Is(err, fault.Invalid) {
					return nil
				}
				return err
			})
			for _, text := range []string{"工资条上", "社会保险", rare[0], "养老保险 " + rare[1], "没有这样的词"} {
				var took []time.Duration
				for range 20 {
					began := time.Now()
					if _, _, err := s.Queue(b.Context(), who, Filter{View: "all", Search: text}, benchNow, 50); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				b.Logf("%-8s %-24s median %8s, slowest of twenty %8s", who.Region, strings.TrimSpace(text), took[10].Round(time.Microsecond*100), took[19].Round(time.Microsecond*100))
			}
		}
	}
}
