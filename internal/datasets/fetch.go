package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sweep/training/tasks/mnist/data"
)

// ErrAddress is a mirror that is not named by an https address.
var ErrAddress = errors.New("is not an https address")

// Fetched is called for every file that was fetched, with the mirror's host.
type Fetched func(file data.File, host string)

// Fetch gets the files that are not there yet from the first mirror that has
// each: over https, no longer than published, with the published digest. A file
// is in the folder when its turn is over, so that a fetch that was broken off
// goes on where it stopped. The error is one line.
func (f Folder) Fetch(ctx context.Context, client *http.Client, mirrors []string, done Fetched) error {
	for _, m := range mirrors {
		if u, err := url.Parse(m); err != nil || u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("%s %w", shown(m), ErrAddress)
		}
	}
	for _, file := range f.Set.Files {
		if f.state(file).Status == Published {
			continue
		}
		compressed, host, err := fetchFrom(ctx, client, mirrors, file)
		if err != nil {
			return fmt.Errorf("fetch %s: %w; get the files on another machine and run `sweep data import %s DIR`", file.Name, err, f.Set.Name)
		}
		if err := f.put(file, compressed); err != nil {
			return err
		}
		done(file, host)
	}
	return nil
}

// fetchFrom tries the mirrors in turn; its error has every mirror's reason.
func fetchFrom(ctx context.Context, client *http.Client, mirrors []string, file data.File) (body []byte, host string, err error) {
	var reasons []string
	for _, m := range mirrors {
		u, _ := url.Parse(m) // Fetch has looked at it
		body, err := get(ctx, client, u.JoinPath(file.Name+".gz"), file)
		if err == nil {
			return body, u.Host, nil
		}
		if ctx.Err() != nil {
			return nil, "", errors.New("interrupted")
		}
		reasons = append(reasons, u.Host+" "+oneLine(err))
	}
	return nil, "", errors.New(strings.Join(reasons, ", "))
}

func get(ctx context.Context, client *http.Client, from *url.URL, file data.File) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "gzip") // the file as it lies there, not unpacked on the way
	answer, err := client.Do(req)
	if err != nil {
		return nil, reason(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answers %s", answer.Status)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, file.Size+1))
	if err != nil {
		return nil, fmt.Errorf("breaks off after %d of %d bytes", len(body), file.Size)
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != file.SHA256 {
		return nil, fmt.Errorf("sends another file (sha256 %.12x, expected %.12s)", sum[:6], file.SHA256)
	}
	return body, nil
}

// reason is a client's error without the address, which may hold a secret.
func reason(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return errors.New("is not found (no such host: is this machine on the internet?)")
	}
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("cannot be reached (%w)", u.Err)
	}
	return err
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", " ") }

// shown is an address without its password.
func shown(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "the address"
}

// NewClient makes a client that speaks https only, also where it is sent on,
// and does not wait long for a mirror that is silent. It obeys HTTPS_PROXY.
func NewClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 15 * time.Second}).DialContext
	transport.ResponseHeaderTimeout = 30 * time.Second
	return &http.Client{Transport: transport, Timeout: 10 * time.Minute, CheckRedirect: OnlyHTTPS}
}

// OnlyHTTPS refuses to be sent on to anything but https, or more than five times.
func OnlyHTTPS(req *http.Request, via []*http.Request) error {
	if req.URL.Scheme != "https" {
		return errors.New("sends on to an address that is not https")
	}
	if len(via) > 5 {
		return errors.New("sends on too often")
	}
	return nil
}
