// Package fault is the one vocabulary of failure. Every expected failure is one of a few kinds; everything else is internal.
// A fault carries what a user may read as a message key of the locale files, never as text, and its cause for the operator's log.
package fault

import (
	"errors"
	"strings"
	"time"
)

// Kind says what sort of failure it is; one place (shared/server) maps it to an HTTP status.
type Kind int

// The kinds. Internal is the zero value: an error nobody classified.
const (
	Internal    Kind = iota
	Invalid          // the input is wrong; Fields says where
	Denied           // who asks may not, or has not proved who they are
	NotFound         // there is no such thing, or none that the asker may know of
	Conflict         // the thing has changed, or its state forbids the action
	Limited          // too often; RetryAfter says when again
	Unavailable      // a part that the request needs is down; nothing was lost
)

func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case Denied:
		return "denied"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Limited:
		return "limited"
	case Unavailable:
		return "unavailable"
	}
	return "internal"
}

// Field is one wrong field of a form, a row or a JSON body.
type Field struct {
	Name string // as the form or file names it
	Key  string // message key
	Args []any  // values for the message; never personal data
}

// Error is a classified failure. Key names the message shown to the user; Cause goes to the operator's log only.
type Error struct {
	Kind       Kind
	Key        string
	Args       []any
	Fields     []Field
	RetryAfter time.Duration // with Limited or Unavailable
	Cause      error
}

// New makes a fault of a kind with the message key that the user will read.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// InvalidFields reports all wrong fields of one input at once.
func InvalidFields(fields ...Field) *Error {
	return &Error{Kind: Invalid, Key: "fault.invalid", Fields: fields}
}

// LimitedFor says that the asker may try again after d.
func LimitedFor(key string, d time.Duration) *Error {
	return &Error{Kind: Limited, Key: key, RetryAfter: d}
}

// Because adds the operator's cause and returns the same fault.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

// Error is for logs: kind, key and cause; it is never shown to a user.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	b.WriteString(": ")
	b.WriteString(e.Key)
	for _, f := range e.Fields {
		b.WriteString(" [" + f.Name + " " + f.Key + "]")
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Of returns the fault in err's chain, or an Internal one that wraps err. Of(nil) is nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Key: "fault.internal", Cause: err}
}

// Is reports whether err is a fault of the kind.
func Is(err error, kind Kind) bool {
	return err != nil && Of(err).Kind == kind
}
