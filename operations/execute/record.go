package execute

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/patchbay/patchbay/operations"
)

// Record is what is kept of a call.
type Record struct {
	RequestID  string          `json:"requestId"`
	Time       time.Time       `json:"time"`
	Workspace  string          `json:"-"`
	Key        string          `json:"key"`
	Connector  string          `json:"connector"`
	Operation  string          `json:"operation"`
	Credential string          `json:"credentialId,omitempty"`
	Code       operations.Code `json:"code,omitempty"` // empty: it went well
	Detail     string          `json:"detail,omitempty"`
	Cached     Cached          `json:"cached"`
	Attempts   int64           `json:"attempts"`
	WaitedMs   float64         `json:"waitedMs"`
	UpstreamMs float64         `json:"upstreamMs"`
	DurationMs float64         `json:"durationMs"`
	Input      json.RawMessage `json:"input,omitempty"`
	Output     json.RawMessage `json:"output,omitempty"`
}

func (x *Executor) record(request *Request, start time.Time, result *Result, credential *operations.Credential, fault *operations.Error) {
	if x.Recorder == nil {
		return
	}
	r := Record{
		RequestID: request.ID, Time: start, Workspace: request.Caller.Workspace, Key: request.Caller.Key,
		Connector: request.Connector, Operation: result.Meta.Operation, Credential: request.Credential,
		Cached: result.Meta.Cached, Attempts: result.Meta.Attempts, WaitedMs: result.Meta.WaitedMs,
		UpstreamMs: result.Meta.UpstreamMs, DurationMs: result.Meta.DurationMs,
	}
	if fault != nil || x.RecordBodies {
		redactor := newRedactor(credential)
		if fault != nil {
			r.Code, r.Detail = fault.Code, redactor.text(fault.Detail)
		}
		if x.RecordBodies {
			r.Input, r.Output = redactor.json(request.Input), redactor.json(result.Output)
		}
	}
	x.Recorder.Record(r)
}

const redacted = "[redacted]"

// secretName matches the names of fields that hold secrets, whatever their service.
var secretName = regexp.MustCompile(`(?i)(pass(word|wd|phrase)|secret|token|api_?-?key|authorization|cookie|credential|private_?key)`)

// redactor takes secrets out of what is kept: by the name of the field, and by the credential's own values.
type redactor struct{ values []string }

func newRedactor(credential *operations.Credential) redactor {
	var r redactor
	if credential == nil {
		return r
	}
	for _, value := range credential.Secrets {
		if len(value) >= 4 {
			r.values = append(r.values, value)
		}
	}
	return r
}

func (r redactor) text(s string) string {
	for _, value := range r.values {
		s = strings.ReplaceAll(s, value, redacted)
	}
	return s
}

func (r redactor) json(document json.RawMessage) json.RawMessage {
	if len(document) == 0 {
		return nil
	}
	decoded, err := operations.Decode(document)
	if err != nil {
		return nil
	}
	clean, err := json.Marshal(r.value(decoded))
	if err != nil {
		return nil
	}
	return clean
}

func (r redactor) value(v any) any {
	switch v := v.(type) {
	case string:
		return r.text(v)
	case []any:
		for i := range v {
			v[i] = r.value(v[i])
		}
	case map[string]any:
		named, _ := v["key"].(string)
		for name := range v {
			if secretName.MatchString(name) || name == "value" && secretName.MatchString(named) {
				v[name] = redacted
				continue
			}
			v[name] = r.value(v[name])
		}
	}
	return v
}
