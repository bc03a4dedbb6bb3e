package statement_test

import (
	"testing"

	"shebao/portal/statement"
)

// Every way through the questions ends, after at most three, and every outcome is reached.
func TestAtMostThreeQuestions(t *testing.T) {
	reached := map[statement.Outcome]int{}
	var walk func(answers map[statement.Question]string)
	walk = func(answers map[statement.Question]string) {
		next, outcome := statement.Missing(func(q statement.Question) string { return answers[q] })
		if outcome != "" {
			reached[outcome]++
			return
		}
		if len(answers) == 3 || len(next.Choices()) < 2 {
			t.Fatalf("%v leads to %q", answers, next)
		}
		for _, choice := range next.Choices() {
			more := map[statement.Question]string{next: choice}
			for q, a := range answers {
				more[q] = a
			}
			walk(more)
		}
	}
	walk(map[statement.Question]string{})
	for _, outcome := range []statement.Outcome{statement.Wait, statement.Elsewhere, statement.Objection, statement.Report, statement.Arbitrated} {
		if reached[outcome] == 0 {
			t.Errorf("nothing leads to %s", outcome)
		}
	}
	if next, outcome := statement.Missing(func(statement.Question) string { return "nonsense" }); next != statement.AskRecent || outcome != "" {
		t.Errorf("nonsense leads to %q %q", next, outcome)
	}
}
