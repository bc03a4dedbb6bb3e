package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"shebao/shared/audit"
	"shebao/shared/config"
	"shebao/shared/metrics"
	"shebao/shared/postgres"
	"shebao/shared/redis"
	"shebao/shared/server"
	"shebao/shared/trace"
)

func (p program) serve(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage
	}
	var chosen []wing
	for _, w := range wings() {
		if args[0] == w.name || args[0] == "all" {
			chosen = append(chosen, w)
		}
	}
	if len(chosen) == 0 {
		return errUsage
	}
	g, err := p.openGround(ctx)
	if err != nil {
		return err
	}
	defer g.close()
	p.startedWithWholeKey(g)
	served, err := p.start(ctx, g, without(g.lookup, identityPrivate), chosen)
	if err != nil {
		return err
	}
	for _, w := range served.wings {
		p.say(fmt.Sprintf("%-10s %s", w.name, w.url))
	}
	return served.wait()
}

// served are wings that listen.
type served struct {
	wings  []servedWing
	wait   func() error
	cancel context.CancelFunc
}

type servedWing struct{ name, url string }

func (s served) url(name string) string {
	for _, w := range s.wings {
		if w.name == name {
			return w.url
		}
	}
	return ""
}

// start binds, configures and builds everything that can fail before anything is served.
func (p program) start(ctx context.Context, g *ground, lookup config.Lookup, chosen []wing, more ...extra) (served, error) {
	server.TuneCollector()
	ctx, cancel := context.WithCancel(ctx)
	s := served{cancel: cancel}
	group := &group{cancel: cancel}
	ok := false
	var closers []func()
	release := func() {
		for _, c := range closers {
			c()
		}
	}
	defer func() {
		if !ok {
			cancel()
			release()
		}
	}()
	measures := metrics.New()
	log := slog.New(measures.Failures(slog.NewJSONHandler(p.err, &slog.HandlerOptions{Level: p.logLevel()})))
	settings := map[string]string{}
	reader := config.NewReader(config.Chain(lookup, config.Map(settings)))
	listeners := make([]net.Listener, len(chosen))
	for i, w := range chosen {
		listener, err := p.listen(reader.Listen(w.listen, w.fallback), g.own)
		if err != nil {
			return s, err
		}
		listeners[i] = listener
		closers = append(closers, func() { _ = listener.Close() }) // serving closes it first
		settings[w.publicURL] = "http://" + listener.Addr().String()
		s.wings = append(s.wings, servedWing{w.name, settings[w.publicURL]})
	}
	builders := make([]func(context.Context, server.Deps) (server.Wing, error), len(chosen))
	for i, w := range chosen {
		builders[i] = w.configure(reader)
	}
	lookOn, err := metricsListener(reader)
	if err := firstError(reader.Err(), err); err != nil {
		return s, err
	}
	tracer, err := trace.Read(ctx, reader, log)
	if err := firstError(reader.Err(), err); err != nil {
		return s, err
	}
	closers = append(closers, func() { closeTraces(tracer) })
	closers = append(closers, func() { _ = lookOn.Close() }) // serving closes it first
	client, err := redis.Open(g.redisURL)
	if err != nil {
		return s, err
	}
	closers = append(closers, func() { _ = client.Close() }) // nothing of it must be kept
	apps := make([]*fiber.App, len(chosen))
	var background []func(context.Context) error
	for i, w := range chosen {
		pool, err := g.pool(ctx, w.role, w.name, postgres.Traced(tracer.Queries()))
		if err != nil {
			return s, err
		}
		closers = append(closers, pool.Close)
		built, err := builders[i](ctx, server.Deps{DB: pool, Redis: client, Log: log, Now: time.Now, Metrics: measures, Trace: tracer})
		if err != nil {
			return s, fmt.Errorf("%s: %w", w.name, err)
		}
		measures.Pool(w.name, pool)
		measures.Waiting(time.Now, built.Waiting...)
		apps[i] = built.App
		background = append(background, built.Background...)
		background = append(background, func(ctx context.Context) error { audit.KeepChained(ctx, pool, log); return nil })
	}
	for _, e := range more {
		built, listener, err := e(s, reader)
		if err != nil {
			return s, err
		}
		apps, listeners = append(apps, built.App), append(listeners, listener)
		background = append(background, built.Background...)
	}
	for i := range apps {
		group.start(func() error { return server.Serve(ctx, apps[i], listeners[i]) })
	}
	if lookOn.Listener != nil {
		group.start(func() error { return lookOn.serve(ctx, measures.Handler()) })
	}
	for _, work := range background {
		group.start(func() error { return work(ctx) })
	}
	ok = true
	s.wait = func() error {
		err := group.wait()
		release()
		return err
	}
	return s, nil
}

// closeTraces hands on what is left for a moment; a collector that is away does not keep the process.
func closeTraces(tracer *trace.Tracer) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = tracer.Close(ctx) // what is lost are traces
}

// extra is one more listener of the demo.
type extra func(s served, r *config.Reader) (server.Wing, net.Listener, error)

// listen binds an address. Where everything is our own a taken port is replaced by a free one: a newcomer's other program must not stop the demo.
func (p program) listen(address string, own bool) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil && own {
		host, _, splitErr := net.SplitHostPort(address)
		if splitErr == nil {
			return net.Listen("tcp", net.JoinHostPort(host, "0"))
		}
	}
	return listener, err
}

func (p program) logLevel() slog.Level {
	if name, ok := p.env("SHEBAO_LOG"); ok {
		var level slog.Level
		if level.UnmarshalText([]byte(name)) == nil {
			return level
		}
	}
	return slog.LevelInfo
}

// group runs work until the first failure, which ends all of it.
type group struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
	err    error
}

func (g *group) start(work func() error) {
	g.wg.Go(func() {
		err := work()
		g.once.Do(func() {
			if err != nil && !errors.Is(err, context.Canceled) {
				g.err = err
			}
			g.cancel()
		})
	})
}

func (g *group) wait() error {
	g.wg.Wait()
	return g.err
}
