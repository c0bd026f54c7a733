package platform_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/patchbay/patchbay/connectors/platform"
	"github.com/patchbay/patchbay/operations"
)

// files serves files, and counts how often it was asked.
func files(t *testing.T) (address string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	mux := http.NewServeMux()
	serve := func(path, contentType, disposition string, content []byte) {
		mux.HandleFunc("/prefix"+path, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header()["Content-Type"] = []string{contentType}
			if disposition != "" {
				w.Header().Set("Content-Disposition", disposition)
			}
			_, _ = w.Write(content)
		})
	}
	serve("/plain.txt", "text/plain; charset=utf-8", "", []byte("hello"))
	serve("/other.txt", "text/plain", "", []byte("other"))
	serve("/empty", "text/plain", "", nil)
	serve("/named", "application/pdf", `attachment; filename="../../etc/pass\wd.pdf"`, []byte("%PDF-1.7"))
	serve("/untold", "", "", []byte("\x89PNG\r\n\x1a\n"))
	serve("/most", "text/plain", "", bytes.Repeat([]byte("x"), 10<<20))
	serve("/more", "text/plain", "", bytes.Repeat([]byte("x"), 10<<20+1))
	mux.HandleFunc("/prefix/broken", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("half"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/prefix", asked
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	address, asked := files(t)
	h := newHub(t, platform.Options{Fetch: http.DefaultClient})
	for _, c := range []struct {
		path, name, contentType, content string
	}{
		{"/plain.txt", "plain.txt", "text/plain", "hello"}, {"/empty", "empty", "text/plain", ""},
		{"/named", "wd.pdf", "application/pdf", "%PDF-1.7"}, {"/untold", "untold", "image/png", "\x89PNG\r\n\x1a\n"},
	} {
		id := h.create(t, "A", `"attachmentUrls":["`+address+c.path+`"]`)
		got := h.want(t, "get_ticket", `{"id":"`+id+`"}`).Get("attachments.0")
		if got.Get("url").String() != address+c.path || got.Get("name").String() != c.name || got.Get("contentType").String() != c.contentType ||
			got.Get("size").Int() != int64(len(c.content)) {
			t.Errorf("%s: %s", c.path, got.Raw)
		}
		whole := h.want(t, "get_attachment", `{"id":"`+got.Get("id").String()+`"}`)
		if content, err := base64.StdEncoding.DecodeString(whole.Get("content").String()); err != nil || string(content) != c.content {
			t.Errorf("%s holds %q (%v), want %q", c.path, content, err, c.content)
		}
	}
	h.create(t, "A", `"attachmentUrls":["`+address+`/most"]`)
	before := asked.Load()
	id := h.create(t, "A", `"attachmentUrls":["`+address+`/plain.txt","`+address+`/plain.txt"]`)
	if asked.Load() != before+1 || h.want(t, "get_ticket", `{"id":"`+id+`"}`).Get("attachments.#").Int() != 1 {
		t.Error("a file that is named twice was fetched or kept twice")
	}
}

func TestAttachmentsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	address, _ := files(t)
	h := newHub(t, platform.Options{Fetch: http.DefaultClient})
	for path, words := range map[string]string{
		"/more": "larger than 10 MiB", "/none": "404", "/broken": "no connection",
	} {
		h.refused(t, "create_ticket", `{"title":"A","requestorEmail":"a@example.com","teamId":"`+team+`","attachmentUrls":["`+address+`/plain.txt","`+address+path+`"]}`,
			operations.CodeInvalidInput, "/attachmentUrls/1 cannot be fetched: ")
		h.refused(t, "create_ticket", `{"title":"A","requestorEmail":"a@example.com","teamId":"`+team+`","attachmentUrls":["`+address+path+`"]}`,
			operations.CodeInvalidInput, words)
	}
	if got := h.want(t, "list_tickets", `{}`); got.Get("total").Int() != 0 {
		t.Errorf("half of a ticket was made: %s", got.Raw)
	}
}

// TestAttachmentsAreReplaced: an update fetches only what is new, and takes away what it does not name.
func TestAttachmentsAreReplaced(t *testing.T) {
	t.Parallel()
	address, asked := files(t)
	h := newHub(t, platform.Options{Fetch: http.DefaultClient})
	id := h.create(t, "A", `"attachmentUrls":["`+address+`/plain.txt","`+address+`/empty"]`)
	kept := h.want(t, "get_ticket", `{"id":"`+id+`"}`).Get("attachments.0.id").String()
	before := asked.Load()
	got := h.want(t, "update_ticket", `{"id":"`+id+`","attachmentUrls":["`+address+`/plain.txt","`+address+`/other.txt"]}`)
	if asked.Load() != before+1 || got.Get("attachments.0.id").String() != kept || got.Get("attachments.1.name").String() != "other.txt" ||
		got.Get("attachments.#").Int() != 2 || got.Get("version").Int() != 2 {
		t.Errorf("after %d requests: %s", asked.Load()-before, got.Raw)
	}
	same := h.want(t, "update_ticket", `{"id":"`+id+`","attachmentUrls":["`+address+`/other.txt","`+address+`/plain.txt"]}`)
	if same.Get("version").Int() != 2 {
		t.Error("the same files are a change")
	}
	if got := h.want(t, "update_ticket", `{"id":"`+id+`","attachmentUrls":[]}`); got.Get("attachments").Exists() || got.Get("version").Int() != 3 {
		t.Errorf("without files: %s", got.Raw)
	}
	comment := h.want(t, "create_comment", `{"content":"x","entityType":"ticket","entityId":"`+id+`","attachmentUrls":["`+address+`/plain.txt"]}`)
	comment = h.want(t, "update_comment", `{"commentId":"`+comment.Get("id").String()+`","attachments":["`+address+`/other.txt"]}`)
	if comment.Get("attachments.0.name").String() != "other.txt" || comment.Get("attachments.#").Int() != 1 || !comment.Get("isEdited").Bool() {
		t.Errorf("comment %s", comment.Raw)
	}
}

// TestAttachmentsWithoutFetching: without a way to fetch, address and name are kept.
func TestAttachmentsWithoutFetching(t *testing.T) {
	t.Parallel()
	h := newHub(t, platform.Options{})
	id := h.create(t, "A", `"attachmentUrls":["https://example.com/a/%2e%2e/b%20c.pdf?x=1","https://example.com"]`)
	got := h.want(t, "get_ticket", `{"id":"`+id+`"}`).Get("attachments")
	if got.Get("0.name").String() != "b c.pdf" || got.Get("0.size").Int() != 0 || got.Get("1.name").String() != "example.com" {
		t.Errorf("attachments %s", got.Raw)
	}
	if whole := h.want(t, "get_attachment", `{"id":"`+got.Get("0.id").String()+`"}`); whole.Get("content").Exists() {
		t.Errorf("content of what was not fetched: %s", whole.Raw)
	}
	h.refused(t, "create_ticket", `{"title":"A","requestorEmail":"a@example.com","teamId":"`+team+`","attachmentUrls":[`+
		strings.TrimSuffix(strings.Repeat(`"https://example.com",`, 11), ",")+`]}`, operations.CodeInvalidInput, "/attachmentUrls")
}
