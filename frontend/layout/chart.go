package layout

import "strconv"

// Chart is drawn from percentages in hundredths, by Lines or Bars.
type Chart struct {
	ID, Title, Description string

	height int
	rules  []rule
	bars   []bar
	lines  []line
	dots   []dot
	texts  []label
}

type (
	rule  struct{ x1, y1, x2, y2, faint, dash string }
	bar   struct{ x, y, w, h, fill string }
	line  struct{ points, dash string }
	dot   struct{ x, y, fill string }
	label struct{ x, y, anchor, text string }
)

// Series is one line or one set of bars; a point that is not known is left out.
type Series struct {
	Name   string
	Points []Point
}

// Point is a value in hundredths of a percent with what is written beside it.
type Point struct {
	Label, Shown string
	Hundredths   int64
	Known        bool
	Low          bool // under the line: drawn hollow, since colour alone says nothing
}

// The chart's own units.
const (
	chartWidth = 640
	plotLeft   = 72
	plotRight  = 620
	plotTop    = 28
	plotBottom = 210
	rowHeight  = 34
)

func (c Chart) box() string { return "0 0 " + strconv.Itoa(chartWidth) + " " + strconv.Itoa(c.height) }

// Lines draws one line a series over the same points, with a rule at the line that must be reached. The scale begins at a round percentage under the lowest
// value, and says so at its foot.
func Lines(c Chart, line90 int64, shownLine string, series ...Series) Chart {
	c.height = plotBottom + 56
	low, high := line90, int64(100_00)
	n := 0
	for _, s := range series {
		n = max(n, len(s.Points))
		for _, p := range s.Points {
			if p.Known {
				low, high = min(low, p.Hundredths), max(high, p.Hundredths)
			}
		}
	}
	low = max(0, (low-5_00)/10_00*10_00)
	at := func(v int64) int { return plotBottom - int((v-low)*(plotBottom-plotTop)/max(1, high-low)) }
	x := func(i int) int { return plotLeft + 24 + i*(plotRight-plotLeft-48)/max(1, n-1) }
	c.level(at(line90), shownLine, "6 4", "0.9")
	c.level(at(low), strconv.FormatInt(low/100, 10)+"%", "none", "0.5")
	if high > line90+5_00 {
		c.level(at(high), strconv.FormatInt((high+99)/100, 10)+"%", "none", "0.3")
	}
	dashes := [...]string{"none", "3 5"}
	for k, s := range series {
		points := ""
		for i, p := range s.Points {
			if k == 0 && (n-1-i)%((n+7)/8) == 0 { // no more labels than have room on a phone
				c.write(x(i), plotBottom+20, "middle", p.Label)
			}
			if !p.Known {
				continue
			}
			points += strconv.Itoa(x(i)) + "," + strconv.Itoa(at(p.Hundredths)) + " "
			c.dots = append(c.dots, dot{strconv.Itoa(x(i)), strconv.Itoa(at(p.Hundredths)), fillOf(p.Low)})
		}
		c.lines = append(c.lines, line{points, dashes[k%len(dashes)]})
		y := plotBottom + 44
		left := plotLeft + k*280
		c.rules = append(c.rules, rule{strconv.Itoa(left), strconv.Itoa(y - 5), strconv.Itoa(left + 36), strconv.Itoa(y - 5), "1", dashes[k%len(dashes)]})
		c.write(left+44, y, "start", s.Name)
	}
	return c
}

// Bars draws one bar a point from the top down, each with its name and value, and a rule at the line that must be reached.
func Bars(c Chart, line90 int64, shownLine string, points []Point) Chart {
	const left, right = 170, 524 // room for values as large as phones show them
	c.height = plotTop + rowHeight*len(points) + 12
	most := int64(100_00)
	for _, p := range points {
		most = max(most, p.Hundredths)
	}
	at := func(v int64) int { return left + int(v*(right-left)/most) }
	for i, p := range points {
		y := plotTop + i*rowHeight
		c.write(left-10, y+20, "end", p.Label)
		if !p.Known {
			c.write(left+8, y+20, "start", p.Shown)
			continue
		}
		c.bars = append(c.bars, bar{strconv.Itoa(left), strconv.Itoa(y + 4), strconv.Itoa(max(2, at(p.Hundredths)-left)), strconv.Itoa(rowHeight - 12), fillOf(p.Low)})
		c.write(at(max(p.Hundredths, line90))+8, y+20, "start", p.Shown)
	}
	x := strconv.Itoa(at(line90))
	c.rules = append(c.rules, rule{x, strconv.Itoa(plotTop - 6), x, strconv.Itoa(c.height - 8), "0.9", "6 4"})
	c.write(at(line90), plotTop-12, "middle", shownLine)
	return c
}

func fillOf(low bool) string {
	if low {
		return "none"
	}
	return "currentColor"
}

func (c *Chart) level(y int, text, dash, faint string) {
	c.rules = append(c.rules, rule{strconv.Itoa(plotLeft), strconv.Itoa(y), strconv.Itoa(plotRight), strconv.Itoa(y), faint, dash})
	c.write(plotLeft-6, y+5, "end", text)
}

func (c *Chart) write(x, y int, anchor, text string) {
	c.texts = append(c.texts, label{strconv.Itoa(x), strconv.Itoa(y), anchor, text})
}
