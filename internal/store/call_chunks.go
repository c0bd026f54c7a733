package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/klauspost/compress/s2"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// errBroken tells that bytes are not what a batch made.
var errBroken = errors.New("the records are broken")

// storedCall is a call of a segment, and where its bodies are.
type storedCall struct {
	Call
	segment int64
	block   [2]int // of the bodies' column: the bytes of its chunk's block
	at      int    // within the block
	input   int    // bytes
	output  int
}

// pick adds to found the newest records of a segment that the filter lets through, most at most, oldest first. What it has found
// before it meets broken bytes stays.
func pick(found []storedCall, segment []byte, workspace string, filter *CallFilter, most int) ([]storedCall, error) {
	// Most records of a segment may be of no use, and making calls of them costs most: so those that fit are counted first.
	count := chunkReader{filter: filter, skip: math.MaxInt, rest: segment}
	_, err := count.all(nil)
	if count.fitting == 0 {
		return found, err
	}
	in := chunkReader{workspace: workspace, filter: filter, skip: count.fitting - most, rest: segment}
	return in.all(found)
}

// chunkReader reads the chunks of a segment.
type chunkReader struct {
	workspace string
	filter    *CallFilter
	skip      int    // how many of those that fit are not given
	fitting   int    // how many did up to here
	block     [2]int // of the chunk that is read

	rest   []byte
	broken bool

	// Of the record that was read last.
	texts  [texts][]byte
	made   [texts]string // the texts as strings, where they were asked for
	time   int64
	bodies int // bytes of all bodies of the chunk up to here
}

func (c *chunkReader) all(found []storedCall) ([]storedCall, error) {
	for len(c.rest) > 0 {
		var err error
		if found, err = c.chunk(found); err != nil {
			return found, err
		}
	}
	return found, nil
}

// chunk reads one chunk.
func (c *chunkReader) chunk(found []storedCall) ([]storedCall, error) {
	version := c.bytes(1)
	if c.broken || version[0] != chunkVersion {
		return found, fmt.Errorf("%w: a chunk of an unknown version", errBroken)
	}
	first, count, block, size := c.number(), c.number(), c.number(), c.number()
	records := c.bytes(size)
	after := c.rest
	if c.broken || first > math.MaxInt64/2 || count > size || block > uint64(math.MaxInt32-c.block[1]) {
		return found, fmt.Errorf("%w: a chunk's beginning", errBroken)
	}
	c.block = [2]int{c.block[1], c.block[1] + int(block)}
	for i := range c.texts {
		c.texts[i] = c.texts[i][:0]
	}
	c.rest, c.time, c.bodies = records, 0, 0
	for id := int64(first); id < int64(first+count); id++ {
		if c.filter.Before > 0 && id >= c.filter.Before {
			break // of no use; those that follow neither
		}
		if found = c.record(found, id); c.broken {
			return found, fmt.Errorf("%w: record %d", errBroken, id)
		}
	}
	c.rest = after
	return found, nil
}

// record reads one record, and adds it to found if the filter lets it through.
func (c *chunkReader) record(found []storedCall, id int64) []storedCall {
	changed := c.number()
	if changed > maxChanged {
		c.broken = true
	}
	for i := 0; i < texts && !c.broken; i++ {
		if changed&(1<<i) != 0 {
			c.text(&c.texts[i])
		}
	}
	c.time += c.signed()
	r := execute.Record{Attempts: c.signed(), WaitedMs: c.ms(), UpstreamMs: c.ms(), DurationMs: c.ms()}
	at := c.bodies
	input, output := c.body(changed&hasInput != 0), c.body(changed&hasOutput != 0)
	if c.broken || !c.fits() {
		return found
	}
	if c.fitting++; c.fitting <= c.skip {
		return found
	}
	c.fill(&r)
	return append(found, storedCall{Call: Call{id, r}, block: c.block, at: at, input: input, output: output})
}

