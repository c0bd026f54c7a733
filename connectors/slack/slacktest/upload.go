package slacktest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const (
	uploadPath = "/upload/v1/"
	filesPath  = "/files-pri/"
	signInPath = "/signin"

	maxFile     = 4 << 20  // bytes; the service takes 1 GB
	maxContents = 64 << 20 // bytes of all files
	maxUploads  = 100      // under way at a time
	uploadTime  = 10 * time.Minute
)

// upload is a file on its way.
type upload struct {
	file  *file
	size  int64
	until time.Time
	done  bool
}

// getUploadURL is files.getUploadURLExternal.
//
// Source: https://docs.slack.dev/reference/methods/files.getUploadURLExternal
func (c *call) getUploadURL() (record, error) {
	if err := c.need("filename", "length"); err != nil {
		return nil, err
	}
	size, ok := c.number("length", 0)
	name := c.text("filename")
	held := int64(0)
	for _, f := range c.files {
		held += int64(len(f.content))
	}
	for ticket, u := range c.uploads {
		if !c.now.Before(u.until) {
			delete(c.uploads, ticket)
		}
	}
	for _, u := range c.uploads {
		held += u.size
	}
	switch {
	case !ok || size <= 0 || len(name) > 1000 || len(c.text("alt_txt")) > 4000:
		return nil, refuse("invalid_arguments")
	case size > maxFile:
		return nil, refuse("file_upload_size_restricted")
	case len(c.files) >= maxFiles || len(c.uploads) >= maxUploads || held+size > maxContents:
		return nil, refuse("storage_limit_reached")
	}
	f := &file{
		id: c.id("F"), name: strings.ReplaceAll(name, "/", "_"), user: BotUser, created: c.now.Unix(), alt: c.text("alt_txt"),
	}
	ticket := fmt.Sprintf("%s-%d", f.id, c.now.UnixNano())
	c.uploads[ticket] = &upload{file: f, size: size, until: c.now.Add(uploadTime)}
	return record{"upload_url": c.base + uploadPath + ticket, "file_id": f.id}, nil
}

// serveUpload takes a file, as it stands or as a part of a form. Who has the URL needs no token.
func (s *Sandbox) serveUpload(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	content, err := uploaded(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.uploads[strings.TrimPrefix(r.URL.Path, uploadPath)]
	switch {
	case u == nil || u.done || !s.options.Now().Before(u.until):
		http.Error(w, "not found", http.StatusNotFound)
	case err != nil || int64(len(content)) != u.size:
		http.Error(w, "the file is not as long as was said", http.StatusBadRequest)
	default:
		u.file.content, u.done = content, true
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(content))) // a client that left needs no answer
	}
}

func uploaded(r *http.Request) ([]byte, error) {
	body, err := sandbox.ReadBody(r, maxFile+64<<10)
	if err != nil {
		return nil, err
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return body, nil
	}
	parts := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	for range maxParts {
		part, err := parts.NextPart()
		if err != nil {
			return nil, fmt.Errorf("looking for the file in the form: %w", err)
		}
		if part.FileName() != "" || part.FormName() == "file" {
			return io.ReadAll(part) // at most the body, which is bounded
		}
	}
	return nil, io.ErrUnexpectedEOF
}

// path is where a file can be had from.
func (f *file) path() string {
	return filesPath + TeamID + "-" + f.id + "/" + url.PathEscape(strings.ToLower(f.name))
}

// serveFile gives a file to who has a token, and sends everybody else to the sign-in page, as the service does.
func (s *Sandbox) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{request: r, now: s.options.Now()}
	held, err := s.state.tokens.check(c)
	if err != nil || !held.has("files:read") {
		target := s.base(r) + signInPath + "?" + url.Values{"redir": {s.options.Prefix + r.URL.Path}}.Encode()
		http.Redirect(w, r, target, http.StatusFound)
		return
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, filesPath+TeamID+"-"), "/")
	i := slices.IndexFunc(s.state.files, func(f *file) bool { return f.id == id })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	f := s.state.files[i]
	w.Header().Set("Content-Type", f.mimeType())
	w.Header().Set("Content-Disposition", "attachment")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(f.content) // a client that left needs no answer
}
