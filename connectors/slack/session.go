package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/slack-go/slack"
	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/operations"
)

// session speaks with Slack for one call. The library makes the requests; the hub's client signs and sends them. The answer
// is kept as it came, since the library's types would drop what they do not know. Not for concurrent use.
type session struct {
	api    *slack.Client
	call   *operations.Call
	answer []byte // the last one, if Slack did what was asked
}

func dial(call *operations.Call) *session {
	s := &session{call: call}
	s.api = slack.New("", slack.OptionHTTPClient(s), slack.OptionAPIURL(call.Base.URL("/")))
	return s
}

// Do sends a request of the library. An answer that is no success is an *operations.Error.
func (s *session) Do(request *http.Request) (*http.Response, error) {
	s.answer = nil
	if err := takeTokenOut(request); err != nil {
		return nil, err
	}
	response, err := s.call.Send(request)
	if err != nil {
		return nil, err
	}
	if err := s.judge(response); err != nil {
		return nil, err
	}
	s.answer = response.Body
	return &http.Response{
		StatusCode: http.StatusOK, Header: response.Header, Body: io.NopCloser(bytes.NewReader(response.Body)), Request: request,
	}, nil
}

// post calls a method as the library does, where the library does not know it or one of its parameters.
func (s *session) post(ctx context.Context, name string, form url.Values) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.call.Base.URL("/"+name), strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("making a request to Slack: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, err = s.Do(request)
	return err
}

// takeTokenOut removes the library's token, which is empty, from where it would count before the hub's signature.
func takeTokenOut(request *http.Request) error {
	request.Header.Del("Authorization")
	request.URL.RawQuery = withoutToken(request.URL.RawQuery)
	if request.Body == nil || request.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return nil
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return fmt.Errorf("reading the form to send: %w", err)
	}
	form := withoutToken(string(body))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(form)), nil }
	request.Body, _ = request.GetBody()
	request.ContentLength = int64(len(form))
	return nil
}

func withoutToken(form string) string {
	if !strings.Contains(form, "token=") {
		return form
	}
	parts := slices.DeleteFunc(strings.Split(form, "&"), func(part string) bool { return strings.HasPrefix(part, "token=") })
	return strings.Join(parts, "&")
}

// result reads the answer of the method that the library has just called, with err. What the library could not make of a
// good answer does not count. Slack's cursor is put where all lists of the hub have it.
func result[Out any](s *session, err error) (Out, error) {
	var out Out
	if s.answer == nil {
		return out, fmt.Errorf("calling Slack: %w", err)
	}
	if err := json.Unmarshal(s.answer, &out); err != nil {
		return out, s.senseless(http.StatusOK, nil, err)
	}
	if cursor := gjson.GetBytes(s.answer, "response_metadata.next_cursor"); cursor.Type == gjson.String && cursor.Str != "" {
		if err := json.Unmarshal([]byte(`{"next_cursor":`+cursor.Raw+`}`), &out); err != nil {
			return out, s.senseless(http.StatusOK, nil, err)
		}
	}
	return out, nil
}
