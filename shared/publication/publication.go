// Package publication is what the agency tells the public: editions of figures and of employers in arrears, published as immutable snapshots with their hash. The desk publishes
// and corrects, the portal reads the last revision of each and nothing else; what is being prepared never comes here. Employers that are going to be named find their own
// line by the code of their letter, and object.
package publication

import (
	"embed"
	"io/fs"
	"regexp"

	"shebao/shared/postgres"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations of the schema publication.
func Migrations() postgres.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return postgres.Migrations{Module: "publication", Files: sub}
}

// Subject is what an edition is about.
type Subject string

// The subjects.
const (
	Collection Subject = "collection" // 征缴情况: the collection rate (征缴条例 art. 17: the agency tells society regularly)
	Arrears    Subject = "arrears"    // 欠费单位: the list of big debtors (劳社厅发〔2001〕4号)
	Audit      Subject = "audit"      // 稽核情况 (劳社部函〔2003〕32号 三)
)

// Subjects in the order in which they are shown.
var Subjects = [...]Subject{Collection, Arrears, Audit}

// Key names an edition: there is one for each subject, region and span, at one stable address.
type Key struct {
	Subject Subject
	Region  string // leading digits of the division's code: two, four or six
	Span    string // 2026Q3 or 2026-07
}

var (
	regionForm = regexp.MustCompile(`^[0-9]{2}([0-9]{2}){0,2}$`)
	spanForm   = regexp.MustCompile(`^[0-9]{4}(Q[1-4]|-(0[1-9]|1[0-2]))$`)
)

// Valid reports whether the key can name an edition at all.
func (k Key) Valid() bool {
	known := false
	for _, s := range Subjects {
		known = known || s == k.Subject
	}
	return known && regionForm.MatchString(k.Region) && spanForm.MatchString(k.Span)
}

// String is the edition's name in lists and file names: collection-33-2026Q3.
func (k Key) String() string { return string(k.Subject) + "-" + k.Region + "-" + k.Span }
