package supervision

import (
	"errors"
	"slices"
	"strings"

	"shebao/shared/money"
)

// Level is a step of the watch over an employer's arrears (劳社部发〔1999〕36号): from Amount on, the named authority watches.
type Level struct {
	Name   string // key of the locale files: local, prefecture, province, ministry, or a region's own
	Amount money.Fen
}

// NationalLevels are those in force everywhere: from 1 million yuan the province watches, from 10 million the ministry holds a file.
func NationalLevels() []Level {
	return []Level{{"province", 1_000_000_00}, {"ministry", 10_000_000_00}}
}

// WatchLevel is the number of the highest level that the arrears reach, from 1; 0 is below all. levels ascend. What is owed is the principal: the late fee stands in
// a ledger of its own and raises no level.
func WatchLevel(levels []Level, owed money.Fen) int {
	reached := 0
	for i, level := range levels {
		if owed >= level.Amount {
			reached = i + 1
		}
	}
	return reached
}

// ErrLevels says that a text is no list of watch levels.
var ErrLevels = errors.New("supervision: not a list of NAME:YUAN")

// ParseLevels reads a region's own levels, such as "prefecture:300000", and puts them among the national ones in ascending order. A name that a national level has
// replaces its amount. Error: ErrLevels.
func ParseLevels(text string) ([]Level, error) {
	levels := NationalLevels()
	for pair := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, amount, ok := strings.Cut(strings.TrimSpace(pair), ":")
		fen, err := money.Parse(amount)
		if !ok || err != nil || name == "" || fen <= 0 {
			return nil, ErrLevels
		}
		levels = slices.DeleteFunc(levels, func(l Level) bool { return l.Name == name })
		levels = append(levels, Level{name, fen})
	}
	slices.SortFunc(levels, func(a, b Level) int { return int(min(1, max(-1, a.Amount-b.Amount))) })
	return levels, nil
}
