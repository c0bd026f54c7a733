package slack

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/slack-go/slack"

	"github.com/patchbay/patchbay/operations"
)

func files() []operations.Operation {
	return []operations.Operation{uploadFile(), getFile(), deleteFile()}
}

type uploadFileInput struct {
	Filename       string  `json:"filename" doc:"with its ending, which tells what it is" minLength:"1" maxLength:"255"`
	Content        *string `json:"content,omitempty" doc:"the file, in base64"`
	Text           *string `json:"text,omitempty" doc:"in place of content: the file's text"`
	Title          string  `json:"title,omitempty" doc:"what is shown; the filename if left out" maxLength:"255"`
	Channel        string  `json:"channel,omitempty" doc:"where to share it; nobody else sees it without" lookup:"list_channels_ddl" maxLength:"64"`
	ThreadTS       string  `json:"thread_ts,omitempty" doc:"shares it in that thread of the channel" pattern:"^[0-9]+\\.[0-9]+$"`
	InitialComment string  `json:"initial_comment,omitempty" doc:"a message to go with it" maxLength:"40000"`
	AltText        string  `json:"alt_txt,omitempty" doc:"what a picture shows, for those who do not see it" maxLength:"1000"`
	SnippetType    string  `json:"snippet_type,omitempty" doc:"of a text: its language, e.g. python" maxLength:"50"`
}

type uploadFileOutput struct {
	done
	File file `json:"file"`
}

func uploadFile() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "upload_file", Title: "Upload file", Docs: "https://docs.slack.dev/messaging/working-with-files#uploading_files",
		Description: "Uploads a file and shares it in a channel. Give either content or text.",
		Resource:    "file", Kind: operations.KindAction, Effect: operations.EffectWrite, Scopes: []string{"files:write"},
		Compensation: &operations.Compensation{Operation: "delete_file", Input: map[string]string{"file": "output.file.id"}},
		Sample: operations.NewSample(
			`{"filename": "figures.csv", "text": "month,tickets\nJanuary,41\n", "title": "Figures of January", "channel": "C0SUPPORT01",
			  "initial_comment": "Here are the figures."}`,
			`{"ok": true, "file": {"id": "F1000000075", "title": "Figures of January"}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in uploadFileInput) (uploadFileOutput, error) {
		data, err := in.data()
		if err != nil {
			return uploadFileOutput{}, err
		}
		return in.run(ctx, dial(call), data)
	})
}

// run uploads in three steps: Slack names a place for the file, the file goes there, and Slack is told that it is there.
func (in uploadFileInput) run(ctx context.Context, s *session, data []byte) (uploadFileOutput, error) {
	_, err := s.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
		FileName: in.Filename, FileSize: len(data), AltTxt: in.AltText, SnippetType: in.SnippetType,
	})
	place, err := result[slack.GetUploadURLExternalResponse](s, err)
	if err != nil {
		return uploadFileOutput{}, err
	}
	if err := s.upload(ctx, place.UploadURL, data); err != nil {
		return uploadFileOutput{}, err
	}
	_, err = s.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files: []slack.FileSummary{{ID: place.FileID, Title: in.Title}}, Channel: in.Channel, ThreadTimestamp: in.ThreadTS,
		InitialComment: in.InitialComment,
	})
	answer, err := result[struct {
		done
		Files []file `json:"files"`
	}](s, err)
	if err == nil && len(answer.Files) != 1 {
		err = s.senseless(http.StatusOK, nil, fmt.Errorf("reading the answer: it holds %d files", len(answer.Files)))
	}
	if err != nil {
		return uploadFileOutput{}, err
	}
	return uploadFileOutput{done: answer.done, File: answer.Files[0]}, nil
}

// data is the file, or what is wrong with it.
func (in uploadFileInput) data() ([]byte, error) {
	switch {
	case (in.Content == nil) == (in.Text == nil):
		return nil, invalid(operations.InputFault{Pointer: "/content", Detail: "is required, or else text; not both"})
	case in.Text != nil && *in.Text == "":
		return nil, invalid(operations.InputFault{Pointer: "/text", Detail: "is empty; Slack takes no empty file"})
	case in.Text != nil:
		return []byte(*in.Text), nil
	}
	data, err := base64.StdEncoding.DecodeString(*in.Content)
	switch {
	case err != nil:
		return nil, invalid(operations.InputFault{Pointer: "/content", Detail: "is not base64"})
	case len(data) == 0:
		return nil, invalid(operations.InputFault{Pointer: "/content", Detail: "is empty; Slack takes no empty file"})
	}
	return data, nil
}

// upload sends a file to the place that Slack has named for it. It lies on another host of Slack's; whether that may be is the
// hub's to say.
func (s *session) upload(ctx context.Context, place string, data []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, place, bytes.NewReader(data))
	if err != nil {
		return s.senseless(http.StatusOK, nil, fmt.Errorf("reading the upload URL: %w", err))
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	_, err = s.call.Send(request)
	return err
}

type getFileInput struct {
	File string `json:"file" doc:"the file's id" minLength:"1" maxLength:"64"`
}

type getFileOutput struct {
	done
	File file `json:"file"`
}

func getFile() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "get_file", Title: "Get file", Docs: method("files.info"),
		Description: "Tells about a file: its name, kind and size, and where it is shared.",
		Resource:    "file", Kind: operations.KindAction, Effect: operations.EffectRead, Scopes: []string{"files:read"},
		Sample: operations.NewSample(
			`{"file": "F0REPORT001"}`,
			`{"ok": true, "file": {"id": "F0REPORT001", "name": "weekly-report.csv", "title": "Weekly report", "mimetype": "text/csv",
			  "filetype": "csv", "size": 50, "user": "U0PATCHBAY1", "created": 1767272400}}`,
		),
	}, func(ctx context.Context, call *operations.Call, in getFileInput) (getFileOutput, error) {
		s := dial(call)
		_, _, _, err := s.api.GetFileInfoContext(ctx, in.File, 1, 1)
		return result[getFileOutput](s, err)
	})
}

type deleteFileInput struct {
	File string `json:"file" doc:"the file's id" minLength:"1" maxLength:"64"`
}

func deleteFile() operations.Operation {
	return operations.Typed(operations.Spec{
		Name: "delete_file", Title: "Delete file", Docs: method("files.delete"),
		Description: "Deletes a file everywhere. A bot's token may delete the bot's own only.",
		Resource:    "file", Kind: operations.KindAction, Effect: operations.EffectDestructive, Scopes: []string{"files:write"},
		Sample: operations.NewSample(`{"file": "F0SCRATCH01"}`, `{"ok": true}`),
	}, func(ctx context.Context, call *operations.Call, in deleteFileInput) (done, error) {
		s := dial(call)
		return result[done](s, s.api.DeleteFileContext(ctx, in.File))
	})
}
