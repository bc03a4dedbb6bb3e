package sms

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Outbox is the demo's sender: invented phones receive in memory, and a page shows what they received. Never to be used where people are real.
type Outbox struct {
	now   func() time.Time
	mu    sync.Mutex
	texts []Text
}

// Text is a message as an invented phone received it.
type Text struct {
	To, Body string
	At       time.Time
}

const outboxKeeps = 100

// NewOutbox makes an empty one.
func NewOutbox(now func() time.Time) *Outbox { return &Outbox{now: now} }

// Send receives.
func (o *Outbox) Send(_ context.Context, m Outgoing) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.texts = append(o.texts, Text{m.Number, m.Body, o.now().UTC()})
	if len(o.texts) > outboxKeeps {
		o.texts = o.texts[len(o.texts)-outboxKeeps:]
	}
	return fmt.Sprintf("outbox-%d", m.ID), nil
}

// Received lists the messages, the latest first.
func (o *Outbox) Received() []Text {
	o.mu.Lock()
	defer o.mu.Unlock()
	texts := slices.Clone(o.texts)
	slices.Reverse(texts)
	return texts
}
