package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say how the server runs.
type Options struct {
	Dir     string    // the cluster's folder; made when it does not exist
	Unsafe  bool      // without fsync: for tests, whose data may be lost
	Say     io.Writer // one line when something takes long; nil is silent
	Seed    string    // a ready cluster's folder to copy in place of initdb; empty runs initdb
	MaxConn int       // max_connections; 0 is 200
	Sockets string    // a folder for the Unix socket, made when it does not exist and removed by Stop, short: a path is limited to 107 bytes; empty makes a temporary one
}

// Server is a running PostgreSQL child process.
type Server struct {
	cmd       *exec.Cmd
	socketDir string
	exited    chan struct{}
	exitErr   error
}

// readyWithin is generous, since a busy machine takes seconds for what a quiet one does in 150 ms.
const readyWithin = 90 * time.Second

// Start makes the cluster when needed, starts its server on a Unix socket only, and waits until it answers. The server ends with
// this process, however that ends. Errors: ErrNoServer, or what the server said in its first lines.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Say == nil {
		o.Say = io.Discard
	}
	bin, err := Programs(ctx, o.Say)
	if err != nil {
		return nil, err
	}
	user, err := serverUser()
	if err != nil {
		return nil, err
	}
	if err := makeCluster(ctx, bin, o, user); err != nil {
		return nil, err
	}
	sockets := o.Sockets
	if sockets == "" {
		if sockets, err = os.MkdirTemp("", "shebao-pg-"); err != nil {
			return nil, err
		}
	} else if err := os.MkdirAll(sockets, 0o755); err != nil {
		return nil, err
	}
	if err := user.own(sockets); err != nil {
		return nil, err
	}
	s := &Server{socketDir: sockets, exited: make(chan struct{})}
	connections := o.MaxConn
	if connections == 0 {
		connections = 200
	}
	args := []string{"-D", o.Dir, "-k", sockets, "-h", "", "-c", "max_connections=" + strconv.Itoa(connections), "-c", "shared_buffers=128MB",
		"-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "log_min_messages=warning", "-c", "log_statement=none", "-c", "log_min_error_statement=panic", "-c", "max_wal_size=4GB"}
	if o.Unsafe {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	s.cmd = exec.Command(filepath.Join(bin, "postgres"), args...)
	s.cmd.Dir = o.Dir
	said := &firstLines{}
	s.cmd.Stdout, s.cmd.Stderr = said, said
	started := make(chan error)
	go func() {
		// The death signal is bound to the thread that starts the child: this goroutine keeps its thread as long as the server lives.
		lockThread()
		err := startWith(s.cmd, user)
		started <- err
		if err != nil {
			return
		}
		s.exitErr = s.cmd.Wait()
		close(s.exited)
	}()
	if err := <-started; err != nil {
		_ = os.RemoveAll(sockets) // empty
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := s.awaitReady(ctx, said); err != nil {
		_ = s.Stop() // the reason is already known
		return nil, err
	}
	return s, nil
}

// URL is the address of one of the server's databases, for the superuser.
func (s *Server) URL(database string) string {
	q := url.Values{"host": {s.socketDir}, "user": {superuser}, "dbname": {database}, "sslmode": {"disable"}}
	return "postgres:///?" + q.Encode()
}

const superuser = "shebao"

func (s *Server) awaitReady(ctx context.Context, said *firstLines) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return fmt.Errorf("PostgreSQL did not start: %s", said.String())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL was not ready in time: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Stop ends the server: sessions are cut off, data is safe.
func (s *Server) Stop() error {
	defer func() { _ = os.RemoveAll(s.socketDir) }() // the server removes its socket itself
	select {
	case <-s.exited:
		return nil
	default:
	}
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	select {
	case <-s.exited:
		return nil
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Signal(syscall.SIGQUIT) // immediate; the next start recovers from the log
		<-s.exited
		return errors.New("stop PostgreSQL: it had to be cut off")
	}
}

func makeCluster(ctx context.Context, bin string, o Options, user account) error {
	if _, err := os.Stat(filepath.Join(o.Dir, "PG_VERSION")); err == nil {
		return user.own(o.Dir)
	}
	if err := os.MkdirAll(filepath.Dir(o.Dir), 0o755); err != nil {
		return err
	}
	if err := user.canReach(filepath.Dir(o.Dir)); err != nil {
		return err
	}
	if o.Seed != "" {
		if out, err := exec.CommandContext(ctx, "cp", "-a", o.Seed, o.Dir).CombinedOutput(); err != nil {
			return fmt.Errorf("copy cluster: %w: %s", err, out)
		}
		return nil
	}
	if err := os.Mkdir(o.Dir, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	if err := user.own(o.Dir); err != nil {
		return err
	}
	args := []string{"-D", o.Dir, "-U", superuser, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions"}
	if o.Unsafe {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	cmd.Dir = o.Dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := startWith(cmd, user); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := cmd.Wait(); err != nil {
		_ = os.RemoveAll(o.Dir) // half a cluster must not be taken for a whole one
		return fmt.Errorf("initdb: %w: %s", err, lastLine(out.String()))
	}
	return nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// firstLines keeps the start of a server's output, which says why it did not start.
type firstLines struct{ buf bytes.Buffer }

func (f *firstLines) Write(p []byte) (int, error) {
	if f.buf.Len() < 4096 {
		f.buf.Write(p)
	}
	return len(p), nil
}

func (f *firstLines) String() string { return strings.TrimSpace(f.buf.String()) }
