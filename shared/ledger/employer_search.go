package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"shebao/shared/postgres"
)

// SearchEmployers finds employers by a part of their name, as spoken or typed, best first: a name that holds the words as they stand comes before one
// that only shares pairs of characters, a short name before a long one. At least a third of the pairs must be shared. Error: fault.Unavailable.
func (l *Ledger) SearchEmployers(ctx context.Context, name string, limit int) ([]Employer, error) {
	words := searchable(name)
	if words == "" {
		return nil, nil
	}
	rows, err := l.pool.Query(ctx, `
		SELECT `+employerColumns+`
		FROM ledger.employer, LATERAL (
			SELECT count(*) AS shared FROM unnest(name_grams) AS gram WHERE gram = ANY ($1)) AS found
		WHERE name_grams && $1 AND found.shared * 3 >= cardinality($1)
		ORDER BY (strpos(lower(name), $2) > 0) DESC, found.shared DESC, length(name), id
		LIMIT $3`, gramsOf(words), words, limit)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("search employers: %w", err))
	}
	employers, err := pgx.CollectRows(rows, scanEmployer)
	if err != nil {
		return nil, postgres.Classify(fmt.Errorf("search employers: %w", err))
	}
	return employers, nil
}

// searchable leaves letters and digits only, normalized and in lower case: blanks and punctuation are not remembered by people.
func searchable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(name))
}

// gramsOf is what a search looks for: the set of pairs of neighbouring characters, which is what makes Chinese names alike, or the one character
// that was keyed. searchable text comes in.
func gramsOf(words string) []string {
	runes := []rune(words)
	if len(runes) == 1 {
		return []string{words}
	}
	grams := make(gramSet)
	for i := 0; i+1 < len(runes); i++ {
		grams[string(runes[i:i+2])] = true
	}
	return grams.sorted()
}

// storedGrams is what a name is found by: its pairs and its single characters.
func storedGrams(words string) []string {
	grams := make(gramSet)
	for _, gram := range gramsOf(words) {
		grams[gram] = true
	}
	for _, r := range words {
		grams[string(r)] = true
	}
	return grams.sorted()
}

type gramSet map[string]bool

func (g gramSet) sorted() []string { return slices.Sorted(maps.Keys(g)) }
