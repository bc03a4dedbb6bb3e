package twilio_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"shebao/ivr/softphone"
	"shebao/ivr/twilio"
)

// field is how the carrier's description has a parameter or a part of a reply.
type field struct {
	Type, Pattern, Format string
	Enum                  []any
	Items                 map[string]field
}

// operation is one that the carrier describes.
type operation struct {
	Method, Host, Path string
	PathParameters     map[string]field `json:"path_parameters"`
	Query, Form        map[string]field
	Required           []string
	Status             int
	Reply              map[string]field
}

// wire stands between the client and a carrier, and holds requests and replies against the carrier's published description.
type wire struct {
	t          *testing.T
	operations []operation
	carrier    http.Handler
	mu         sync.Mutex
	asked      []string
}

const (
	accountSID = "AC0123456789abcdef0123456789abcdef"
	token      = "0123456789abcdef0123456789abcdef"
	ownNumber  = "+8610000012333"
)

func newWire(t *testing.T) (*wire, *softphone.Carrier, *twilio.Client) {
	t.Helper()
	b, err := os.ReadFile("testdata/operations.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Operations []operation }
	if err := json.Unmarshal(b, &file); err != nil || len(file.Operations) < 7 {
		t.Fatalf("%d operations, %v", len(file.Operations), err)
	}
	carrier := softphone.NewCarrier(accountSID, token)
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	carrier.Routes(app)
	w := &wire{t: t, operations: file.Operations, carrier: adaptor.FiberApp(app)}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	client, err := twilio.New(twilio.Config{AccountSID: accountSID, Token: token, Number: ownNumber, Trunk: "BY0123456789abcdef0123456789abcdef", API: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return w, carrier, client
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	op, ok := w.find(r)
	if !ok {
		w.t.Errorf("the carrier has no %s %s", r.Method, r.URL.Path)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		w.t.Error(err)
	}
	w.fields(op.Query, r.URL.Query(), "query")
	w.fields(op.Form, form, "form")
	for _, name := range op.Required {
		if !form.Has(name) {
			w.t.Errorf("%s lacks %s", op.Path, name)
		}
	}
	w.mu.Lock()
	w.asked = append(w.asked, op.Method+" "+op.Path)
	w.mu.Unlock()
	recorder := httptest.NewRecorder()
	w.carrier.ServeHTTP(recorder, r)
	if recorder.Code < 300 {
		w.reply(op, recorder)
	}
	for name, values := range recorder.Header() {
		rw.Header()[name] = values
	}
	rw.WriteHeader(recorder.Code)
	_, _ = rw.Write(recorder.Body.Bytes()) // the client finds a broken connection itself
}

// find is the operation that a request asks for; the parts of its path must have the form that the carrier says.
func (w *wire) find(r *http.Request) (operation, bool) {
	for _, op := range w.operations {
		if op.Method != r.Method {
			continue
		}
		pattern := "^" + regexp.QuoteMeta(op.Path) + "$"
		for name, f := range op.PathParameters {
			one := strings.Trim(f.Pattern, "^$")
			if one == "" {
				one = "[^/]+"
			}
			pattern = strings.ReplaceAll(pattern, `\{`+name+`\}`, one)
		}
		if regexp.MustCompile(pattern).MatchString(r.URL.Path) {
			return op, true
		}
	}
	return operation{}, false
}

func (w *wire) fields(known map[string]field, given url.Values, where string) {
	for name, values := range given {
		f, ok := known[name]
		if !ok {
			w.t.Errorf("the carrier has no %s field %s", where, name)
			continue
		}
		for _, value := range values {
			if !fits(f, value) {
				w.t.Errorf("%s field %s cannot be %q", where, name, value)
			}
		}
	}
}

func fits(f field, value string) bool {
	if len(f.Enum) > 0 && !slices.Contains(f.Enum, any(value)) {
		return false
	}
	if f.Pattern != "" && !regexp.MustCompile(f.Pattern).MatchString(value) {
		return false
	}
	switch {
	case f.Type == "boolean":
		return value == "true" || value == "false"
	case f.Type == "integer":
		_, err := strconv.Atoi(value)
		return err == nil
	case f.Format == "uri":
		u, err := url.Parse(value)
		return err == nil && u.Host != ""
	case f.Format == "http-method":
		return value == "GET" || value == "POST"
	}
	return true
}

// reply holds what a stand-in carrier answers against the description too: a client that is tested with a wrong reply is not tested.
func (w *wire) reply(op operation, got *httptest.ResponseRecorder) {
	if got.Code != op.Status {
		w.t.Errorf("%s %s: status %d, the carrier's is %d", op.Method, op.Path, got.Code, op.Status)
	}
	if len(op.Reply) == 0 {
		return
	}
	var values map[string]any
	if err := json.Unmarshal(got.Body.Bytes(), &values); err != nil {
		w.t.Errorf("%s: %v", op.Path, err)
	}
	w.values(op.Path, op.Reply, values)
}

func (w *wire) values(where string, known map[string]field, values map[string]any) {
	for name, value := range values {
		f, ok := known[name]
		if !ok {
			w.t.Errorf("%s: the carrier's reply has no %s", where, name)
			continue
		}
		good := value == nil
		switch v := value.(type) {
		case string:
			good = f.Type == "string" && (f.Pattern == "" || regexp.MustCompile(f.Pattern).MatchString(v)) && (len(f.Enum) == 0 || slices.Contains(f.Enum, any(v)))
		case bool:
			good = f.Type == "boolean"
		case float64:
			good = f.Type == "integer" || f.Type == "number"
		case map[string]any:
			good = f.Type == "object"
		case []any:
			good = f.Type == "array"
			for _, item := range v {
				if inner, ok := item.(map[string]any); ok && len(f.Items) > 0 {
					w.values(where+" "+name, f.Items, inner)
				}
			}
		}
		if !good {
			w.t.Errorf("%s: %s of the reply cannot be %v", where, name, value)
		}
	}
}
