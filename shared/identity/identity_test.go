package identity_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"shebao/shared/identity"
)

func read(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func TestCitizenIDVectors(t *testing.T) {
	var vectors struct {
		Cases []struct {
			Number, Kind, Normalized, Sex, Reason string
			Birth                                 string `json:"birth_date"`
			Region                                string `json:"region_code"`
			Valid                                 bool
		}
		Upgrade []struct {
			Old   string  `json:"old_15"`
			New   *string `json:"upgraded_18"`
			Birth string  `json:"birth_date"`
			Sex   string
		} `json:"upgrade_15_to_18"`
	}
	read(t, "id_numbers.json", &vectors)
	if len(vectors.Cases) < 18 || len(vectors.Upgrade) < 5 {
		t.Fatal("vectors are missing")
	}
	for _, v := range vectors.Cases {
		id, err := identity.ParseCitizenID(v.Number)
		if (err == nil) != v.Valid || identity.Reason(err) != v.Reason {
			t.Errorf("%s: %v, want valid %v %s", v.Number, err, v.Valid, v.Reason)
			continue
		}
		if err != nil {
			continue
		}
		if string(id) != v.Normalized || id.BirthDate().String() != v.Birth || string(id.Sex()) != v.Sex || id.Kind() != v.Kind || (v.Region != "" && id.Region() != v.Region) {
			t.Errorf("%s: %s born %s, %s, %s of %s", v.Number, id, id.BirthDate(), id.Sex(), id.Kind(), id.Region())
		}
	}
	for _, v := range vectors.Upgrade {
		id, err := identity.ParseCitizenID(v.Old)
		if v.New == nil {
			if identity.Reason(err) != "birth_date" {
				t.Errorf("%s: %v", v.Old, err)
			}
		} else if err != nil || string(id) != *v.New || id.BirthDate().String() != v.Birth || string(id.Sex()) != v.Sex {
			t.Errorf("%s: %s, %v, want %s", v.Old, id, err, *v.New)
		}
	}
}

func TestUSCCVectors(t *testing.T) {
	var vectors struct {
		Cases []struct {
			Code, Normalized, Reason string
			OrgCode                  string `json:"org_code"`
			OrgOK                    bool   `json:"org_code_check_ok_gb11714"`
			Valid                    bool
		}
	}
	read(t, "uscc.json", &vectors)
	if len(vectors.Cases) < 10 {
		t.Fatal("vectors are missing")
	}
	for _, v := range vectors.Cases {
		code, err := identity.ParseUSCC(v.Code)
		if (err == nil) != v.Valid || !strings.HasPrefix(v.Reason, identity.Reason(err)) || (v.Reason == "") != (err == nil) {
			t.Errorf("%s: %v, want valid %v %s", v.Code, err, v.Valid, v.Reason)
			continue
		}
		if err == nil && (string(code) != v.Normalized || code.OrgCode() != v.OrgCode || code.OrgCodeOK() != v.OrgOK) {
			t.Errorf("%s: %s, org code %s ok %v", v.Code, code, code.OrgCode(), code.OrgCodeOK())
		}
	}
}

func TestOtherDocuments(t *testing.T) {
	for _, tc := range []struct {
		idType, in, want string
		ok               bool
	}{
		{"居民身份证", "07010219910925762x", "07010219910925762X", true},
		{"外国人永久居留身份证", "91184019850101001X", "91184019850101001X", true},
		{"外国人永久居留身份证", "usa110120030101", "USA110120030101", true},
		{"护照", " e12345678 ", "E12345678", true},
		{"护照", "E1", "", false},
		{"护照", "E12345/78", "", false},
		{"港澳居民居住证", "810000199408230021", "810000199408230021", true},
		{"港澳居民居住证", "810000199408230022", "", false},
	} {
		got, err := identity.ParseDocument(tc.idType, tc.in)
		if got != tc.want && tc.ok || (err == nil) != tc.ok {
			t.Errorf("%s %s: %q, %v", tc.idType, tc.in, got, err)
		}
	}
}

// A sign-in and most files do not say whose number it is: only what can be nothing else is held to the citizens' check character.
func TestNumbersOfAnyKind(t *testing.T) {
	for in, want := range map[string]string{
		"07010219910925762x": "07010219910925762X", "070102199109257621": "", "070102910925762": "07010219910925762X", " e12345678 ": "E12345678", "USA110120030101": "USA110120030101",
		"12345678": "12345678", "USA0E1234567890123": "USA0E1234567890123", "1234": "", "E1234/678": "", "": "", "0701021991092576200": "",
	} {
		if got, err := identity.ParseNumber(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestMasks(t *testing.T) {
	if got := identity.MaskName("𠅤伟民"); got != "𠅤**" {
		t.Error(got)
	}
	if got := identity.MaskMobile("10000001234"); got != "100 **** 1234" {
		t.Error(got)
	}
	if got := identity.CitizenID("070102199109257620").Masked(); got != "070102********7620" {
		t.Error(got)
	}
	if m, err := identity.ParseMobile("+86 100-0000-1234"); err != nil || m != "10000001234" {
		t.Error(m, err)
	}
}

func FuzzParseCitizenID(f *testing.F) {
	f.Add("11010519491231002X")
	f.Add("110105491231002")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := identity.ParseCitizenID(s)
		if err != nil {
			return
		}
		if again, err := identity.ParseCitizenID(string(id)); err != nil || again != id || id.BirthDate().IsZero() {
			t.Errorf("%q does not read back", id)
		}
	})
}

func FuzzParseUSCC(f *testing.F) {
	f.Add("91350211M000100Y46")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := identity.ParseUSCC(s)
		if err != nil {
			return
		}
		if again, err := identity.ParseUSCC(string(code)); err != nil || again != code {
			t.Errorf("%q does not read back", code)
		}
		_ = code.OrgCodeOK()
	})
}

func FuzzOtherDocuments(f *testing.F) {
	f.Add("护照", "E12345678")
	f.Add("外国人永久居留身份证", "91184019850101001X")
	f.Add("台湾居民来往大陆通行证", "１２３４５６７８")
	f.Add("", "07010219910925762x")
	f.Fuzz(func(t *testing.T, idType, number string) {
		read, err := identity.ParseDocument(idType, number)
		if err != nil {
			return
		}
		if again, err := identity.ParseDocument(idType, read); err != nil || again != read || len(read) > 18 {
			t.Fatalf("%q of %q is %q, read again %q, %v", number, idType, read, again, err)
		}
		if masked := identity.MaskNumber(read); len(masked) != len(read) || masked == read {
			t.Fatalf("%q is shown as %q", read, masked)
		}
	})
}

func FuzzParseMobile(f *testing.F) {
	f.Add("+86 138-0013-8000")
	f.Add("１３８００１３８０００")
	f.Fuzz(func(t *testing.T, s string) {
		if mobile, err := identity.ParseMobile(s); err == nil && (len(mobile) != 11 || mobile[0] != '1') {
			t.Fatalf("%q is %q", s, mobile)
		}
	})
}
