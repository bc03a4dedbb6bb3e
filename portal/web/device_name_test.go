package web

import "testing"

func TestDeviceNames(t *testing.T) {
	for line, want := range map[string]string{
		"Mozilla/5.0 (Linux; Android 9; V1821A) AppleWebKit/537.36 Chrome/77.0 Mobile Safari/537.36 MicroMessenger/7.0.18": "WeChat, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1":                   "Safari, iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0":                                   "Edge, Windows",
		"curl/8.0": "", "": "",
	} {
		if got := deviceName(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
