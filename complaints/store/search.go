package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"shebao/shared/fault"
)

// anywhere marks a case whose region nobody knows: everybody who may see cases may see it.
const anywhere = -1

// search adds the condition that a case holds every word: its pairs of characters are looked up together with the asker's region, the words themselves are then
// compared. A case number is looked up as such.
func (q *query) search(text string) error {
	if isNumber(text) {
		q.and(`c.number = ?`, text)
		return nil
	}
	var grams []int32
	var words []string
	for _, part := range strings.Fields(text) {
		word := searchable(part)
		if pairs := gramsOf(word); len(pairs) > 0 {
			grams, words = append(grams, pairs...), append(words, word)
		}
	}
	if len(grams) == 0 {
		return fault.InvalidFields(fault.Field{Name: "q", Key: "fault.desk.search"})
	}
	q.joins += ` JOIN complaints.search f ON f.complaint_id = c.id`
	region, _ := q.args[0].(string)
	if token, ok := regionToken(region); ok {
		q.and(`(f.grams @> ? OR f.grams @> ?)`, append(slices.Clone(grams), token), append(slices.Clone(grams), anywhere))
	} else {
		q.and(`f.grams @> ?`, grams)
	}
	for _, word := range words {
		if len([]rune(word)) > 2 { // two characters are one pair: nothing to compare
			q.and(`strpos(f.words, ?) > 0`, word)
		}
	}
	return nil
}

func isNumber(text string) bool {
	year, n, ok := strings.Cut(text, "-")
	_, err1 := strconv.Atoi(year)
	_, err2 := strconv.Atoi(n)
	return ok && len(year) == 4 && err1 == nil && err2 == nil
}

// index makes a new case findable.
func index(ctx context.Context, tx pgx.Tx, id int64, region string, parts ...string) error {
	grams, words := indexed(parts)
	for n := 2; n <= 6; n += 2 {
		if len(region) >= n {
			token, _ := regionToken(region[:n])
			grams = append(grams, token)
		}
	}
	if region == "" {
		grams = append(grams, anywhere)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO complaints.search (complaint_id, grams, words) VALUES ($1, $2, $3)`, id, grams, words); err != nil {
		return fmt.Errorf("index case: %w", err)
	}
	return nil
}

// indexMore makes a case findable by a note or message too.
func indexMore(ctx context.Context, tx pgx.Tx, id int64, text string) error {
	grams, words := indexed([]string{text})
	_, err := tx.Exec(ctx, `UPDATE complaints.search SET grams = ARRAY (SELECT DISTINCT unnest(grams || $2::int[])), words = words || ' ' || $3 WHERE complaint_id = $1`, id, grams, words)
	if err != nil {
		return fmt.Errorf("index case: %w", err)
	}
	return nil
}

func indexed(parts []string) (grams []int32, words string) {
	all := map[int32]bool{}
	var cleaned []string
	for _, part := range parts {
		word := searchable(part)
		cleaned = append(cleaned, word)
		for _, g := range gramsOf(word) {
			all[g] = true
		}
	}
	return slices.Sorted(maps.Keys(all)), strings.TrimSpace(strings.Join(cleaned, " "))
}

// searchable leaves letters and digits only, normalized and in lower case.
func searchable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

// gramsOf hashes the pairs of neighbouring characters; none are below zero.
func gramsOf(word string) []int32 {
	runes := []rune(word)
	var grams []int32
	for i := 0; i+1 < len(runes); i++ {
		h := fnv.New32a()
		_, _ = h.Write([]byte(string(runes[i : i+2]))) // a hash never fails
		grams = append(grams, int32(h.Sum32()&0x7fffffff))
	}
	return grams
}

// regionToken marks a whole region prefix of two, four or six digits.
func regionToken(prefix string) (int32, bool) {
	n, err := strconv.Atoi(prefix)
	if err != nil || n < 10 || len(prefix)%2 != 0 {
		return 0, false
	}
	return int32(-n), true
}
