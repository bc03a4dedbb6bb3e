package supervision

// SmallCell is the number of employers or persons under which a published figure is left out: it would tell what a few of them earn or owe.
const SmallCell = 5

// Suppressed marks the cells of one group that may not be shown. counts are how many stand behind each cell, total whether the sum of the group is shown beside them.
// A single hidden cell could be found by subtracting the others from the total, so the smallest of the others is hidden with it. A cell with nobody behind it is
// empty, not small.
func Suppressed(counts []int, total bool) []bool {
	hidden := make([]bool, len(counts))
	n := 0
	for i, count := range counts {
		if count > 0 && count < SmallCell {
			hidden[i] = true
			n++
		}
	}
	if n != 1 || !total {
		return hidden
	}
	next := -1
	for i, count := range counts {
		if !hidden[i] && count > 0 && (next < 0 || count < counts[next]) {
			next = i
		}
	}
	if next >= 0 {
		hidden[next] = true
	}
	return hidden
}
