package document_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shebao/frontend/fonts"
	"shebao/shared/config"
	"shebao/shared/document"
	"shebao/shared/document/documenttest"
	"shebao/shared/pdf/pdftest"
)

func TestThePressOfTheSettingsSigns(t *testing.T) {
	values := documenttest.Settings(t)
	rare := filepath.Join(t.TempDir(), "rare.ttf")
	if err := os.WriteFile(rare, fonts.NotoSerifSC, 0o600); err != nil {
		t.Fatal(err)
	}
	values["SHEBAO_RARE_FONT"] = rare
	r := config.NewReader(config.Map(values))
	c := document.ReadConfig(r)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	press, err := document.Open(c, fonts.NotoSerifSC)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := pdftest.Open(t, render(t, press, demand(1))).Signature(); !ok {
		t.Error("the document is not signed")
	}
}

func TestWrongSettingsAreNamedAndTheKeyIsNotShown(t *testing.T) {
	other := documenttest.Settings(t)
	for name, spoil := range map[string]func(map[string]string){
		"no key":                  func(m map[string]string) { delete(m, "SHEBAO_DOCUMENT_KEY") },
		"no certificate":          func(m map[string]string) { delete(m, "SHEBAO_DOCUMENT_CERT") },
		"not base64":              func(m map[string]string) { m["SHEBAO_DOCUMENT_CERT"] = "~~~" },
		"another key's":           func(m map[string]string) { m["SHEBAO_DOCUMENT_CERT"] = other["SHEBAO_DOCUMENT_CERT"] },
		"the two in each other's": func(m map[string]string) { m["SHEBAO_DOCUMENT_KEY"] = m["SHEBAO_DOCUMENT_CERT"] },
	} {
		values := documenttest.Settings(t)
		key := values["SHEBAO_DOCUMENT_KEY"]
		spoil(values)
		r := config.NewReader(config.Map(values))
		document.ReadConfig(r)
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), "SHEBAO_DOCUMENT") || strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAConfiguredFontMustBeThere(t *testing.T) {
	values := documenttest.Settings(t)
	values["SHEBAO_RARE_FONT"] = filepath.Join(t.TempDir(), "none.ttf")
	if _, err := document.Open(document.ReadConfig(config.NewReader(config.Map(values))), fonts.NotoSerifSC); err == nil || !strings.Contains(err.Error(), "SHEBAO_RARE_FONT") {
		t.Errorf("%v", err)
	}
}
