package jiratest

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/internal/sandbox"
)

const maxFiles = 20

// upload is a file that came with a request.
type upload struct {
	name, media string
	content     []byte
}

func attachmentRoutes() []route {
	return []route{
		{"POST", "api/issue/{issue}/attachments", attach, uploads},
		{"GET", "api/attachment/meta", getAttachmentSettings, 0},
		{"GET", "api/attachment/{id}", getAttachment, 0},
		{"DELETE", "api/attachment/{id}", deleteAttachment, 0},
		{"GET", "api/attachment/content/{id}", getContent, cloudOnly},
		{"GET", "secure/attachment/{id}/{name}", getSecureContent, 0},
		{"GET", "secure/attachment/{id}", getSecureContent, 0},
	}
}

// readFiles reads the files of a form. The service wants a header that no foreign page can make a browser send.
func (x *exchange) readFiles() error {
	if token := strings.ToLower(x.request.Header.Get("X-Atlassian-Token")); token != "no-check" && token != "nocheck" {
		return &refusal{status: http.StatusForbidden, text: "XSRF check failed"}
	}
	if mediaTypeOf(x.request) != "multipart/form-data" {
		return refuse(http.StatusUnsupportedMediaType, "The media type is not supported. Use multipart/form-data.")
	}
	body, err := sandbox.ReadBody(x.request, int64(maxFiles*x.options.UploadLimit+maxBody))
	if err != nil {
		return x.tooLarge()
	}
	x.request.Body = io.NopCloser(strings.NewReader(string(body)))
	parts, err := x.request.MultipartReader()
	if err != nil {
		return badRequest("The form cannot be read.")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return badRequest("The form cannot be read.")
		}
		content, err := io.ReadAll(io.LimitReader(part, int64(x.options.UploadLimit)+1))
		switch {
		case err != nil:
			return badRequest("The form cannot be read.")
		case len(content) > x.options.UploadLimit:
			return x.tooLarge()
		case part.FormName() != "file" || part.FileName() == "":
			continue
		case len(x.files) == maxFiles:
			return badRequest("There can be at most %d files.", maxFiles)
		}
		name := strings.ToValidUTF8(clip(filepath.Base(part.FileName()), 255), "")
		x.files = append(x.files, upload{name, fileType(name, part.Header.Get("Content-Type")), content})
	}
}

func (x *exchange) tooLarge() *refusal {
	return refuse(http.StatusRequestEntityTooLarge, "The field file exceeds its maximum permitted size of %d bytes.", x.options.UploadLimit)
}

// fileType is the declared type of a file, or what its name says.
func fileType(name, declared string) string {
	if media, _, err := mime.ParseMediaType(declared); err == nil && media != "application/octet-stream" {
		return media
	}
	if byName := mime.TypeByExtension(filepath.Ext(name)); byName != "" {
		return byName
	}
	return "application/octet-stream"
}

func (x *exchange) showAttachment(a *attachment) record {
	content := x.link("attachment/content/" + a.id)
	if x.dataCenter {
		content = x.base + "/secure/attachment/" + a.id + "/" + url.PathEscape(a.name)
	}
	return record{
		"self": x.link("attachment/" + a.id), "id": a.id, "filename": a.name, "author": x.showUser(a.author), "created": stamp(a.created),
		"size": len(a.content), "mimeType": a.media, "content": content,
	}
}

func attach(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	if len(x.files) == 0 {
		return reply{}, badRequest("There is no file in the form: name the part 'file'.")
	}
	added := []*attachment{}
	for _, file := range x.files {
		added = append(added, &attachment{
			id: x.newID(), name: file.name, media: file.media, issue: i, author: x.me(), created: x.now, content: file.content,
		})
	}
	i.attachments = append(i.attachments, added...)
	x.changed(i, item("attachment", "", "", added[0].id, added[0].name))
	return ok(each(added, x.showAttachment))
}

func getAttachmentSettings(x *exchange) (reply, error) {
	return ok(record{"enabled": true, "uploadLimit": x.options.UploadLimit})
}

func (x *exchange) foundAttachment() (*attachment, error) {
	for _, i := range x.issues {
		if a := find(i.attachments, func(a *attachment) bool { return a.id == x.params["id"] }); a != nil {
			return a, nil
		}
	}
	return nil, notFound("The attachment with id '%s' does not exist", clip(x.params["id"], 40))
}

func getAttachment(x *exchange) (reply, error) {
	a, err := x.foundAttachment()
	if err != nil {
		return reply{}, err
	}
	return ok(x.showAttachment(a))
}

func deleteAttachment(x *exchange) (reply, error) {
	a, err := x.foundAttachment()
	if err != nil {
		return reply{}, err
	}
	a.issue.attachments = filter(a.issue.attachments, func(other *attachment) bool { return other != a })
	x.changed(a.issue, item("attachment", a.id, a.name, "", ""))
	return done()
}

// getContent leads to the bytes, or gives them where the query says redirect=false.
func getContent(x *exchange) (reply, error) {
	a, err := x.foundAttachment()
	if err != nil {
		return reply{}, err
	}
	if x.query.Get("redirect") == "false" {
		return reply{status: http.StatusOK, content: a}, nil
	}
	return reply{status: http.StatusSeeOther, location: x.base + "/secure/attachment/" + a.id + "/" + url.PathEscape(a.name)}, nil
}

func getSecureContent(x *exchange) (reply, error) {
	a, err := x.foundAttachment()
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, content: a}, nil
}

// write sends the bytes as a download: a browser must not run them.
func (a *attachment) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.media)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.name}))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(len(a.content)))
	_, _ = w.Write(a.content) // a client that left needs no answer
}
