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
	if len(file.Vectors) != 39 {
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

// The carrier's documented requests, signed: each is taken as it is, with what nobody has heard of and with names that come twice; changed anywhere, none is.
func TestDocumentedWebhooksAreSigned(t *testing.T) {
	b, err := os.ReadFile("testdata/webhooks.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Webhooks struct {
			Token    string `json:"auth_token"`
			Examples []struct{ Name, URL, Body, Signature string }
		} `json:"webhook_examples"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Webhooks.Examples) != 49 {
		t.Fatalf("%d examples", len(file.Webhooks.Examples))
	}
	const form = "application/x-www-form-urlencoded; charset=UTF-8"
	tokens := [][]byte{[]byte("the next token"), []byte(file.Webhooks.Token)}
	for _, e := range file.Webhooks.Examples {
		fields, err := fieldsOf([]byte(e.Body), form)
		if err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		if !signed(tokens, e.URL, fields, form, []byte(e.Body), e.Signature) {
			t.Errorf("%s is refused", e.Name)
		}
		fields.Set("CallSid", "CAffffffffffffffffffffffffffffffff")
		if signed(tokens, e.URL, fields, form, []byte(e.Body), e.Signature) || signed(tokens[:1], e.URL, fields, form, []byte(e.Body), e.Signature) {
			t.Errorf("%s is taken for another call", e.Name)
		}
	}
}
