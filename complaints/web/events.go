package web

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Changes delivers the regions of cases that changed, until ctx ends or its source fails; the page then works by reloading.
type Changes interface {
	Watch(ctx context.Context) (<-chan string, error)
}

const (
	heartbeat  = 15 * time.Second // a reader that has gone is noticed when a write fails
	streamLife = 10 * time.Minute // browsers come back; a stream of a session that has ended does not live on
)

// events streams one word whenever a case within the member's region changes: nothing of the case, only that it is worth looking again.
func (s *Site) events(c *fiber.Ctx) error {
	region := member(c).Region // copied: the request is gone when the stream is written
	ctx, cancel := context.WithTimeout(context.Background(), streamLife)
	changes, err := s.Changes.Watch(ctx)
	if err != nil {
		cancel()
		c.Status(fiber.StatusNoContent) // a browser that gets this does not ask again
		return nil
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no")
	stop := s.Stop
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer cancel()
		beat := time.NewTicker(heartbeat)
		defer beat.Stop()
		line := "retry: 5000\n\n"
		for {
			if _, err := fmt.Fprint(w, line); err != nil || w.Flush() != nil {
				return
			}
			select {
			case <-stop:
				return
			case <-ctx.Done():
				return
			case changed, ok := <-changes:
				if !ok {
					return
				}
				line = ": \n\n"
				if changed == "" || strings.HasPrefix(changed, region) {
					line = "event: change\ndata: 1\n\n"
				}
			case <-beat.C:
				line = ": \n\n"
			}
		}
	})
	return nil
}
