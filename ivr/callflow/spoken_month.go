package callflow

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"shebao/shared/calendar"
)

// monthIn finds the first month in words: 2025年3月, 二零二五年三月, 去年十一月, March 2025; without a year it is the last one that has begun. ok is false for a month that
// has not begun.
func monthIn(lang, words string, today calendar.Date) (p calendar.Period, ok bool) {
	find := chineseMonth
	if lang == "en" {
		find = englishMonth
	}
	year, month := find(words, today.Year)
	if month < 1 || month > 12 || today.IsZero() {
		return 0, false
	}
	if year == 0 {
		if year = today.Year; time.Month(month) > today.Month {
			year--
		}
	}
	p, err := calendar.ParsePeriod(strconv.Itoa(year*100 + month)) // it knows the first year that there can be
	return p, err == nil && p <= today.Period()
}

var (
	chineseMonths = regexp.MustCompile(`(?:(\d{4}|\d{2}|[〇零一二三四五六七八九]{4}|[零一二三四五六七八九]{2}|今|本|去|上|旧|舊|前)年)?[嘅的]?(\d{1,2}|十[一二]?|[一二三四五六七八九])月`)
	englishMonths = regexp.MustCompile(`\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b`)
	englishYears  = regexp.MustCompile(`\b(?:(\d{4})|(this|last) year)\b`)
	monthNames    = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	chineseDigits = strings.NewReplacer("〇", "0", "零", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")
	yearsAgo      = map[string]int{"今": 0, "本": 0, "去": 1, "上": 1, "旧": 1, "舊": 1, "前": 2, "this": 0, "last": 1}
)

// chineseMonth is a month as it is said in Mandarin or Cantonese; year is 0 when none was said.
func chineseMonth(words string, thisYear int) (year, month int) {
	found := chineseMonths.FindStringSubmatch(normal("cmn", words))
	if found == nil {
		return 0, 0
	}
	switch said := found[2]; {
	case said == "十":
		month = 10
	default:
		month = digits(strings.Replace(said, "十", "1", 1)) // 十一 is 11
	}
	if ago, ok := yearsAgo[found[1]]; ok {
		return thisYear - ago, month
	}
	if year = digits(found[1]); year > 0 && year < 100 {
		year += 2000
	}
	return year, month
}

// englishMonth likewise.
func englishMonth(words string, thisYear int) (year, month int) {
	text := normal("en", words)
	found := englishMonths.FindStringSubmatch(text)
	if found == nil {
		return 0, 0
	}
	month = slices.Index(monthNames, found[1][:3]) + 1
	said := englishYears.FindStringSubmatch(text)
	switch {
	case said == nil:
		return 0, month
	case said[1] != "":
		return digits(said[1]), month
	}
	return thisYear - yearsAgo[said[2]], month
}

// digits reads a number from Arabic or Chinese digits; 0 for none.
func digits(text string) int {
	n, err := strconv.Atoi(chineseDigits.Replace(text))
	if err != nil {
		return 0
	}
	return n
}
