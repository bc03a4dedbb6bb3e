package notice_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"shebao/complaints/arrears"
	"shebao/complaints/notice"
	"shebao/shared/calendar"
	"shebao/shared/contribution"
	"shebao/shared/fault"
	"shebao/shared/money"
)

func agency() notice.Agency {
	a := notice.DefaultAgency()
	a.Name, a.Department, a.Series = "嘉兴市南湖区社会保险事业管理中心", "嘉兴市南湖区人力资源和社会保障局", "嘉社稽"
	a.Holder, a.Bank, a.Account, a.Place = "嘉兴市南湖区社会保险基金专户", "演示银行嘉兴分行", "33040200112233", "南湖区演示路 1 号 3 号窗口（工作日 8:30 至 17:00）"
	a.Address, a.Contact, a.Phone, a.Review, a.Court = "嘉兴市南湖区演示路 1 号", "稽核科", "0573-0000000", "嘉兴市南湖区人民政府", "嘉兴市南湖区人民法院"
	return a
}

func figures(t *testing.T) *notice.Figures {
	t.Helper()
	result, err := arrears.Compute(arrears.Input{PaidOn: calendar.NewDate(2026, 11, 24), Setting: arrears.Default(), Lines: []arrears.Line{
		{Period: 202606, Insurance: contribution.EmployeePension, Persons: 25, Base: 15_000_000, Due: 3_600_000, Paid: 100},
		{Period: 202607, Insurance: contribution.WorkInjury, Persons: 25, Base: 15_000_000, Due: 60_000}}})
	if err != nil {
		t.Fatal(err)
	}
	return &notice.Figures{PaidOn: calendar.NewDate(2026, 11, 24), Rule: "330402-1", Result: result}
}

// filled is every field with something in it.
func filled(k notice.Kind) notice.Values {
	v := notice.Values{}
	for _, f := range notice.Fields(k) {
		switch {
		case f.Name == "uscc":
			v[f.Name] = "91070102MAXG612DD9"
		case f.Input == notice.Day:
			v[f.Name] = "2026-11-20"
		case f.Input == notice.Days:
			v[f.Name] = "7"
		default:
			v[f.Name] = "填写的" + f.Name
		}
	}
	return v
}

func everything(p notice.Paper) string {
	var b strings.Builder
	for _, part := range p.Parts {
		b.WriteString(part.Heading + "\n" + strings.Join(part.Paragraphs, "\n") + "\n")
		for _, pair := range part.Pairs {
			b.WriteString(pair.Term + " " + pair.Value + "\n")
		}
		if part.Table != nil {
			for _, row := range append(append([][]string{part.Table.Columns}, part.Table.Rows...), part.Table.Total) {
				b.WriteString(strings.Join(row, " ") + "\n")
			}
		}
	}
	for _, pair := range p.Slip {
		b.WriteString(pair.Term + " " + pair.Value + "\n")
	}
	return strings.Join([]string{p.Title, p.Number, p.Issuer, p.To, p.Date, strings.Join(p.Signatures, "\n"), b.String()}, "\n")
}

// Every document holds its number, body, date, contact, every field that was filled in, and what its law asks for.
func TestEveryDocumentHasAllItsFields(t *testing.T) {
	slip := []string{"送达方式", "受送达人签名或盖章、收到日期", "见证人签名", "送达人（两人）签名"}
	paying := []string{"收款户名", "演示银行嘉兴分行", "33040200112233", "3 号窗口"}
	money := []string{"2026-06", "企业职工基本养老保险", "25", "150,000.00", "36,000.00", "1.00", "35,999.00", "2026-07-01", "147", "0.5‰", "2,645.93", "2026-07", "工伤保险", "600.00", "《社会保险法》第八十六条", "持续计算至实际缴清之日", "36,599.00 元", "人民币"}
	appeal := []string{"行政复议", "六十日", "六个月", "嘉兴市南湖区人民法院"}
	heard := []string{"陈述和申辩"}
	for kind, want := range map[notice.Kind][][]string{
		notice.AuditNotice:        {slip, {"稽核时间", "2026年11月20日", "需要准备的资料", "具体要求", "回避", "第十条"}},
		notice.InquiryRecord:      {{"询问时间", "被询问人", "拒绝签名的理由", "逐页签名", "法定代表人", "如实回答", "出示执法证件"}},
		notice.AuditOpinion:       {slip, money, paying, heard, {"查明的事实", "违反的规定", "改正期限", "7 日内", "逾期后果", "稽核通知书：嘉社稽通〔2026〕1号"}},
		notice.CleanResult:        {slip, {"稽核结果", "五个工作日", "嘉社稽通〔2026〕1号"}},
		notice.PenaltyProposal:    {slip, money, {"证据", "处罚建议", "嘉社稽意〔2026〕1号"}},
		notice.Demand:             {slip, money, paying, heard, appeal, {"缴纳期限", "7 个工作日", "一倍以上三倍以下", "人力资源和社会保障部令第20号"}},
		notice.Rectification:      {slip, money, paying, heard, appeal, {"指令", "改正期限", "书面报告", "嘉社稽催〔2026〕1号", "逾期拒不改正"}},
		notice.EnforcementWarning: {slip, money, paying, heard, {"第三十五条", "应当履行的义务", "7 个工作日", "人民法院强制执行"}},
		notice.TransferLetter:     {slip, {"第八十二条", "移送理由", "2026-000007", "随附材料", "依法保密"}},
		notice.Refusal:            {slip, appeal, {"不予受理的理由", "可以向哪里提出", "2026-000007"}},
		notice.Reply:              {slip, {"查明的情况", "处理结果", "2026-000007"}},
	} {
		v := filled(kind)
		if err := notice.Check(kind, v, nil); err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		source := notice.Source{Agency: agency(), Number: agency().Number(kind, 2026, 3), On: calendar.NewDate(2026, 11, 24), CaseNo: "2026-000007", Issued: []notice.Issued{
			{Kind: notice.AuditNotice, Number: "嘉社稽通〔2026〕1号"}, {Kind: notice.AuditOpinion, Number: "嘉社稽意〔2026〕1号"}, {Kind: notice.Demand, Number: "嘉社稽催〔2026〕1号"}}}
		if kind.HasFigures() {
			source.Figures = figures(t)
		}
		p, err := notice.Build(kind, v, source)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		text := everything(p)
		for _, list := range append(want, []string{kind.Title(), source.Number, "嘉兴市南湖区社会保险事业管理中心", "2026年11月24日"}) {
			for _, word := range list {
				if !strings.Contains(text, word) {
					t.Errorf("%s lacks %q", kind, word)
				}
			}
		}
		for name, value := range v {
			if !strings.Contains(text, value) && name != "audit_on" && name != "asked_on" && name != "audit_ended" {
				t.Errorf("%s does not print its field %s", kind, name)
			}
		}
		if kind.ToEmployer() && strings.Contains(text, "举报") {
			t.Errorf("%s tells the employer of a report", kind)
		}
	}
}

