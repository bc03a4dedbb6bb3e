// Package load measures the house against its own limits in the same run: what a thing costs is said as a ratio, since absolute figures drift with the machine.
// Its request loops are bounded, and go to addresses on this machine only.
package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sort"
	"sync"
	"time"
)

// Work is one thing that is done over and over; worker numbers begin at 0.
type Work func(ctx context.Context, worker int) error

// Result of a comparison, in operations a second.
type Result struct {
	Name           string
	Limit, Project float64
	Least          float64 // of the ratio that is good; 0 when nothing is demanded
}

// Ratio is the project's share of the limit.
func (r Result) Ratio() float64 { return r.Project / r.Limit }

// String is a line for people.
func (r Result) String() string {
	line := fmt.Sprintf("%-40s limit %8.0f/s  here %8.0f/s  ratio %.2f", r.Name, r.Limit, r.Project, r.Ratio())
	if r.Least > 0 {
		line += fmt.Sprintf(" (at least %.2f)", r.Least)
	}
	return line
}

// Missed is the name of what did not reach its limit; none when it did.
func (r Result) Missed() string { return missed(r.Name, r.Ratio() < r.Least) }

func missed(name string, is bool) string {
	if is {
		return name
	}
	return ""
}

// Compare does limit and project in turn, five times each, with the same number of workers, and takes the medians. least is the ratio that is good; 0 demands nothing.
func Compare(ctx context.Context, name string, least float64, workers, times int, limit, project Work) (Result, error) {
	var limits, projects []float64
	for range 5 {
		a, err := measure(ctx, workers, times, limit)
		if err != nil {
			return Result{}, fmt.Errorf("%s: limit: %w", name, err)
		}
		b, err := measure(ctx, workers, times, project)
		if err != nil {
			return Result{}, fmt.Errorf("%s: %w", name, err)
		}
		limits, projects = append(limits, a), append(projects, b)
	}
	sort.Float64s(limits)
	sort.Float64s(projects)
	return Result{name, limits[2], projects[2], least}, nil
}

func measure(ctx context.Context, workers, times int, work Work) (float64, error) {
	var wait sync.WaitGroup
	errs := make([]error, workers)
	began := time.Now()
	for w := range workers {
		wait.Go(func() {
			for range times / workers {
				if errs[w] = work(ctx, w); errs[w] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	return float64(times/workers*workers) / time.Since(began).Seconds(), errors.Join(errs...)
}

// ErrNotHere refuses to send load anywhere but to this machine.
var ErrNotHere = errors.New("load goes to loopback addresses only")

// Get makes work that fetches a page with a cookie and reads it to its end, uncompressed: inflating it on the same machine would count as the server's work.
func Get(address, cookie string) (Work, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return nil, ErrNotHere
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, _ int) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		req.Header.Set("Cookie", cookie)
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %d", resp.StatusCode)
		}
		return errors.Join(err, resp.Body.Close())
	}, nil
}
