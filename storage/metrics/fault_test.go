package metrics_test

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"sweep/storage/metrics"
)

// faults cuts the connection at a chosen message from the client: every
// statement, and COMMIT, is one message. The cut is before the message is sent
// (the server never sees it) or after its answer has begun to arrive (it is
// done, and the client does not learn of it).
type faults struct {
	mu    sync.Mutex
	at    int // messages until the cut; 0 is off
	after bool
	sent  int // messages since arm
	cuts  int // connections cut, ever
}

var errCut = errors.New("the connection was cut by the test")

// arm plants one fault at the n-th message from now; n = 0 plants none.
func (f *faults) arm(n int, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.after, f.sent = n, after, 0
}

// disarm removes the fault and tells how many messages were sent since arm.
func (f *faults) disarm() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = 0
	return f.sent
}

// message counts one and tells whether to cut before or after it.
func (f *faults) message() (before, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent++
	if f.at == 0 {
		return false, false
	}
	f.at--
	if f.at > 0 {
		return false, false
	}
	f.cuts++
	return !f.after, f.after
}

func (f *faults) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &cuttable{Conn: c, faults: f, answered: make(chan struct{}, 1)}, nil
}

// cuttable is one connection. Its handshake is not counted: the pool's
// connections are made before a fault is armed, or after the cut.
type cuttable struct {
	net.Conn
	faults   *faults
	mu       sync.Mutex
	cut      bool
	answered chan struct{} // a reader that was already waiting got the answer
}

func (c *cuttable) Write(b []byte) (int, error) {
	before, after := c.faults.message()
	if before {
		c.sever()
		return 0, errCut
	}
	if !after {
		return c.Conn.Write(b)
	}
	c.mu.Lock()
	c.cut = true // nobody else reads the answer
	c.mu.Unlock()
	n, err := c.Conn.Write(b)
	if err == nil {
		err = c.awaitAnswer()
	}
	c.sever()
	return n, err
}

// awaitAnswer waits for the answer's first byte: the server has then done what
// it was told. A copy has a reader waiting already, which may get it instead.
func (c *cuttable) awaitAnswer() error {
	for {
		_ = c.Conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := c.Conn.Read(make([]byte, 1))
		if n > 0 || err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		select {
		case <-c.answered:
			return nil
		default:
		}
	}
}

func (c *cuttable) Read(b []byte) (int, error) {
	c.mu.Lock()
	cut := c.cut
	c.mu.Unlock()
	if cut {
		return 0, errCut
	}
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.cut {
		return n, err
	}
	if n > 0 {
		select {
		case c.answered <- struct{}{}:
		default:
		}
	}
	return 0, errCut
}

func (c *cuttable) sever() {
	c.mu.Lock()
	c.cut = true
	c.mu.Unlock()
	_ = c.Conn.Close()
}

// faulty opens a store whose connections f may cut.
func faulty(t testing.TB, url string, f *faults) *metrics.Store {
	t.Helper()
	s, err := metrics.OpenThrough(t.Context(), url, f.dial)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}
