package slacktest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/slack/slacktest"
)

// FuzzServe sends anything to a sandbox, twice, and expects an answer that is no failure of the sandbox.
func FuzzServe(f *testing.F) {
	const form, multipart = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
	for _, seed := range [][4]string{
		{"/api/chat.postMessage", "", form, "channel=%23support&text=x&thread_ts=" + slacktest.ThreadTS},
		{"/api/chat.postMessage", "", "application/json", `{"channel":"C0SUPPORT01","blocks":[{"type":"section","fields":[{"type":"mrkdwn"}]}]}`},
		{"/api/chat.postMessage", "", multipart, "--b\r\nContent-Disposition: form-data; name=\"channel\"\r\n\r\nU0ADALIND01\r\n--b--\r\n"},
		{"/api/chat.update", "", form, "channel=C0SUPPORT01&ts=" + slacktest.EditableTS + "&text=y&attachments=[{}]"},
		{"/api/chat.delete", "", form, "channel=C0SUPPORT01&ts=" + slacktest.DeletableTS},
		{"/api/chat.scheduleMessage", "", form, "channel=C0SUPPORT01&post_at=9223372036854775807&text=x"},
		{"/api/conversations.list", "types=im,mpim&limit=2&cursor=bmV4dDo=", form, ""},
		{"/api/conversations.history", "channel=C0GENERAL01&oldest=1.5&inclusive=true&limit=1", form, ""},
		{"/api/conversations.create", "name=%C3%A5-1", form, ""},
		{"/api/conversations.invite", "", "application/json", `{"channel":"C0ONBOARD01","users":["U0PRIYANA01",1],"force":true}`},
		{"/api/conversations.open", "users=U0PRIYANA01,U0GRACEOK01&return_im=1", form, ""},
		{"/api/reactions.add", "", form, "channel=C0SUPPORT01&timestamp=" + slacktest.PlainTS + "&name=thumbs"},
		{"/api/files.list", "page=9223372036854775807&ts_to=999999999999.1", form, ""},
		{"/api/files.completeUploadExternal", "", form, `files=[{"id":"F0REPORT001"}]&channels=C0SUPPORT01`},
		{"/api/oauth.v2.access", "", form, "client_id=" + slacktest.ClientID + "&client_secret=" + slacktest.ClientSecret + "&code=" + slacktest.AuthCode},
		{"/oauth/v2/authorize", "client_id=" + slacktest.ClientID + "&redirect_uri=http://a.example/?%zz", form, ""},
		{"/upload/v1/x", "", multipart, "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx"},
		{"/files-pri/T0NORTHWIND-F0REPORT001/weekly-report.csv", "", "", ""},
		{"/_sandbox/stats", "", "", ""},
	} {
		f.Add("POST", seed[0], seed[1], seed[2], seed[3])
		f.Add("GET", seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, contentType, body string) {
		sandbox := slacktest.New(slacktest.Options{Sleep: func(context.Context, time.Duration) {}})
		for range 2 {
			r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
			r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
			r.Header.Set("Authorization", "Bearer "+slacktest.Token)
			r.Header.Set("Content-Type", contentType)
			w := httptest.NewRecorder()
			sandbox.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			isAPI := strings.HasPrefix(path, "/api/")
			if isAPI && (!json.Valid(w.Body.Bytes()) || !strings.Contains(w.Body.String(), `"ok":`)) {
				t.Errorf("the answer is not of the service's shape: %s", w.Body)
			}
		}
	})
}

func BenchmarkList(b *testing.B) {
	benchmark(b, slacktest.Options{Channels: 2500}, "conversations.list", "limit=1000")
}

func BenchmarkPost(b *testing.B) {
	benchmark(b, slacktest.Options{}, "chat.postEphemeral", "channel=C0SUPPORT01&user=U0GRACEOK01&text=hello")
}

func benchmark(b *testing.B, options slacktest.Options, method, body string) {
	options.NoLimits = true
	sandbox := slacktest.New(options)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/api/"+method, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+slacktest.Token)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if sandbox.ServeHTTP(w, r); !strings.Contains(w.Body.String(), `"ok":true`) {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		slacktest.New(slacktest.Options{})
	}
}