func TestCheckTellsEachField(t *testing.T) {
	words := []string{"工资条上每个月都扣了社保，但最近几个月查不到缴费。"}
	for _, c := range []struct {
		name, field, value, key string
	}{
		{"empty", "facts", " ", "fault.notice.missing"},
		{"blank left", "facts", "你单位 ____ 欠缴", "fault.notice.placeholder"},
		{"braces left", "facts", "你单位 {unit} 欠缴", "fault.notice.placeholder"},
		{"crosses left", "inspector1", "××", "fault.notice.placeholder"},
		{"no number", "days", "七", "fault.notice.days"},
		{"not a day too many", "days", "181", "fault.notice.days"},
		{"two lines in one", "inspector1", "李\n敏", "fault.notice.line"},
		{"not a credit code", "uscc", "91330402MA00000000", "fault.notice.uscc"},
		{"an ID number", "facts", "职工 070122198908103150 未参保", "fault.notice.identity"},
		{"a mobile number", "facts", "电话 10000009711 反映", "fault.notice.identity"},
		{"a receipt", "facts", "回执 1234 5678 9012 3456", "fault.notice.identity"},
		{"that there was a report", "facts", "根据举报查明", "fault.notice.reported"},
		{"the reporter's words", "facts", "经查：工资条上每个月 都扣了社保，但单位未缴。", "fault.notice.words"},
		{"too long", "facts", strings.Repeat("欠", notice.MaxText+1), "fault.notice.long"},
		{"one inspector twice", "inspector2", "填写的inspector1", "fault.notice.inspectors"},
	} {
		v := filled(notice.Demand)
		v[c.field] = c.value
		f := fault.Of(notice.Check(notice.Demand, v, words))
		if f == nil || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Key != c.key {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
	v := filled(notice.InquiryRecord)
	v["talk"] = "问：人数？\n答：\n问：工资？\n答：已发"
	if f := fault.Of(notice.Check(notice.InquiryRecord, v, nil)); f == nil || f.Fields[0].Key != "fault.notice.placeholder" {
		t.Errorf("a question without an answer: %+v", f)
	}
}

// What nobody filled in cannot be issued, whatever the kind: the proposals alone leave no kind complete.
func TestProposalsAloneAreNotEnough(t *testing.T) {
	for _, kind := range notice.Kinds {
		v := notice.Fill(kind, notice.Facts{Unit: "嘉兴南湖电子有限公司", USCC: "91070102MAXG612DD9", From: 202606, Agency: agency(), Figures: figures(t), Inspector: "李敏", Situation: notice.Situation{Today: calendar.NewDate(2026, 11, 24)}})
		if err := notice.Check(kind, v, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s was complete by itself: %v", kind, err)
		}
		full := filled(kind)
		maps.Copy(full, v)
		if _, err := notice.Build(kind, full, notice.Source{Agency: agency(), Number: "{n}"}); !errors.Is(err, notice.ErrPlaceholder) {
			t.Errorf("%s was built with a placeholder: %v", kind, err)
		}
	}
}

func TestSettingsThatAreMissingAreNamed(t *testing.T) {
	if missing := agency().Missing(notice.Demand); len(missing) > 0 {
		t.Errorf("%v", missing)
	}
	a := agency()
	a.Account, a.Court, a.Pattern = "", "", "{n}"
	if missing := strings.Join(a.Missing(notice.Demand), " "); missing != "pattern account court" {
		t.Errorf("%q", missing)
	}
	if len(notice.DefaultAgency().Missing(notice.Reply)) == 0 {
		t.Error("a region that has set nothing could issue")
	}
	if n := agency().Number(notice.Demand, 2026, 3); n != "嘉社稽催〔2026〕3号" {
		t.Errorf("%s", n)
	}
}

func TestCapital(t *testing.T) {
	for amount, want := range map[money.Fen]string{
		0: "零元整", 5: "伍分", 50: "伍角整", 105: "壹元零伍分", 100550: "壹仟零伍元伍角整", 1000000: "壹万元整", 10010000: "壹拾万零壹佰元整", 1000000000005: "壹佰亿元零伍分",
		10500000050000: "壹仟零伍拾亿零伍佰元整", 3659900: "叁万陆仟伍佰玖拾玖元整", 123456789: "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分", 100000100: "壹佰万零壹元整",
	} {
		if got := notice.Capital(amount); got != "人民币"+want {
			t.Errorf("%s: %s", amount, got)
		}
	}
}
