package main

import "testing"

// TestGrowth: the heap may grow by the room there is, by as much as is in use at the least, and by maxGrowth at the most.
func TestGrowth(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		live uint64
		want int
	}{
		{0, maxGrowth}, {1 << 20, maxGrowth}, {roomToGrow / 4, 400}, {roomToGrow / 2, 200}, {roomToGrow, 100}, {1 << 40, 100},
	} {
		if got := growth(test.live); got != test.want {
			t.Errorf("of %d bytes in use: %d %%, want %d", test.live, got, test.want)
		}
	}
}
