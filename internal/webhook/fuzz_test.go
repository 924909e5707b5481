package webhook_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"sweep/internal/webhook"
)

// FuzzEnviron reads any address and any secret: what is taken leaves the
// machine by https only and reaches no refused address, and what is not taken
// is explained in one line that holds neither.
func FuzzEnviron(f *testing.F) {
	for _, address := range []string{"https://hooks.example.org/x", "http://localhost:1/", "http://[::1]/", "https://169.254.169.254/", "https://[::ffff:a9fe:a9fe]/",
		"HTTP://127.0.0.1", "https://user:pw@h/", "//h/", "https:h", "http://localhost.@evil/", "https://%31/", "\x00"} {
		f.Add(address, secret)
		f.Add(address, "whsec_")
	}
	f.Fuzz(func(t *testing.T, address, secret string) {
		s := webhook.New([]string{"SWEEP_WEBHOOK_LAB_URL=" + address, "SWEEP_WEBHOOK_LAB_SECRET=" + secret}, webhook.Options{})
		if len(s.Names()) == 0 {
			for _, line := range s.Problems() {
				if strings.Contains(line, "\n") || len(address) > 20 && strings.Contains(line, address) || len(secret) > 20 && strings.Contains(line, secret) {
					t.Errorf("%q", line)
				}
			}
			return
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatalf("took %q: %v", address, err)
		}
		ip, err := netip.ParseAddr(u.Hostname())
		if err == nil && webhook.Permitted(ip) != nil {
			t.Errorf("took %q", address)
		}
		local := err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(u.Hostname(), "localhost")
		if u.Scheme != "https" && !(u.Scheme == "http" && local) {
			t.Errorf("took %q", address)
		}
	})
}
