package ledger_test

import (
	"testing"

	"shebao/shared/ledger"
)

func TestRegionName(t *testing.T) {
	for code, want := range map[string]string{
		"330106": "浙江省杭州市西湖区",
		"330100": "浙江省杭州市",
		"330000": "浙江省",
		"110101": "北京市东城区",
		"500229": "重庆市城口县",
		"469001": "海南省五指山市",
		"659001": "新疆维吾尔自治区石河子市",
		"330199": "浙江省杭州市", // no such county any more
		"070110": "",       // never given out
		"3301":   "",
	} {
		if got := ledger.RegionName(code); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
}
