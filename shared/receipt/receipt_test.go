package receipt_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"shebao/shared/receipt"
)

func TestEverySlipOfTheFingerIsCaught(t *testing.T) {
	for range 200 {
		code, err := receipt.Generate(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := receipt.Parse(code.Grouped()); err != nil || again != code {
			t.Fatalf("Parse(Grouped) = %v", err)
		}
		for i := range receipt.Length {
			for d := byte('0'); d <= '9'; d++ {
				wrong := []byte(code.String())
				if wrong[i] == d {
					continue
				}
				wrong[i] = d
				if _, err := receipt.Parse(string(wrong)); !errors.Is(err, receipt.ErrCheck) {
					t.Fatalf("a wrong digit at %d was taken", i)
				}
			}
			if i > 0 {
				swapped := []byte(code.String())
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				if string(swapped) == code.String() {
					continue
				}
				if _, err := receipt.Parse(string(swapped)); !errors.Is(err, receipt.ErrCheck) {
					t.Fatalf("a swap at %d was taken", i)
				}
			}
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]error{
		"": receipt.ErrLength, "1234": receipt.ErrLength, strings.Repeat("1", 17): receipt.ErrLength, "123456789012345a": receipt.ErrCharacters,
		"0000000000000000": receipt.ErrCheck, "0000000000000098": nil, "００００ ００００００００００98": nil, "００００－": receipt.ErrCharacters,
	} {
		if _, err := receipt.Parse(in); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %v, want %v", in, err, want)
		}
	}
}

func TestCodesStayOutOfLogs(t *testing.T) {
	code, err := receipt.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("filed", "receipt", code)
	if strings.Contains(log.String(), code.String()) {
		t.Error("the log holds a code")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0000 0000 0000 0097")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := receipt.Parse(s)
		if err != nil {
			return
		}
		if again, err := receipt.Parse(code.String()); err != nil || again != code {
			t.Errorf("%q does not read back", code)
		}
	})
}
