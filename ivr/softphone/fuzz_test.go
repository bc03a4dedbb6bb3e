package softphone

import "testing"

// Any document is executed or refused; what is checked twice warns twice alike.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{`<Response><Say voice="Polly.Zhiyu">你好<break time="1s"/></Say></Response>`, `<Response><Gather input="dtmf speech"><Play loop="0"/></Gather></Response>`, `<?xml version="1.0"?><!-- x --><Response/>`,
		`<Response><Response/></Response>`, `<Response>text</Response>`, `<response/>`, "\xff", `<!DOCTYPE x [<!ENTITY a "b">]><Response>&a;</Response>`, `<Response xmlns:a="b"><a:Say a:voice="x"/></Response>`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		first, err := Check(document)
		second, again := Check(document)
		if (err == nil) != (again == nil) || len(first) != len(second) {
			t.Errorf("%v, %v; %v, %v", first, err, second, again)
		}
		root, err := parse(document)
		if err == nil {
			_ = root.words()
			_ = browserLang(root)
		}
	})
}

// A sound that somebody uploads has a length, and cut off it is a sound still.
func FuzzSound(f *testing.F) {
	f.Add(Tone(30), 2)
	f.Add(append([]byte("RIFF\x00\x00\x00\x00WAVE"), make([]byte, 60)...), 0)
	f.Add([]byte("RIFF"), 3)
	f.Fuzz(func(t *testing.T, sound []byte, seconds int) {
		if Seconds(sound) < 1 {
			t.Error("a sound without length")
		}
		if seconds < 1 || seconds > 3600 {
			return
		}
		if cut := firstSeconds(sound, seconds); len(cut) > len(sound) || isWAV(sound) && len(cut) < 44 {
			t.Errorf("%d bytes of %d", len(cut), len(sound))
		}
	})
}
