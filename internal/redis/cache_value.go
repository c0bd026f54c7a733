package redis

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// A value is: flags, the states of both tags and the answer's number (25 bytes, which the scripts read), and a payload,
// which may be compressed and then sealed: when it was stored, how long it is fresh and kept, what it is, and the answer.
const (
	headBytes    = 1 + 3*8
	payloadBytes = 3*8 + 1

	flagFormat     = 0x10 // of this format; the high half tells formats apart
	flagCompressed = 0x01
	flagSealed     = 0x02

	isOutput = 'o'
	isFault  = 'f'

	compressAbove = 4 << 10 // bytes
	maxRatio      = 8       // of an answer to how it is stored
)

var (
	errNothing  = errors.New("it is not to be kept at all")
	errTooLarge = errors.New("it is too large to keep")
	errFormat   = errors.New("it is not in the form that this version writes")
)

// keptFault is how a fault is stored.
type keptFault struct {
	Code       operations.Code         `json:"code"`
	Detail     string                  `json:"detail"`
	Faults     []operations.InputFault `json:"faults,omitempty"`
	Suggestion []string                `json:"suggestion,omitempty"`
	Upstream   *operations.Upstream    `json:"upstream,omitempty"`
}

func (c *Cache) encode(keys *cacheKeys, leased *execute.Stamp, entry *execute.Entry) ([]byte, error) {
	if entry.Keep <= 0 {
		return nil, errNothing
	}
	what, body := byte(isOutput), []byte(entry.Output)
	if f := entry.Fault; f != nil {
		var err error
		what = isFault
		if body, err = json.Marshal(keptFault{f.Code, f.Detail, f.Faults, f.Suggestion, f.Upstream}); err != nil {
			return nil, fmt.Errorf("encoding a fault: %w", err)
		}
	}
	if len(body) > maxRatio*c.options.MaxBytes {
		return nil, errTooLarge
	}
	head := append([]byte{flagFormat}, bytesOf(leased.Account, leased.Resource, leased.Fence)...)
	payload := make([]byte, 0, payloadBytes+len(body))
	for _, n := range []int64{entry.Stored.UnixNano(), int64(entry.Fresh), int64(entry.Keep)} {
		payload = binary.LittleEndian.AppendUint64(payload, uint64(n))
	}
	payload = append(append(payload, what), body...)
	if len(payload) > compressAbove {
		if compressed := s2.Encode(nil, payload); len(compressed) < len(payload) {
			payload, head[0] = compressed, head[0]|flagCompressed
		}
	}
	if c.options.Seal != nil {
		head[0] |= flagSealed
		var err error
		if payload, err = c.options.Seal.Seal(payload, contextOf(keys, head)); err != nil {
			return nil, fmt.Errorf("sealing an answer: %w", err)
		}
	}
	if len(head)+len(payload) > c.options.MaxBytes {
		return nil, errTooLarge
	}
	return append(head, payload...), nil
}

// contextOf binds a sealed value to its place, and to the states of its tags.
func contextOf(keys *cacheKeys, head []byte) []byte {
	context := make([]byte, 0, len(keys.value)+headBytes)
	return append(append(context, keys.value...), head...)
}

// decode reads a value, if its tags' states are those of the stamp, which takes over the answer's number.
func (c *Cache) decode(keys *cacheKeys, value any, stamp *execute.Stamp) (execute.Entry, bool) {
	text, ok := value.(string)
	if !ok || len(text) < headBytes || stamp.Account == 0 || stamp.Resource == 0 {
		return execute.Entry{}, false
	}
	blob := []byte(text)
	head, payload := blob[:headBytes], blob[headBytes:]
	if binary.LittleEndian.Uint64(head[1:]) != stamp.Account || binary.LittleEndian.Uint64(head[9:]) != stamp.Resource {
		return execute.Entry{}, false
	}
	stamp.Entry = binary.LittleEndian.Uint64(head[17:])
	entry, err := c.open(keys, head, payload)
	if err != nil {
		c.metrics.unreadable.Inc()
		return execute.Entry{}, false
	}
	return entry, true
}

// open reads a payload. Where answers are sealed, none that is not counts.
func (c *Cache) open(keys *cacheKeys, head, payload []byte) (entry execute.Entry, err error) {
	sealed := head[0]&flagSealed != 0
	if head[0]&^(flagCompressed|flagSealed) != flagFormat || sealed != (c.options.Seal != nil) {
		return entry, errFormat
	}
	if sealed {
		if payload, err = c.options.Seal.Open(payload, contextOf(keys, head)); err != nil {
			return entry, fmt.Errorf("opening an answer: %w", err)
		}
	}
	if head[0]&flagCompressed != 0 {
		if n, err := s2.DecodedLen(payload); err != nil || n > payloadBytes+maxRatio*c.options.MaxBytes {
			return entry, errFormat
		}
		if payload, err = s2.Decode(nil, payload); err != nil {
			return entry, fmt.Errorf("expanding an answer: %w", err)
		}
	}
	return readPayload(payload)
}

func readPayload(payload []byte) (entry execute.Entry, err error) {
	if len(payload) < payloadBytes {
		return entry, errFormat
	}
	number := func(i int) int64 { return int64(binary.LittleEndian.Uint64(payload[8*i:])) }
	entry = execute.Entry{
		Stored: time.Unix(0, number(0)).UTC(), Fresh: time.Duration(number(1)), Keep: time.Duration(number(2)),
	}
	what, body := payload[payloadBytes-1], payload[payloadBytes:]
	if what == isOutput {
		entry.Output = body
		return entry, nil
	}
	var kept keptFault
	if what != isFault {
		return entry, errFormat
	}
	if err := json.Unmarshal(body, &kept); err != nil {
		return entry, fmt.Errorf("decoding a fault: %w", err)
	}
	entry.Fault = &operations.Error{
		Code: kept.Code, Detail: kept.Detail, Faults: kept.Faults, Suggestion: kept.Suggestion, Upstream: kept.Upstream,
	}
	return entry, nil
}

func setResult(err error) string {
	switch {
	case errors.Is(err, errTooLarge):
		return "large"
	case errors.Is(err, errNothing):
		return "nothing"
	default:
		return "broken"
	}
}
