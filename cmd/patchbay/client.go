package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// client speaks the native API of a hub: a running one, or one in this process.
type client struct {
	base string // URL, without a slash at its end
	key  string
	http *http.Client
}

// newClient makes the client of a running hub.
func (c config) newClient(w console) (*client, error) {
	u, err := url.Parse(c.Server)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usagef("--server: not an http or https URL such as http://127.0.0.1:8080")
	}
	key, err := w.secret("PATCHBAY_KEY", "key-file", c.KeyFile)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, usagef("--server needs an API key: set PATCHBAY_KEY or give --key-file")
	}
	return &client{base: strings.TrimSuffix(c.Server, "/"), key: key, http: &http.Client{CheckRedirect: noRedirect}}, nil
}

// noRedirect keeps the key from going anywhere but to the hub.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// maxAnswer bounds, in bytes, what is read of an answer.
const maxAnswer = 64 << 20

// do sends one request. An answer that is an error becomes a *problem.
func (c *client) do(ctx context.Context, method, path string, body any, header ...string) (json.RawMessage, error) {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, c.unreachable(ctx, err)
	case len(answer) > maxAnswer:
		return nil, fmt.Errorf("the answer of %s is larger than %d bytes", c.base, maxAnswer)
	case response.StatusCode < 300 && (len(answer) == 0 || json.Valid(answer)):
		return answer, nil
	default:
		return nil, c.problemOf(response, answer)
	}
}

func (c *client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encoding the request: %w", err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("User-Agent", "patchbay/"+version)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// get reads one document into v.
func (c *client) get(ctx context.Context, path string, v any) (json.RawMessage, error) {
	answer, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", c.base, err)
	}
	return answer, nil
}

func (c *client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("waiting for the hub: %w", ctx.Err())
	}
	var transport *url.Error
	if errors.As(err, &transport) {
		err = transport.Err
	}
	return unreachableError{fmt.Errorf("cannot reach the hub at %s: %w", c.base, err)}
}

func (c *client) problemOf(response *http.Response, answer []byte) error {
	p := &problem{raw: answer}
	if err := json.Unmarshal(answer, p); err != nil || p.Code == "" {
		return unreachableError{fmt.Errorf("%s does not answer like a hub (%s); is the URL right?", c.base, response.Status)}
	}
	return p
}

// problem is an error as the hub tells it: RFC 9457 problem details, https://www.rfc-editor.org/rfc/rfc9457.
type problem struct {
	raw json.RawMessage

	Status      int                     `json:"status"`
	Code        operations.Code         `json:"code"`
	Detail      string                  `json:"detail"`
	Errors      []operations.InputFault `json:"errors"`
	Suggestions []string                `json:"suggestions"`
	Retryable   bool                    `json:"retryable"`
	RetryAfter  int64                   `json:"retry_after"` // seconds
	RequestID   string                  `json:"request_id"`
	Resolve     *operations.Enquiry     `json:"resolve"`
	Upstream    *struct {
		Status    int             `json:"status"`
		Code      string          `json:"code"`
		RequestID string          `json:"request_id"`
		Body      json.RawMessage `json:"body"`
	} `json:"upstream"`
}

// Error gives code and detail.
func (p *problem) Error() string { return string(p.Code) + ": " + p.Detail }
