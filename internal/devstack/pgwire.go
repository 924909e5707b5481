package devstack

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// greeting is a Postgres server's first message (PostgreSQL documentation,
// "Message Formats"): 'R' asks for authentication, 'E' is an error.
type greeting struct {
	kind byte
	body []byte
}

// greetingLimit bounds what is read of an answer that may not come from
// Postgres at all.
const greetingLimit = 4096

func pgGreeting(ctx context.Context, addr, user, database string) (greeting, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return greeting{}, err
	}
	defer conn.Close()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(5 * time.Second)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return greeting{}, err
	}
	if _, err := conn.Write(startupMessage(user, database)); err != nil {
		return greeting{}, err
	}
	return readGreeting(conn)
}

func startupMessage(user, database string) []byte {
	body := binary.BigEndian.AppendUint32(nil, 3<<16) // protocol 3.0
	for _, s := range []string{"user", user, "database", database, ""} {
		body = append(append(body, s...), 0)
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

func readGreeting(r io.Reader) (greeting, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return greeting{}, fmt.Errorf("no answer of a Postgres server: %w", err)
	}
	size := binary.BigEndian.Uint32(head[1:])
	if head[0] != 'R' && head[0] != 'E' || size < 4 || size > greetingLimit {
		return greeting{}, fmt.Errorf("not a Postgres server")
	}
	g := greeting{kind: head[0], body: make([]byte, size-4)}
	_, err := io.ReadFull(r, g.body)
	return g, err
}

// fault is the SQLSTATE of an error answer.
func (g greeting) fault() (code string, refused bool) {
	if g.kind != 'E' {
		return "", false
	}
	for _, field := range strings.Split(string(g.body), "\x00") {
		if strings.HasPrefix(field, "C") {
			return field[1:], true
		}
	}
	return "unknown", true
}
