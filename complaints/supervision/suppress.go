package supervision

// SmallCell is the number of employers or persons under which a published figure is left out: it would tell what a few of them earn or owe.
const SmallCell = 5

// Small reports whether few stand behind a figure; one with nobody behind it is empty, not small.
func Small(count int) bool { return count > 0 && count < SmallCell }

// Suppressed marks the cells of one group that may not be shown beside their sum. counts are how many stand behind each cell; forced cells are hidden for another reason. What is hidden can be found
// in all by subtracting what is shown from the sum: so the smallest of the others are hidden too, until two are and not few stand behind them together. disjoint tells whether nobody stands behind two
// cells: then they are counted together, else the most behind one of them is all that is certain.
func Suppressed(counts []int, forced []bool, disjoint bool) []bool {
	hidden := make([]bool, len(counts))
	cells, behind := 0, 0
	hide := func(i int) {
		hidden[i] = true
		cells++
		if disjoint {
			behind += counts[i]
		} else {
			behind = max(behind, counts[i])
		}
	}
	for i, count := range counts {
		if Small(count) || forced != nil && forced[i] {
			hide(i)
		}
	}
	for cells > 0 && (cells < 2 || behind < SmallCell) {
		next := -1
		for i, count := range counts {
			if !hidden[i] && count > 0 && (next < 0 || count < counts[next]) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		hide(next)
	}
	return hidden
}