// fits tells whether the filter lets the record through.
func (c *chunkReader) fits() bool {
	f := c.filter
	switch {
	case f.Operation != "" && string(c.texts[textOperation]) != f.Operation,
		f.Connector != "" && string(c.texts[textConnector]) != f.Connector:
		return false
	case f.Code == CodeOK:
		return len(c.texts[textCode]) == 0
	default:
		return f.Code == "" || string(c.texts[textCode]) == f.Code
	}
}

func (c *chunkReader) fill(r *execute.Record) {
	for i := range c.made {
		if c.made[i] != string(c.texts[i]) {
			c.made[i] = string(c.texts[i])
		}
	}
	r.Workspace, r.Time = c.workspace, moment(c.time)
	r.RequestID, r.Operation, r.Connector = c.made[textRequest], c.made[textOperation], c.made[textConnector]
	r.Credential, r.Key, r.Detail = c.made[textCredential], c.made[textKey], c.made[textDetail]
	r.Cached, r.Code = execute.Cached(c.made[textCached]), operations.Code(c.made[textCode])
}

// text reads what is new of a text.
func (c *chunkReader) text(last *[]byte) {
	shared, further := c.number(), c.number()
	if c.broken || shared > uint64(len(*last)) || further > maxRecordedText+uint64(len(cutMark))-shared {
		c.broken = true
		return
	}
	*last = append((*last)[:shared], c.bytes(further)...)
}

func (c *chunkReader) ms() float64 {
	n := c.number()
	if n != rawMs {
		return float64(n-1) / msFactor
	}
	raw := c.bytes(8)
	if c.broken {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(raw))
}

func (c *chunkReader) body(is bool) int {
	if !is {
		return 0
	}
	size := c.number()
	if size > maxRecordedBody {
		c.broken = true
		return 0
	}
	c.bodies += int(size)
	c.broken = c.broken || c.bodies > maxBodies
	return int(size)
}

func (c *chunkReader) number() uint64 {
	n, size := binary.Uvarint(c.rest)
	if size <= 0 {
		c.broken, c.rest = true, nil
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

func (c *chunkReader) signed() int64 {
	n, size := binary.Varint(c.rest)
	if size <= 0 {
		c.broken, c.rest = true, nil
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

func (c *chunkReader) bytes(n uint64) []byte {
	if n > uint64(len(c.rest)) {
		c.broken, c.rest = true, nil
		return nil
	}
	taken := c.rest[:n]
	c.rest = c.rest[n:]
	return taken
}

// addBodies gives calls of one segment their bodies out of its column.
func addBodies(calls []storedCall, column []byte) error {
	var block [2]int
	var plain []byte
	for i := range calls {
		c := &calls[i]
		if c.input+c.output == 0 {
			continue
		}
		if plain == nil || c.block != block {
			var err error
			if plain, err = openBlock(column, c.block); err != nil {
				return err
			}
			block = c.block
		}
		end := c.at + c.input + c.output
		if end > len(plain) {
			return fmt.Errorf("%w: the bodies of record %d", errBroken, c.ID)
		}
		c.Input, c.Output = ownBody(plain[c.at:c.at+c.input]), ownBody(plain[c.at+c.input:end])
	}
	return nil
}

// openBlock makes a block of bodies what it was before it was compressed.
func openBlock(column []byte, block [2]int) ([]byte, error) {
	if block[1] > len(column) {
		return nil, fmt.Errorf("%w: a block of bodies is missing", errBroken)
	}
	compressed := column[block[0]:block[1]]
	size, err := s2.DecodedLen(compressed)
	if err != nil || size > maxBodies {
		return nil, fmt.Errorf("%w: the size of a block of bodies", errBroken)
	}
	plain, err := s2.Decode(nil, compressed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	return plain, nil
}

// ownBody is a body as a call has it: nil if there is none, and in a place of its own, so that it does not hold the whole block.
func ownBody(b []byte) json.RawMessage {
	if len(b) == 0 {
		return nil
	}
	return json.RawMessage(bytes.Clone(b))
}
