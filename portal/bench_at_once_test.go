package portal_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/postgres/postgrestest"
	"shebao/shared/server"
)

// limits of a statement by connections: shares of pgbench, and the server's processor time in bare handlers.
var statementLimits = map[int]struct{ share, pageShare, bareHandlers float64 }{8: {0.45, 0.40, 8}, 32: {0.8, 0.8, 8}}

// BenchmarkStatementAtOnce: the issued statement of a signed-in person, as JSON and as page, over the network from eight and from 32 keep-alive connections, against pgbench with the very
// query that reads it, prepared, on as many connections, and against a handler that does nothing. All in turn, medians of five; only the ratios count. Who asks is a process of its own, so
// that the processor time told is the server's share: what this process took, without asking, PostgreSQL and Redis. It changes little with what else the machine does; rates do.
//
//	go test -run - -bench AtOnce -benchtime 1x ./portal
func BenchmarkStatementAtOnce(b *testing.B) {
	const rounds, requests = 5, 6000
	server.TuneCollector() // as who serves does
	s := newSite(b)
	logged, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = logged.Close() }) // nobody reads it
	s.to = slog.NewJSONHandler(logged, nil)
	s.open(s.pool)
	visitor := s.signedIn()
	visitor.page("/statement/2025.pdf") // it is issued
	bare := fiber.New(fiber.Config{DisableStartupMessage: true})
	bare.Get("/", func(c *fiber.Ctx) error { return c.SendString("ok") })
	portalAt, bareAt := listening(b, s.app), listening(b, bare)
	token := visitor.cookies["access"]
	askElsewhere(b, asking{portalAt, "/api/v1/statements/2025", token, 1, 100})
	script := theQuery(b, s)
	for _, clients := range []int{8, 32} {
		b.Run(fmt.Sprintf("clients-%d", clients), func(b *testing.B) {
			took, spent := map[string][]float64{}, map[string][]float64{}
			askFor := func(name, address, path, token string) {
				before := cpuUsed(b)
				took[name] = append(took[name], askElsewhere(b, asking{address, path, token, clients, requests}))
				spent[name] = append(spent[name], (cpuUsed(b)-before).Seconds()/requests*1e6)
			}
			for b.Loop() {
				for range rounds {
					took["pgbench"] = append(took["pgbench"], postgrestest.Pgbench(b, s.pool.Config().ConnString(), script, clients, requests))
					askFor("JSON", portalAt, "/api/v1/statements/2025", token)
					askFor("page", portalAt, "/statement/2025", token)
					askFor("bare", bareAt, "/", "")
				}
			}
			for _, name := range []string{"pgbench", "JSON", "page", "bare"} {
				b.ReportMetric(median(took[name]), name+"/s")
			}
			limit := statementLimits[clients]
			for name, wanted := range map[string]float64{"JSON": limit.share, "page": limit.pageShare} {
				share, handlers := median(took[name])/median(took["pgbench"]), median(spent[name])/median(spent["bare"])
				b.ReportMetric(share, name+"/pgbench")
				b.ReportMetric(handlers, name+"-cpu-in-bare-handlers")
				b.Logf("%s: %.2f of pgbench's %.0f/s, %.0f µs of the server's processor time, a bare handler %.1f", name, share, median(took["pgbench"]), median(spent[name]), median(spent["bare"]))
				if share < wanted {
					b.Errorf("%s is %.2f of pgbench, wanted %.2f", name, share, wanted)
				}
				if name == "page" && handlers > limit.bareHandlers {
					b.Errorf("a page takes the processor time of %.1f bare handlers, wanted %.0f", handlers, limit.bareHandlers)
				}
			}
		})
	}
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// cpuUsed is the processor time that this process has taken.
func cpuUsed(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func listening(b *testing.B, app *fiber.App) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = app.Listener(l) }() // it ends with the listener
	b.Cleanup(func() { _ = app.Shutdown() })
	return l.Addr().String()
}

// theQuery is the statement's query as the portal's own connections have prepared it, for pgbench.
func theQuery(b *testing.B, s *site) string {
	b.Helper()
	id := s.person(number)
	for range 64 {
		conn, err := s.pool.Acquire(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Release()
		var query string
		err = conn.QueryRow(b.Context(), `SELECT coalesce(max(statement), '') FROM pg_prepared_statements WHERE statement ~ 'ledger\.person_year' AND statement ~ 'ledger\.statement' AND statement !~ 'pg_prepared|unnest'`).Scan(&query)
		if err != nil {
			b.Fatal(err)
		}
		if query != "" {
			query = strings.Join(strings.Fields(query), " ")
			return strings.NewReplacer("$1", strconv.FormatInt(id, 10), "$2", "2025").Replace(query) + ";\n"
		}
	}
	b.Fatal("no connection has prepared the statement's query")
	return ""
}

// asking is what a client process is told to do.
type asking struct {
	Address, Path, Token string
	Clients, Requests    int
}

const askingEnv = "SHEBAO_BENCH_ASKING"

// TestMain lets the test program be its own client: what the benchmark starts with askingEnv only asks, and prints how many requests were answered in a second.
func TestMain(m *testing.M) {
	told := os.Getenv(askingEnv)
	if told == "" {
		os.Exit(m.Run())
	}
	var a asking
	err := json.Unmarshal([]byte(told), &a)
	if err == nil {
		err = a.ask()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// askElsewhere asks from another process and returns how many requests were answered in a second.
func askElsewhere(b *testing.B, a asking) float64 {
	b.Helper()
	told, err := json.Marshal(a)
	if err != nil {
		b.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	client := exec.CommandContext(b.Context(), program)
	client.Env = append(os.Environ(), askingEnv+"="+string(told))
	client.Stderr = os.Stderr
	said, err := client.Output()
	if err != nil {
		b.Fatal(err)
	}
	rate, err := strconv.ParseFloat(strings.TrimSpace(string(said)), 64)
	if err != nil {
		b.Fatal(err)
	}
	return rate
}

// ask sends the requests over keep-alive connections.
func (a asking) ask() error {
	request := []byte("GET " + a.Path + " HTTP/1.1\r\nHost: si.example\r\nAuthorization: Bearer " + a.Token + "\r\n\r\n")
	errs := make([]error, a.Clients)
	var all sync.WaitGroup
	began := time.Now()
	for i := range a.Clients {
		all.Go(func() { errs[i] = askOver(a.Address, request, a.Requests/a.Clients) })
	}
	all.Wait()
	took := time.Since(began)
	fmt.Println(float64(a.Requests/a.Clients*a.Clients) / took.Seconds())
	return errors.Join(errs...)
}

// askOver reads answers by hand: a client of net/http would cost more than the server.
func askOver(address string, request []byte, times int) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // everything is read
	in := bufio.NewReaderSize(conn, 1<<16)
	for range times {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		length := -1
		for first := true; ; first = false {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return err
			}
			if first && !bytes.Contains(line, []byte(" 200 ")) {
				return fmt.Errorf("answered %s", line)
			}
			if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
					return err
				}
			}
			if len(bytes.TrimSpace(line)) == 0 {
				break
			}
		}
		if length < 0 {
			return fmt.Errorf("an answer without a length")
		}
		if _, err := in.Discard(length); err != nil {
			return err
		}
	}
	return nil
}
