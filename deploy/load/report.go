package load

import (
	"fmt"
	"strings"
)

// Report says every measurement as it comes, and remembers which missed its limit: one that is missed stops none of the others.
type Report struct {
	Say    func(line string)
	missed []string
}

// Add takes a measurement.
func (r *Report) Add(m interface {
	String() string
	Missed() string
}) {
	line := m.String()
	if name := m.Missed(); name != "" {
		r.missed = append(r.missed, name)
		line += "  MISSED"
	}
	r.Say(line)
}

// Err names what missed its limit; none when nothing did.
func (r *Report) Err() error {
	if len(r.missed) == 0 {
		return nil
	}
	return fmt.Errorf("load: missed its limit: %s", strings.Join(r.missed, "; "))
}
