package server

import (
	"os"
	"runtime/debug"
)

// TuneCollector lets the heap of a serving process grow to five times what lives in it before it is collected, instead of twice: what lives is small, and each request leaves some ten
// kilobytes. Who sets GOGC knows better.
func TuneCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
