package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"shebao/shared/config"
)

// looking is the operator's listener, apart from those that citizens, the carrier and investigators reach. Without a listener nobody looks.
type looking struct{ net.Listener }

// metricsListener binds METRICS_LISTEN; there is no address unless one is set.
func metricsListener(r *config.Reader) (looking, error) {
	address := r.Text("METRICS_LISTEN", "")
	if address == "" {
		return looking{}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return looking{}, fmt.Errorf("METRICS_LISTEN: %w", err)
	}
	return looking{listener}, nil
}

// Close gives the address back.
func (l looking) Close() error {
	if l.Listener == nil {
		return nil
	}
	return l.Listener.Close()
}

// serve serves /metrics until ctx ends.
func (l looking) serve(ctx context.Context, measures http.Handler) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", measures)
	s := &http.Server{Handler: mux, ReadTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() }) // a look that is cut off is taken again
	defer stop()
	if err := s.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
