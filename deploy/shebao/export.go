package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"shebao/shared/identity"
	"shebao/shared/ledger"
)

// export writes tables: a workbook's sheets, or a CSV file each beside the named one. Whose record it is comes on standard input, never on the command line,
// where other users of the machine could read it. The files are readable by their owner only.
func (p program) export(ctx context.Context, args []string) error {
	if len(args) != 2 || args[0] != "person" && args[0] != "arrears" && args[0] != "without-account" {
		return errUsage
	}
	ending := strings.ToLower(filepath.Ext(args[1]))
	if ending != ".csv" && ending != ".xlsx" {
		return errUsage
	}
	var line string
	var err error
	if args[0] != "without-account" { // which is of nobody in particular
		if line, err = bufio.NewReader(p.in).ReadString('\n'); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	var tables []ledger.Table
	err = p.onLedger(ctx, func(book *ledger.Ledger) error {
		tables, err = exportTables(ctx, book, args[0], strings.TrimSpace(line))
		return err
	})
	if err != nil {
		return inChinese(err)
	}
	if ending == ".xlsx" {
		return p.writeExport(args[1], func(w io.Writer) error { return ledger.WriteXLSX(w, tables...) })
	}
	for _, t := range tables {
		path := strings.TrimSuffix(args[1], filepath.Ext(args[1])) + "." + t.Name + ".csv"
		if err := p.writeExport(path, func(w io.Writer) error { return ledger.WriteCSV(w, t) }); err != nil {
			return err
		}
	}
	return nil
}

func exportTables(ctx context.Context, book *ledger.Ledger, what, number string) ([]ledger.Table, error) {
	switch what {
	case "without-account":
		return book.ExportWithoutAccount(ctx)
	case "person":
		person, err := book.PersonByDocument(ctx, strings.ToUpper(number))
		if err != nil {
			return nil, err
		}
		return book.ExportPerson(ctx, person.ID)
	}
	code, err := identity.ParseUSCC(number)
	if err != nil {
		return nil, errors.New("not a credit code: " + identity.Reason(err))
	}
	employer, err := book.EmployerByUSCC(ctx, code)
	if err != nil {
		return nil, err
	}
	return book.ExportArrears(ctx, employer.ID)
}

func (p program) writeExport(path string, write func(w io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	p.say(path)
	return nil
}
