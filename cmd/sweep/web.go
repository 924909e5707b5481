package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"sweep/report/web"
)

// defaultWebAddress is where the page is unless somebody else is there already.
const defaultWebAddress = "127.0.0.1:8733"

// webTokenVariable names the environment variable that holds the page's token.
const webTokenVariable = "SWEEP_WEB_TOKEN"

type webFlags struct {
	addr  string
	hosts []string
	open  bool
}

func newWebCmd(a *app) *cobra.Command {
	var f webFlags
	cmd := &cobra.Command{
		Use: "web", Short: "show sweeps, curves, pictures and comparisons in a browser, live",
		Long: `web serves the live page until Ctrl-C: every sweep, experiment and trial, curves
and pictures while they are trained, comparisons, and read-only SQL.

It listens on loopback. Elsewhere (--addr 0.0.0.0:8733) whoever looks must show a
token: the one in ` + webTokenVariable + `, or one that is made and printed. The
page itself is not encrypted: put it behind a TLS proxy, or use an SSH tunnel.`,
		Example: "  sweep web --open\n  ssh -L 8733:127.0.0.1:8733 gpubox sweep web\n  " + webTokenVariable + "=… sweep web --addr 0.0.0.0:8733 --host gpubox.example.org",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withServices(cmd.Context(), func(ctx context.Context, s *services) error { return a.web(ctx, s, f) })
		},
	}
	cmd.Flags().StringVar(&f.addr, "addr", defaultWebAddress, "address to listen on, HOST:PORT; port 0 takes a free one")
	cmd.Flags().StringSliceVar(&f.hosts, "host", nil, "name by which browsers reach the page, besides localhost; may be repeated")
	cmd.Flags().BoolVar(&f.open, "open", false, "show the page in the browser")
	return cmd
}

func (a *app) web(ctx context.Context, s *services, f webFlags) error {
	token, made, err := webToken(f.addr)
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(f.addr)
	site, err := s.newSite(token, append(f.hosts, host), !loopbackAddress(f.addr))
	if err != nil {
		return invalid("%s: %v", webTokenVariable, err)
	}
	l, err := listen(ctx, f.addr)
	if err != nil {
		return invalid("--addr %s: %v", f.addr, err)
	}
	place := "http://" + reachable(l.Addr())
	if err := a.sayWhere(place, token, made); err != nil {
		return err
	}
	if f.open {
		if err := openPage(ctx, place); err != nil {
			fmt.Fprintln(a.err, err)
		}
	}
	return site.Serve(ctx, l)
}

// sayWhere prints the address, and the token when it was made here: it is shown
// this once and kept nowhere.
func (a *app) sayWhere(place, token string, made bool) error {
	data := map[string]string{"url": place}
	text := fmt.Sprintf("the live page is at %s (Ctrl-C ends it)\n", place)
	switch {
	case made:
		data["token"] = token
		text += fmt.Sprintf("it asks for this token, which is shown once: %s\n", token)
	case token != "":
		text += "it asks for the token in " + webTokenVariable + "\n"
	}
	return a.say(data, "%s", text)
}

// webToken is the environment's token, or a new one where the page can be
// reached from elsewhere; "" asks for none.
func webToken(addr string) (token string, made bool, err error) {
	if token = os.Getenv(webTokenVariable); token != "" {
		if len(token) < web.MinToken {
			return "", false, invalid("%s has %d characters, at least %d are needed", webTokenVariable, len(token), web.MinToken)
		}
		return token, false, nil
	}
	if loopbackAddress(addr) {
		return "", false, nil
	}
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime aborts instead
	return hex.EncodeToString(b[:]), true, nil
}

// loopbackAddress tells whether only this machine can reach an address. A name
// other than localhost is not asked after: it counts as elsewhere.
func loopbackAddress(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// listen takes the address, or a free port beside it when the default one is
// taken.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) && addr == defaultWebAddress {
		return c.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	return l, err
}

// reachable spells a listener's address as a browser here reaches it.
func reachable(addr net.Addr) string {
	t, ok := addr.(*net.TCPAddr)
	if !ok || !t.IP.IsUnspecified() {
		return addr.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", t.Port)
}

// workflowLink is the address of a workflow in the Temporal web UI, ""
// where this program does not know one.
func (s *services) workflowLink(id string) string {
	if s.conn.UIURL == "" {
		return ""
	}
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s", s.conn.UIURL, s.conn.TemporalNamespace, url.PathEscape(id))
}
