package store

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/klauspost/compress/s2"

	"github.com/patchbay/patchbay/operations/execute"
)

// Records are stored in chunks, each what one write brought of one workspace. Numbers are varints.
//
//	chunk  = chunkVersion, id of the first record, number of records, bytes of their block of bodies, bytes that follow, records
//	record = changed, the texts that changed, time, attempts, three durations, length of each body that there is
//	text   = bytes that it shares with the same text of the record before, number of further bytes, these bytes
//
// changed has a bit for each text that is not that of the record before, and one for each body. The time is the difference from
// the record before, in microseconds. The bodies of a chunk are a block by themselves, compressed by S2, so that listing
// passes over them. IDs within a chunk go up by one.
const chunkVersion = 1

// The texts of a record, those that change most often first: their bits make the smallest numbers.
const (
	textRequest = iota
	textOperation
	textConnector
	textCredential
	textCached
	textCode
	textKey
	textDetail
	texts // how many there are
)

// The bits of the bodies come after those of the texts.
const (
	hasInput = 1 << (texts + iota)
	hasOutput
	maxChanged = 1<<(texts+iota) - 1
)

// Bounds of what is kept of one call, in bytes.
const (
	maxRecordedBody = 32 << 10
	maxRecordedText = 2 << 10
	cutMark         = "…"
)

// maxBatchBytes is where a batch is full. The last record may go beyond it.
const maxBatchBytes = 256 << 10

// maxBodies bounds the bodies of a batch.
const maxBodies = maxBatchBytes + 2*maxRecordedBody

// batch gathers records of one workspace in the form in which they are stored. It keeps no string or body of theirs, which may
// lie in a buffer that is used again.
type batch struct {
	workspace      string
	count          int
	oldest, newest int64 // microseconds
	records        []byte
	bodies         []byte
	texts          [texts][]byte // of the last record
	time           int64         // of the last record
}

func (b *batch) size() int { return len(b.records) + len(b.bodies) }

func (b *batch) add(r *execute.Record) {
	values := [texts]string{
		textRequest: r.RequestID, textOperation: r.Operation, textConnector: r.Connector, textCredential: r.Credential,
		textCached: string(r.Cached), textCode: string(r.Code), textKey: r.Key, textDetail: r.Detail,
	}
	var changed uint64
	for i := range values {
		if len(values[i]) > maxRecordedText {
			values[i] = strings.ToValidUTF8(values[i][:maxRecordedText], "") + cutMark
		}
		if string(b.texts[i]) != values[i] {
			changed |= 1 << i
		}
	}
	if len(r.Input) > 0 {
		changed |= hasInput
	}
	if len(r.Output) > 0 {
		changed |= hasOutput
	}
	b.records = binary.AppendUvarint(b.records, changed)
	for i, value := range values {
		if changed&(1<<i) != 0 {
			b.addText(&b.texts[i], value)
		}
	}
	b.addTime(micros(r.Time))
	b.records = binary.AppendVarint(b.records, r.Attempts)
	b.records = appendMs(appendMs(appendMs(b.records, r.WaitedMs), r.UpstreamMs), r.DurationMs)
	b.addBody(r.Input)
	b.addBody(r.Output)
	b.count++
}

func (b *batch) addText(last *[]byte, text string) {
	shared, most := 0, min(len(*last), len(text))
	for shared < most && (*last)[shared] == text[shared] {
		shared++
	}
	*last = append((*last)[:shared], text[shared:]...)
	b.records = binary.AppendUvarint(b.records, uint64(shared))
	b.records = binary.AppendUvarint(b.records, uint64(len(text)-shared))
	b.records = append(b.records, text[shared:]...)
}

func (b *batch) addTime(at int64) {
	if b.count == 0 {
		b.oldest, b.newest = at, at
	}
	b.oldest, b.newest = min(b.oldest, at), max(b.newest, at)
	b.records = binary.AppendVarint(b.records, at-b.time)
	b.time = at
}

func (b *batch) addBody(body []byte) {
	switch {
	case len(body) == 0:
		return
	case len(body) > maxRecordedBody:
		body = omitted(len(body))
	}
	b.records = binary.AppendUvarint(b.records, uint64(len(body)))
	b.bodies = append(b.bodies, body...)
}

func omitted(size int) []byte { return fmt.Appendf(nil, `{"omitted":"%d bytes"}`, size) }

// Durations are hundredths of a millisecond as they come; others are kept as they are, marked by a number that those cannot be.
const (
	msFactor  = 100
	rawMs     = 0
	maxWaitMs = 1 << 40
)

func appendMs(to []byte, ms float64) []byte {
	if ms >= 0 && ms < maxWaitMs {
		if n := uint64(ms*msFactor + 0.5); float64(n)/msFactor == ms {
			return binary.AppendUvarint(to, n+1)
		}
	}
	return binary.LittleEndian.AppendUint64(append(to, rawMs), math.Float64bits(ms))
}

// chunk gives the batch as it is stored, with its bodies, once the id of its first record is known.
func (b *batch) chunk(first int64) (records, bodies []byte) {
	bodies = []byte{}
	if len(b.bodies) > 0 {
		bodies = s2.Encode(nil, b.bodies)
	}
	records = make([]byte, 0, len(b.records)+1+4*binary.MaxVarintLen64)
	records = append(records, chunkVersion)
	for _, n := range [...]uint64{uint64(first), uint64(b.count), uint64(len(bodies)), uint64(len(b.records))} {
		records = binary.AppendUvarint(records, n)
	}
	return append(records, b.records...), bodies
}

// largestSpare is how much memory a batch may keep for another use.
const largestSpare = 128 << 10

// reset makes the batch one of another workspace.
func (b *batch) reset(workspace string) {
	if cap(b.records)+cap(b.bodies) > largestSpare {
		b.records, b.bodies = nil, nil
	}
	b.workspace, b.count, b.oldest, b.newest, b.time = workspace, 0, 0, 0, 0
	b.records, b.bodies = b.records[:0], b.bodies[:0]
	for i := range b.texts {
		b.texts[i] = b.texts[i][:0]
	}
}
