package portal_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/postgres/postgrestest"
)

// BenchmarkStatementAtOnce: the statement of a signed-in person, as JSON and as page, over the network from eight and from 32 keep-alive connections, against pgbench with the very query
// that reads it, prepared, on as many connections, and against a handler that does nothing. All in turn, medians of three; only the ratios count. Of pages and bare handlers the
// processor time is told too, server and client together, which does not change with what else the machine does.
//
//	go test -run - -bench AtOnce -benchtime 1x ./portal
func BenchmarkStatementAtOnce(b *testing.B) {
	const rounds, requests = 3, 6000
	s := newSite(b)
	visitor := s.signedIn()
	bare := fiber.New(fiber.Config{DisableStartupMessage: true})
	bare.Get("/", func(c *fiber.Ctx) error { return c.SendString("ok") })
	portalAt, bareAt := listening(b, s.app), listening(b, bare)
	token := visitor.cookies["access"]
	ask(b, portalAt, "/api/v1/statements/2025", token, 1, 50)
	script := theQuery(b, s)
	for _, clients := range []int{8, 32} {
		b.Run(fmt.Sprintf("clients-%d", clients), func(b *testing.B) {
			took, spent := map[string][]float64{}, map[string]time.Duration{}
			askFor := func(name, address, path, token string) {
				before := cpuUsed(b)
				took[name] = append(took[name], ask(b, address, path, token, clients, requests))
				spent[name] += cpuUsed(b) - before
			}
			for b.Loop() {
				for range rounds {
					took["pgbench"] = append(took["pgbench"], postgrestest.Pgbench(b, s.pool.Config().ConnString(), script, clients, requests))
					askFor("JSON", portalAt, "/api/v1/statements/2025", token)
					askFor("page", portalAt, "/statement/2025", token)
					askFor("bare", bareAt, "/", "")
				}
			}
			median := func(name string) float64 {
				slices.Sort(took[name])
				return took[name][len(took[name])/2]
			}
			for _, name := range []string{"pgbench", "JSON", "page", "bare"} {
				b.ReportMetric(median(name), name+"/s")
			}
			b.ReportMetric(median("JSON")/median("pgbench"), "JSON/pgbench")
			b.ReportMetric(median("page")/median("pgbench"), "page/pgbench")
			for _, name := range []string{"JSON", "page"} {
				b.ReportMetric(spent[name].Seconds()/spent["bare"].Seconds(), name+"-cpu-in-bare-handlers")
			}
		})
	}
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
		err = conn.QueryRow(b.Context(), `SELECT coalesce(max(statement), '') FROM pg_prepared_statements WHERE statement ~ 'ledger\.person_year' AND statement !~ 'pg_prepared'`).Scan(&query)
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

// ask sends requests over keep-alive connections and returns how many were answered in a second.
func ask(b *testing.B, address, path, token string, clients, requests int) float64 {
	b.Helper()
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: si.example\r\nAuthorization: Bearer " + token + "\r\n\r\n")
	errs := make([]error, clients)
	var all sync.WaitGroup
	began := time.Now()
	for i := range clients {
		all.Go(func() { errs[i] = askOver(address, request, requests/clients) })
	}
	all.Wait()
	took := time.Since(began)
	for _, err := range errs {
		if err != nil {
			b.Fatal(err)
		}
	}
	return float64(requests/clients*clients) / took.Seconds()
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
