package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shebao/portal/store"
	"shebao/shared/fault"
	"shebao/shared/postgres"
)

func (p place) grant(person, helper int64, at time.Time) error {
	return postgres.Tx(context.Background(), p.pool, func(tx pgx.Tx) error {
		return p.GrantHelper(context.Background(), tx, store.Helper{PersonID: person, HelperID: helper, GrantedAt: at, ExpiresAt: at.Add(30 * 24 * time.Hour)})
	})
}

func TestAPersonHasFewHelpersAndAHelperFewPeople(t *testing.T) {
	s := newStore(t)
	for helper := int64(100); helper < 103; helper++ {
		if err := s.grant(17, helper, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.grant(17, 103, now); fault.Of(err) == nil || fault.Of(err).Key != "helper.many" {
		t.Errorf("a fourth helper: %v", err)
	}
	if err := s.grant(17, 102, now.Add(time.Hour)); err != nil {
		t.Errorf("one of the three again, for longer: %v", err)
	}
	if list, err := s.Helpers(t.Context(), 17, now.Add(time.Hour)); err != nil || len(list) != 3 {
		t.Errorf("%+v %v", list, err)
	}
	if err := s.grant(17, 103, now.Add(31*24*time.Hour)); err != nil {
		t.Errorf("after the others' time: %v", err)
	}
	for person := int64(200); person < 210; person++ {
		if err := s.grant(person, 300, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.grant(210, 300, now); fault.Of(err) == nil || fault.Of(err).Key != "helper.helps" {
		t.Errorf("an eleventh person: %v", err)
	}
	if list, err := s.Helped(t.Context(), 300, now); err != nil || len(list) != 10 {
		t.Errorf("%d %v", len(list), err)
	}
}

func TestGrantsInParallelCannotOutrunTheLimit(t *testing.T) {
	s := newStore(t)
	var wait sync.WaitGroup
	for helper := int64(100); helper < 110; helper++ {
		wait.Go(func() { _ = s.grant(17, helper, now) }) // most are refused
	}
	wait.Wait()
	if list, err := s.Helpers(t.Context(), 17, now); err != nil || len(list) != 3 {
		t.Errorf("%d helpers, %v", len(list), err)
	}
}

func TestOnlyTheTwoEndAGrant(t *testing.T) {
	s := newStore(t)
	end := func(id, by int64, at time.Time) error {
		return postgres.Tx(context.Background(), s.pool, func(tx pgx.Tx) error {
			_, err := s.EndHelper(context.Background(), tx, id, by, at)
			return err
		})
	}
	for i, by := range []int64{17, 100} {
		if err := s.grant(17, 100, now); err != nil {
			t.Fatal(err)
		}
		list, err := s.Helpers(t.Context(), 17, now)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		id := list[0].ID
		if _, err := s.HelperGrant(t.Context(), id, 100, now); err != nil {
			t.Errorf("%d: %v", i, err)
		}
		for name, bad := range map[string]error{"a stranger": end(id, 18, now), "nobody": end(id, 0, now), "after its time": end(id, 17, now.Add(31*24*time.Hour))} {
			if !fault.Is(bad, fault.NotFound) {
				t.Errorf("%s ended it: %v", name, bad)
			}
		}
		if err := end(id, by, now); err != nil {
			t.Errorf("%d: %v", by, err)
		}
		for _, as := range []int64{100, 17, 18} {
			if _, err := s.HelperGrant(t.Context(), id, as, now); !fault.Is(err, fault.NotFound) {
				t.Errorf("as %s: %v", fmt.Sprint(as), err)
			}
		}
	}
}
