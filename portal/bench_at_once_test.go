package portal_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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

// ask sends the requests over keep-alive connections, from one thread that waits for whichever has an answer, as pgbench does: a goroutine for each would cost as much as the server does.
func (a asking) ask() error {
	request := []byte("GET " + a.Path + " HTTP/1.1\r\nHost: si.example\r\nAuthorization: Bearer " + a.Token + "\r\n\r\n")
	address, err := netip.ParseAddrPort(a.Address)
	if err != nil {
		return err
	}
	wake, err := syscall.EpollCreate1(0)
	if err != nil {
		return err
	}
	lines := map[int32]*line{}
	for range a.Clients {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(address.Port()), Addr: address.Addr().As4()}); err != nil {
			return err
		}
		if err := syscall.EpollCtl(wake, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}); err != nil {
			return err
		}
		lines[int32(fd)] = &line{fd: fd, left: a.Requests / a.Clients, answer: make([]byte, 0, 1<<17)}
	}
	began := time.Now()
	for _, l := range lines {
		if err := l.send(request); err != nil {
			return err
		}
	}
	events := make([]syscall.EpollEvent, a.Clients)
	for busy := a.Clients; busy > 0; {
		n, err := syscall.EpollWait(wake, events, -1)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		for _, e := range events[:max(n, 0)] {
			l := lines[e.Fd]
			if whole, err := l.read(); err != nil {
				return err
			} else if !whole {
				continue
			}
			if l.left--; l.left == 0 {
				busy--
			} else if err := l.send(request); err != nil {
				return err
			}
		}
	}
	fmt.Println(float64(a.Requests/a.Clients*a.Clients) / time.Since(began).Seconds())
	return nil
}

// line is a connection with one request under way.
type line struct {
	fd, left int
	answer   []byte
	length   int // of the whole answer, once its head has come
}

func (l *line) send(request []byte) error {
	l.answer, l.length = l.answer[:0], 0
	n, err := syscall.Write(l.fd, request)
	if err == nil && n < len(request) {
		err = io.ErrShortWrite
	}
	return err
}

// read reads what has come, and reports whether that was the answer's end.
func (l *line) read() (whole bool, err error) {
	n, err := syscall.Read(l.fd, l.answer[len(l.answer):cap(l.answer)])
	if err != nil || n == 0 {
		return false, cmp.Or(err, io.ErrUnexpectedEOF)
	}
	l.answer = l.answer[:len(l.answer)+n]
	if l.length == 0 {
		head := bytes.Index(l.answer, []byte("\r\n\r\n"))
		if head < 0 {
			return false, nil
		}
		if !bytes.HasPrefix(l.answer, []byte("HTTP/1.1 200 ")) {
			return false, fmt.Errorf("answered %.40s", l.answer)
		}
		_, after, _ := bytes.Cut(l.answer[:head+2], []byte("Content-Length: "))
		digits, _, _ := bytes.Cut(after, []byte("\r\n"))
		body, err := strconv.Atoi(string(digits))
		if err != nil {
			return false, fmt.Errorf("an answer without a length: %w", err)
		}
		l.length = head + 4 + body
	}
	return len(l.answer) >= l.length, nil
}
