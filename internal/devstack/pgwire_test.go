package devstack_test

import (
	"bytes"
	"testing"

	"sweep/internal/devstack"
)

var greetings = []struct {
	name    string
	bytes   string
	code    string
	refused bool
	broken  bool
}{
	{name: "asks for a password", bytes: "R\x00\x00\x00\x08\x00\x00\x00\x0a"},
	{name: "starting up", bytes: "E\x00\x00\x00\x13SFATAL\x00C57P03\x00\x00", code: "57P03", refused: true},
	{name: "an error without a code", bytes: "E\x00\x00\x00\x05\x00", code: "unknown", refused: true},
	{name: "a web server", bytes: "HTTP/1.1 400 Bad Request", broken: true},
	{name: "cut short", bytes: "R\x00\x00", broken: true},
	{name: "too long", bytes: "E\x7f\xff\xff\xff", broken: true},
	{name: "shorter than its own length", bytes: "R\x00\x00\x00\x00", broken: true},
}

func TestGreetingOfPostgresIsUnderstood(t *testing.T) {
	for _, g := range greetings {
		t.Run(g.name, func(t *testing.T) {
			code, refused, err := devstack.ReadGreetingForTest(bytes.NewReader([]byte(g.bytes)))
			if (err != nil) != g.broken || code != g.code || refused != g.refused {
				t.Errorf("got %q, %v, %v", code, refused, err)
			}
		})
	}
}

func FuzzGreetingOfPostgres(f *testing.F) {
	for _, g := range greetings {
		f.Add([]byte(g.bytes))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		code, refused, err := devstack.ReadGreetingForTest(bytes.NewReader(b))
		if err != nil && (code != "" || refused) {
			t.Errorf("an answer %q beside the error %v", code, err)
		}
	})
}
