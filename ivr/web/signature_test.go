package web

import (
	"encoding/json"
	"net/url"
	"os"
	"testing"
)

func TestSignatureVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Name, URL, Signature, Method string
			Token                        string `json:"auth_token"`
			ContentType                  string `json:"content_type"`
			OnlyFor                      string `json:"only_for"`
			Params                       url.Values
			Body                         *string
			Valid                        bool
		} `json:"signature_vectors"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 30 {
		t.Fatal("vectors are missing")
	}
	for _, v := range file.Vectors {
		if v.OnlyFor != "" {
			continue
		}
		var body []byte
		if v.Body != nil {
			body = []byte(*v.Body)
		} else {
			body = []byte(v.Params.Encode())
		}
		if got := signed([][]byte{[]byte("an older token"), []byte(v.Token)}, v.URL, v.Params, v.ContentType, body, v.Signature); got != v.Valid {
			t.Errorf("%s: %v, want %v", v.Name, got, v.Valid)
		}
	}
}
