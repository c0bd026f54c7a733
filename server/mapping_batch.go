package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/mapping"
	"github.com/patchbay/patchbay/operations"
)

// Batches are lines of JSON: https://github.com/ndjson/ndjson-spec.
const mimeNDJSON = "application/x-ndjson"

// Bounds of batches.
const (
	maxBatches    = 32              // under way at once
	batchPatience = 2 * time.Minute // with a client that sends nothing
	maxHeadLine   = mapping.MaxDocumentBytes + 4<<10
)

// batchJob is what a batch is to be done with.
type batchJob struct {
	mapping *mapping.Mapping
	lookups *lookups
	body    io.Reader // the records
}

// postBatch maps records with a stored mapping.
func (s *Server) postBatch(ctx context.Context, x *exchange) error {
	if err := x.wantContentType(ndjsonTypes()...); err != nil {
		return err
	}
	version, err := wholeNumber(x, "version", 0, maxVersion)
	if err != nil {
		return err
	}
	stored, err := s.storedMapping(ctx, x, x.param("mapping"), version)
	if err != nil {
		return err
	}
	job, err := s.batchOf(ctx, x, stored.Document, x.Query("credentialId"))
	if err != nil {
		return err
	}
	in := x.newIncoming(batchPatience)
	job.body = in
	return s.startBatch(x, in, job)
}

func ndjsonTypes() []string { return []string{mimeNDJSON, "application/ndjson", "application/jsonl"} }

// postInlineBatch maps records with the mapping that stands in the first line, {"mapping":{…},"credentialId"?:"…"}.
func (s *Server) postInlineBatch(ctx context.Context, x *exchange) error {
	if err := x.wantContentType(ndjsonTypes()...); err != nil {
		return err
	}
	if s.Mappings == nil {
		return lacks("mappings")
	}
	in := x.newIncoming(batchPatience)
	reader := bufio.NewReaderSize(in, 64<<10)
	head, err := readHead(reader)
	if err != nil {
		x.broken = operations.AsError(err).Err != nil
		return err
	}
	document, credential, err := decodeHead(head)
	if err != nil {
		return err
	}
	job, err := s.batchOf(ctx, x, document, credential)
	if err != nil {
		return below("/mapping", err)
	}
	job.body = reader
	return s.startBatch(x, in, job)
}

// readHead reads the first line.
func readHead(reader *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := reader.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxHeadLine:
			return nil, operations.Errorf(operations.CodeTooLarge, "the first line, with the mapping, is longer than %d bytes", maxHeadLine)
		case err == nil, errors.Is(err, io.EOF):
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, &operations.Error{
				Code: operations.CodeMalformedRequest, Detail: "the body ended too early, came too slowly or is badly framed", Err: err,
			}
		}
	}
}

func decodeHead(line []byte) (document json.RawMessage, credential string, err error) {
	if _, err := operations.DecodeInput(line); err != nil {
		e := operations.AsError(err)
		return nil, "", operations.Errorf(e.Code, `the first line must be {"mapping":{…}}: %s`, e.Detail)
	}
	var faults []operations.InputFault
	check := func(ok bool, pointer, detail string) {
		if !ok {
			faults = append(faults, operations.InputFault{Pointer: pointer, Detail: detail})
		}
	}
	head := gjson.ParseBytes(line)
	check(head.IsObject() && head.Get("mapping").IsObject(), "/mapping", "must be an object, in the first line")
	if head.IsObject() {
		head.ForEach(func(key, value gjson.Result) bool {
			switch key.String() {
			case "mapping":
			case "credentialId":
				check(value.Type == gjson.String, "/credentialId", "must be a string")
			default:
				check(false, "/"+escapeToken(key.String()), "is not a known field")
			}
			return true
		})
	}
	if len(faults) > 0 {
		return nil, "", invalidBody(faults)
	}
	return json.RawMessage(head.Get("mapping").Raw), head.Get("credentialId").String(), nil
}

func (s *Server) batchOf(ctx context.Context, x *exchange, document json.RawMessage, credential string) (batchJob, error) {
	compiled, err := s.Mappings.Compile(ctx, x.key.Workspace, document, "")
	if err != nil {
		return batchJob{}, err
	}
	l, err := s.lookupsFor(ctx, x, credential)
	if err != nil {
		return batchJob{}, err
	}
	l.request.Bulk = true
	return batchJob{mapping: compiled, lookups: l}, nil
}

func (s *Server) startBatch(x *exchange, in *incoming, job batchJob) error {
	select {
	case s.batches <- struct{}{}:
	default:
		return &operations.Error{
			Code: operations.CodeUnavailable, Detail: "as many batches as the hub takes at once are under way; try again later", RetryAfter: 5 * time.Second,
		}
	}
	log, id := s.log, x.id
	s.stream(x, in, mimeNDJSON, func(ctx context.Context, out io.Writer) {
		start := time.Now()
		count, err := job.mapping.Batch(ctx, job.body, out, mapping.BatchOptions{Lookups: job.lookups})
		log.InfoContext(ctx, "batch", "request", id, "lines", count.Lines, "mapped", count.Mapped, "failed", count.Failed,
			"duration", time.Since(start), "whole", err == nil)
		_, _ = out.Write(endLine(ctx, count, err)) // a client that has left does not read it
	}, func() { <-s.batches })
	return nil
}

// batchEnd is the last line of a batch, by which a client knows that it is whole.
type batchEnd struct {
	mapping.BatchCount
	Error *batchError `json:"error,omitempty"`
}

// batchError says why a batch broke off.
type batchError struct {
	Code   operations.Code `json:"code"`
	Status int             `json:"status"`
	Detail string          `json:"detail"`
}

func endLine(ctx context.Context, count mapping.BatchCount, err error) []byte {
	end := batchEnd{BatchCount: count}
	if err != nil {
		e := brokenOff(ctx, err)
		end.Error = &batchError{e.Code, e.Code.Info().Status, e.Detail}
	}
	return append(bytes.TrimSpace(encode(map[string]batchEnd{"end": end})), '\n')
}

func brokenOff(ctx context.Context, err error) *operations.Error {
	switch {
	case ctx.Err() != nil:
		return operations.Errorf(operations.CodeUnavailable, "the batch broke off: the hub is stopping")
	case isTimeout(err):
		return operations.Errorf(operations.CodeMalformedRequest, "the batch broke off: no line came for %s", batchPatience)
	default:
		return operations.Errorf(operations.CodeMalformedRequest, "the batch broke off: the body ended too early or is badly framed: %w", err)
	}
}
