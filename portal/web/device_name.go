package web

import "strings"

// deviceName is what a person recognises a browser by, from the line that it sends: never more than program and system.
func deviceName(userAgent string) string {
	find := func(known [][2]string) string {
		for _, k := range known {
			if strings.Contains(userAgent, k[0]) {
				return k[1]
			}
		}
		return ""
	}
	program := find([][2]string{{"MicroMessenger", "WeChat"}, {"AlipayClient", "Alipay"}, {"Edg", "Edge"}, {"HuaweiBrowser", "Huawei Browser"}, {"MiuiBrowser", "Mi Browser"}, {"QQBrowser", "QQ Browser"},
		{"Firefox", "Firefox"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}})
	system := find([][2]string{{"HarmonyOS", "HarmonyOS"}, {"OpenHarmony", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "Mac"}, {"Linux", "Linux"}})
	if program == "" || system == "" {
		return program + system
	}
	return program + ", " + system
}
