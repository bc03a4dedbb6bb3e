package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"time"

	"shebao/shared/ledger"
)

// importMemory is what the runtime keeps an import's memory, garbage included, below; what is in use stays far below it whatever the file's size.
const importMemory = 192 << 20

// exitRejected is the exit code when some rows were refused.
const exitRejected exitCode = 3

// importFile exits with 0 when all rows were good, 3 when some were rejected, 1 when the file failed.
func (p program) importFile(ctx context.Context, args []string) error {
	asJSON := len(args) > 0 && args[0] == "--json"
	if asJSON {
		args = args[1:]
	}
	if len(args) != 2 {
		return errUsage
	}
	kind := ledger.Kind(args[0])
	if !slices.Contains(ledger.Kinds[:], kind) {
		return errUsage
	}
	return p.onLedger(ctx, func(book *ledger.Ledger) error { return p.importInto(ctx, book, kind, args[1], asJSON) })
}

func (p program) importInto(ctx context.Context, book *ledger.Ledger, kind ledger.Kind, path string, asJSON bool) error {
	debug.SetMemoryLimit(importMemory)
	options := ledger.Options{Now: time.Now()}
	if !asJSON {
		options.Progress = p.err
	}
	report, err := book.Import(ctx, kind, path, options)
	if err != nil {
		return inChinese(err)
	}
	if asJSON {
		if err := p.sayJSON(report); err != nil {
			return err
		}
	} else {
		p.say(inWords(report))
	}
	if report.Rejected > 0 {
		return exitRejected
	}
	return nil
}

func inWords(r ledger.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d rows read, %d good (%d new, %d changed, %d unchanged), %d repeated, %d rejected", r.Kind, r.Rows, r.Good, r.Added, r.Changed, r.Unchanged, r.Duplicates, r.Rejected)
	var reasons []string
	for reason, n := range r.Reasons {
		reasons = append(reasons, fmt.Sprintf("\n  %s %d", reason, n))
	}
	sort.Strings(reasons)
	b.WriteString(strings.Join(reasons, ""))
	if r.RejectsFile != "" {
		b.WriteString("\nrejected rows: " + r.RejectsFile)
	}
	if r.Kind == ledger.Holidays && r.Rejected > 0 {
		b.WriteString("\nnothing was taken: a holiday notice with a hole in it would give wrong deadlines")
	}
	if r.WithoutAccount > 0 {
		fmt.Fprintf(&b, "\n%d persons of the ledger have no personal account: they have pension contributions from before 1998, which are settled by local rules. Give each an opening balance "+
			"(期初账户余额, 期初余额日期 at the end of 1997 or later) to begin it; `export without-account` lists them", r.WithoutAccount)
	}
	if len(r.UnknownColumns) > 0 {
		b.WriteString("\nignored columns: " + strings.Join(r.UnknownColumns, ", "))
	}
	return b.String()
}

// ledger verify exits with 4 when a packed row differs from the truth; with --mend it is written anew.
func (p program) ledger(ctx context.Context, args []string) error {
	mend := len(args) == 2 && args[1] == "--mend"
	if !mend && len(args) != 1 || args[0] != "verify" {
		return errUsage
	}
	return p.onLedger(ctx, func(book *ledger.Ledger) error { return p.verifyLedger(ctx, book, mend) })
}

func (p program) verifyLedger(ctx context.Context, book *ledger.Ledger, mend bool) error {
	checked, differ, err := book.Verify(ctx)
	if err != nil {
		return err
	}
	p.say(fmt.Sprintf("%d persons checked, %d differ", checked, len(differ)))
	switch {
	case len(differ) == 0:
		return nil
	case !mend:
		return exitCode(4)
	}
	if err := book.Mend(ctx, differ); err != nil {
		return err
	}
	p.say(fmt.Sprintf("%d persons mended", len(differ)))
	return nil
}
