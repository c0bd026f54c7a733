package jira

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/patchbay/patchbay/operations"
)

func attachments() []operations.Operation {
	return []operations.Operation{addAttachment(), deleteAttachment()}
}

const attachmentDocs = groups + "issue-attachments/#api-rest-api-3-"

// attachment is a file as answers have it.
type attachment struct {
	ID         string `json:"id"`
	Self       string `json:"self,omitempty"`
	FileName   string `json:"file_name"`
	Size       int    `json:"size" doc:"Bytes."`
	MimeType   string `json:"mime_type,omitempty"`
	ContentURL string `json:"content_url,omitempty" doc:"Where the content lies; it takes the same login."`
	Author     *user  `json:"author,omitempty"`
	Created    string `json:"created,omitempty"`
}

type addAttachmentInput struct {
	issueRef
	FileName string `json:"file_name" doc:"Name the file is to have." minLength:"1" maxLength:"255" pattern:"^[^/\\\\\\x00-\\x1f]+$"`
	Content  string `json:"content" doc:"What is in it; 5 MB at most." maxLength:"7000000"`
	Encoding string `json:"encoding,omitempty" doc:"How content is written: base64, or text as it is." enum:"base64,text" default:"base64"`
	MimeType string `json:"mime_type,omitempty" doc:"Its media type." maxLength:"255" example:"text/plain"`
}

func addAttachment() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "add_attachment", Title: "Add attachment", Description: "Attaches a file to an issue.",
		Docs: attachmentDocs + "issue-issueidorkey-attachments-post", Resource: resourceAttachment, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectWrite,
		Compensation: &operations.Compensation{Operation: "delete_attachment", Input: map[string]string{"attachment_id": "output.id"}},
		Sample: operations.NewSample(
			`{"issue_key":"PROJ-1","file_name":"log.txt","content":"10:42 tray 2 is empty","encoding":"text","mime_type":"text/plain"}`,
			`{"id":"20001","file_name":"log.txt","size":21,"mime_type":"text/plain"}`),
	}, runAddAttachment)
}

// maxFile bounds a file, in bytes.
const maxFile = 5 << 20

func runAddAttachment(ctx context.Context, call *operations.Call, in addAttachmentInput) (attachment, error) {
	a, err := connect(call)
	if err != nil {
		return attachment{}, err
	}
	content := []byte(in.Content)
	if in.Encoding == "base64" {
		if content, err = base64.StdEncoding.DecodeString(in.Content); err != nil {
			return attachment{}, invalid("/content", "is not base64; if it is the text itself, set encoding to text")
		}
	}
	if len(content) > maxFile {
		return attachment{}, operations.Errorf(operations.CodeTooLarge, "the file is larger than %d bytes", maxFile)
	}
	form, contentType, err := fileForm(in, content)
	if err != nil {
		return attachment{}, err
	}
	request, err := a.client.NewMultiPartRequestWithContext(ctx, "POST", a.rest("issue", in.IssueKey, "attachments"), form)
	if err != nil {
		return attachment{}, fmt.Errorf("making a request to Jira: %w", err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("X-Atlassian-Token", "no-check")
	var added []gojira.Attachment
	if _, err := a.do(request, &added); err != nil {
		return attachment{}, err
	}
	if len(added) == 0 {
		return attachment{}, operations.Errorf(operations.CodeOutcomeUnknown, "Jira took the file and does not say what became of it")
	}
	return a.attachment(added[0]), nil
}

// fileForm is the form that takes a file.
func fileForm(in addAttachmentInput, content []byte) (*bytes.Buffer, string, error) {
	media := "application/octet-stream"
	if in.MimeType != "" {
		parsed, parameters, err := mime.ParseMediaType(in.MimeType)
		if err != nil {
			return nil, "", invalid("/mime_type", "is not a media type, such as text/plain")
		}
		media = mime.FormatMediaType(parsed, parameters)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	name := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(in.FileName)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {media},
	})
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, "", fmt.Errorf("writing the form: %w", err)
	}
	return &form, w.FormDataContentType(), nil
}

func (a *api) attachment(held gojira.Attachment) attachment {
	return attachment{
		ID: held.ID, Self: held.Self, FileName: held.Filename, Size: held.Size, MimeType: held.MimeType,
		ContentURL: held.Content, Author: a.user(held.Author), Created: held.Created,
	}
}

type deleteAttachmentInput struct {
	AttachmentID string `json:"attachment_id" doc:"Id of the file." maxLength:"20" pattern:"^[0-9]+$"`
}

func deleteAttachment() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_attachment", Title: "Delete attachment", Description: "Deletes a file of an issue for good.",
		Docs: attachmentDocs + "attachment-id-delete", Resource: resourceAttachment, Scopes: []string{scopeWrite},
		Kind: operations.KindAction, Effect: operations.EffectDestructive,
		Sample: operations.NewSample(`{"attachment_id":"10501"}`, `{"success":true}`),
	}, func(ctx context.Context, call *operations.Call, in deleteAttachmentInput) (done, error) {
		return remove(ctx, call, nil, "attachment", in.AttachmentID)
	})
}
