package devstack

import "io"

// ReadGreetingForTest gives the parser of Postgres' first message to the fuzz
// test.
func ReadGreetingForTest(r io.Reader) (code string, refused bool, err error) {
	g, err := readGreeting(r)
	if err != nil {
		return "", false, err
	}
	code, refused = g.fault()
	return code, refused, nil
}
