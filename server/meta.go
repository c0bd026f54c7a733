package server

import (
	"math"
	"strconv"

	"github.com/patchbay/patchbay/operations/execute"
)

// appendMeta writes what encode would, without looking at what a Meta is made of: every answer has one.
func appendMeta(b []byte, m *execute.Meta) []byte {
	plain := isPlain(m.RequestID) && isPlain(m.Connector) && isPlain(m.Operation) && isPlain(string(m.Cached))
	if !plain || len(m.Waits)+len(m.Warnings) > 0 {
		return append(b, encode(*m)...) // a copy, so that no other Meta has to be on the heap
	}
	b = appendText(append(b, `{"requestId":`...), m.RequestID)
	b = appendText(append(b, `,"connector":`...), m.Connector)
	b = appendText(append(b, `,"operation":`...), m.Operation)
	b = appendText(append(b, `,"cached":`...), string(m.Cached))
	if m.AgeSeconds != 0 {
		b = appendNumber(append(b, `,"ageSeconds":`...), m.AgeSeconds)
	}
	b = strconv.AppendInt(append(b, `,"attempts":`...), m.Attempts, 10)
	b = appendNumber(append(b, `,"waitedMs":`...), m.WaitedMs)
	b = appendNumber(append(b, `,"upstreamMs":`...), m.UpstreamMs)
	b = appendNumber(append(b, `,"durationMs":`...), m.DurationMs)
	return append(b, '}')
}

// isPlain tells whether a text is the same in JSON, but for the quotes.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func appendText(b []byte, s string) []byte { return append(append(append(b, '"'), s...), '"') }

// appendNumber writes a number as encoding/json does, if it is neither very large nor very small.
func appendNumber(b []byte, f float64) []byte {
	const most = 1 << 40
	if hundredths := math.Round(f * 100); !math.Signbit(f) && f < most && hundredths/100 == f {
		return appendHundredths(b, uint64(hundredths))
	}
	if size := math.Abs(f); size != 0 && size < 1e-6 || size >= 1e21 {
		return append(b, encode(f)...)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendHundredths writes a number of hundredths, which durations are, with no more digits than it needs.
func appendHundredths(b []byte, n uint64) []byte {
	b = strconv.AppendUint(b, n/100, 10)
	switch rest := byte(n % 100); {
	case rest == 0:
		return b
	case rest%10 == 0:
		return append(b, '.', '0'+rest/10)
	default:
		return append(b, '.', '0'+rest/10, '0'+rest%10)
	}
}
