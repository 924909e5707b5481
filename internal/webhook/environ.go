package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const (
	prefix       = "SWEEP_WEBHOOK_"
	urlSuffix    = "_URL"
	secretSuffix = "_SECRET"
)

// target is one receiver. It is never printed.
type target struct {
	url    *url.URL
	secret []byte
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Variables names the two environment variables of a webhook: dashes become
// underscores, letters capitals.
func Variables(name string) (urlVariable, secretVariable string) {
	word := prefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	return word + urlSuffix, word + secretSuffix
}

// fromEnviron reads every webhook that environ ("NAME=value") speaks of. Those
// that cannot be used have their reason, without any value, in broken.
func fromEnviron(environ []string) (targets map[string]target, broken map[string]error) {
	values := map[string]string{}
	names := map[string]bool{}
	for _, kv := range environ {
		variable, value, _ := strings.Cut(kv, "=")
		word, ours := strings.CutPrefix(variable, prefix)
		if !ours {
			continue
		}
		for _, suffix := range []string{urlSuffix, secretSuffix} {
			if w, ok := strings.CutSuffix(word, suffix); ok && value != "" {
				values[variable] = value
				names[strings.ToLower(strings.ReplaceAll(w, "_", "-"))] = true
			}
		}
	}
	targets, broken = map[string]target{}, map[string]error{}
	for name := range names {
		t, err := read(name, values)
		if err != nil {
			broken[name] = err
			continue
		}
		targets[name] = t
	}
	return targets, broken
}

func read(name string, values map[string]string) (t target, err error) {
	urlVariable, secretVariable := Variables(name)
	switch {
	case !nameForm.MatchString(name):
		return t, fmt.Errorf("%s: not a webhook's name", urlVariable)
	case values[urlVariable] == "":
		return t, fmt.Errorf("%s is not set", urlVariable)
	case values[secretVariable] == "":
		return t, fmt.Errorf("%s is not set", secretVariable)
	}
	if t.url, err = parseURL(values[urlVariable]); err != nil {
		return target{}, fmt.Errorf("%s: %w", urlVariable, err)
	}
	if t.secret, err = parseSecret(values[secretVariable]); err != nil {
		return target{}, fmt.Errorf("%s: %w", secretVariable, err)
	}
	return t, nil
}

// parseURL takes https addresses, and http ones whose host is this machine.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return nil, errors.New("not an address (expected https://host/path)")
	}
	switch u.Scheme {
	case "https":
	case "http":
		if !local(u.Hostname()) {
			return nil, errors.New("http is for this machine only (127.0.0.1, ::1, localhost): use https")
		}
	default:
		return nil, errors.New("expected an https address")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := permitted(ip); err != nil {
			return nil, err
		}
	}
	u.Fragment = ""
	return u, nil
}

func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// parseSecret reads a secret as Standard Webhooks spells it.
func parseSecret(text string) ([]byte, error) {
	const low, high = 24, 64 // bytes, by the specification
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "whsec_"))
	if err != nil || !strings.HasPrefix(text, "whsec_") || len(key) < low || len(key) > high {
		return nil, fmt.Errorf("expected whsec_ and the base64 of %d to %d bytes (make one: echo whsec_$(openssl rand -base64 32))", low, high)
	}
	return key, nil
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
