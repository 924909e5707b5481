package stacktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Store is an S3 endpoint with its credentials.
type Store struct {
	Endpoint  string // http://host:port
	AccessKey string
	SecretKey string
}

// awaitBucket creates a bucket, again while the server says that it is still
// starting (503), which MinIO does for a moment after it calls itself ready.
func (s Store) awaitBucket(name string) error {
	var err error
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		var status int
		if status, err = s.createBucket(name); status != http.StatusServiceUnavailable {
			return err
		}
	}
	return err
}

// createBucket signs and sends the one request that tests need before the
// product's own client takes over (AWS Signature Version 4, "Authenticating
// Requests: Using the Authorization Header").
func (s Store) createBucket(name string) (status int, err error) {
	u, err := url.Parse(s.Endpoint)
	if err != nil {
		return 0, err
	}
	u.Path = "/" + name
	req, err := http.NewRequest(http.MethodPut, u.String(), nil)
	if err != nil {
		return 0, err
	}
	s.sign(req, time.Now().UTC())
	resp, err := (&http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		return resp.StatusCode, nil
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
	return resp.StatusCode, fmt.Errorf("PUT %s: %s: %s", u.Path, resp.Status, body)
}

func (s Store) sign(req *http.Request, now time.Time) {
	const region, service = "us-east-1", "s3"
	stamp, day := now.Format("20060102T150405Z"), now.Format("20060102")
	empty := hexSum(nil) // of the body
	req.Header.Set("X-Amz-Date", stamp)
	req.Header.Set("X-Amz-Content-Sha256", empty)
	const signed = "host;x-amz-content-sha256;x-amz-date"
	canonical := strings.Join([]string{req.Method, req.URL.EscapedPath(), "",
		"host:" + req.URL.Host, "x-amz-content-sha256:" + empty, "x-amz-date:" + stamp, "", signed, empty}, "\n")
	scope := strings.Join([]string{day, region, service, "aws4_request"}, "/")
	text := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, scope, hexSum([]byte(canonical))}, "\n")
	key := []byte("AWS4" + s.SecretKey)
	for _, part := range []string{day, region, service, "aws4_request"} {
		key = mac(key, part)
	}
	req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		s.AccessKey, scope, signed, hex.EncodeToString(mac(key, text))))
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
