package notice

import (
	"strings"

	"shebao/shared/money"
)

// Capital writes an amount in the characters that cannot be altered (大写), as documents that demand money do: 人民币壹仟零伍元伍角整.
// (正确填写票据和结算凭证的基本规定: 元 or 角 end with 整, zeros in a row are one 零.)
func Capital(amount money.Fen) string {
	if amount < 0 {
		return "负" + Capital(-amount)
	}
	yuan, jiao, fen := int64(amount)/100, int64(amount)/10%10, int64(amount)%10
	var b strings.Builder
	b.WriteString("人民币")
	if yuan > 0 {
		b.WriteString(whole(yuan))
		b.WriteString("元")
	}
	switch {
	case jiao == 0 && fen == 0:
		if yuan == 0 {
			b.WriteString("零元")
		}
		b.WriteString("整")
	case fen == 0:
		b.WriteString(digits[jiao] + "角整")
	case jiao == 0:
		if yuan > 0 {
			b.WriteString("零")
		}
		b.WriteString(digits[fen] + "分")
	default:
		b.WriteString(digits[jiao] + "角" + digits[fen] + "分")
	}
	return b.String()
}

var digits = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// whole writes a number of yuan above zero.
func whole(n int64) string {
	var groups []int64 // of four digits, lowest first
	for ; n > 0; n /= 10_000 {
		groups = append(groups, n%10_000)
	}
	names := [...]string{"", "万", "亿", "万亿"}
	var b strings.Builder
	gap := false
	for i := len(groups) - 1; i >= 0; i-- {
		g := groups[i]
		if g == 0 {
			gap = true
			continue
		}
		if b.Len() > 0 && (gap || g < 1000) {
			b.WriteString(digits[0])
		}
		gap = false
		b.WriteString(four(g))
		b.WriteString(names[i])
	}
	return b.String()
}

// four writes 1 to 9999 without a leading 零.
func four(n int64) string {
	var b strings.Builder
	gap := false
	for _, unit := range []struct {
		value int64
		name  string
	}{{1000, "仟"}, {100, "佰"}, {10, "拾"}, {1, ""}} {
		d := n / unit.value % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString(digits[0])
			gap = false
		}
		b.WriteString(digits[d] + unit.name)
	}
	return b.String()
}
