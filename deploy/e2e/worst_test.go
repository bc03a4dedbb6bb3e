package e2e

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The worst account rather than the tidy one: twenty years, three employers with long names, months with two of them, gaps, months paid in part and late, the highest base that there is, a name in
// which hardly any font has every character.
const (
	worstNumber = "070106199311038610"
	worstPIN    = "270413"
	worstName   = "赵𬭎䶮㛃𠅤·阿卜杜热合曼·艾力江"
)

var worstEmployers = []string{"91070106MAY4CL12T9", "91070102MAXG612DD9", "91070106MA1TJ3Y7L9"}

// importWorst brings the account into the house.
func importWorst(t *testing.T, h house) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, rows [][]string) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := csv.NewWriter(f).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	employers := [][]string{{"统一社会信用代码", "单位名称", "行政区划代码", "登记日期", "单位状态", "经济类型"}}
	for i, code := range worstEmployers {
		name := fmt.Sprintf("示例（长三角生态绿色一体化发展示范区）第%d精密机械与新材料联合制造技术服务股份有限公司湘湖分公司", i+1)
		employers = append(employers, []string{code, name, "070110", "2001-01-10", "正常", "股份有限公司"})
	}
	h.run(0, "", "import", "employers", write("employers.csv", employers))
	h.run(0, "", "import", "persons", write("persons.csv", [][]string{{"证件类型", "证件号码", "姓名", "性别", "出生日期", "社会保障卡号", "手机号码", "人员状态", "期初账户余额", "期初余额日期"},
		{"居民身份证", worstNumber, worstName, "男", "1993-11-03", "D76627625", "10000009711", "参保缴费", "62477.94", "2005-12-31"}}))
	h.run(0, "", "import", "contributions", write("contributions.csv", worstRows()))
	h.run(0, "", "import", "events", write("events.csv", worstEvents()))
	h.run(0, worstNumber+" "+worstPIN+"\n", "pin", "set")
}

// worstEvents are two in the year of the last statement: an account that came in with a long story, and a correction.
func worstEvents() [][]string {
	year := time.Now().Year() - 1
	return [][]string{{"证件号码", "业务流水号", "变动类型", "变动日期", "个人部分", "单位部分", "1月本金", "说明"},
		{worstNumber, "W1", "转入", fmt.Sprintf("%d-09-03", year), "386218.40", "52000.15", "2904.56", "自示例（长三角生态绿色一体化发展示范区）社会保险事业管理服务中心转入，含二〇〇五年以前单位划入部分"},
		{worstNumber, "W2", "调整", fmt.Sprintf("%d-11-20", year), "-1234.56", "", "", "更正二〇二三年多记利息"}}
}

func worstRows() [][]string {
	rows := [][]string{{"证件号码", "统一社会信用代码", "险种", "费款所属期", "缴费基数", "单位应缴", "单位实缴", "个人应缴", "个人实缴", "到账日期"}}
	last := time.Now().Year()
	for year := last - 19; year <= last; year++ {
		for month := 1; month <= 12; month++ {
			if year == last && month > int(time.Now().Month())-2 || year == last-7 && month > 3 && month < 9 {
				continue // not there yet; not employed
			}
			rows = append(rows, worstMonth(year, month, worstEmployers[(year+month/5)%len(worstEmployers)])...)
			if year == last-1 && month == 6 {
				rows = append(rows, worstMonth(year, month, worstEmployers[(year+month/5+1)%len(worstEmployers)])...)
			}
		}
	}
	return rows
}

func worstMonth(year, month int, employer string) (rows [][]string) {
	for i, insurance := range []string{"110", "210", "310", "410", "510"} {
		due, own, on := "5847.84", "2923.92", fmt.Sprintf("%d-%02d-19", year, month)
		paid, ownPaid := due, own
		switch {
		case month == 3 || year == time.Now().Year()-1 && month%4 == 1:
			paid, ownPaid, on = "0.00", "0.00", ""
		case month == 7 && i%2 == 0:
			paid, ownPaid = "3000.01", "0.00"
		case month == 11:
			on = fmt.Sprintf("%d-06-20", year+1)
			if year+1 >= time.Now().Year() {
				on = fmt.Sprintf("%d-12-30", year)
			}
		}
		rows = append(rows, []string{worstNumber, employer, insurance, fmt.Sprintf("%d%02d", year, month), "36549.00", due, paid, own, ownPaid, on})
	}
	return rows
}
