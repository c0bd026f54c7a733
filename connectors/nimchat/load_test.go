package nimchat

import "testing"

// BenchmarkLoad is what the connector costs at the start of the hub.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load()
	}
}
