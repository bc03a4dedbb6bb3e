package supervision

import "shebao/shared/money"

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
