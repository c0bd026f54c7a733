package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The heap may grow by so much, in bytes, before garbage is collected, though no further than to maxGrowth times what is in
// use. What is in use is little: at Go's own setting, a busy hub would collect several times a second for nothing.
const (
	roomToGrow = 32 << 20
	maxGrowth  = 400 // per cent
)

// startMemory is from how much memory on, in bytes, garbage is collected while the hub starts.
const startMemory = 128 << 20

// hurryStart lets starting make garbage that nobody collects: it is over soon. tuneMemory ends that.
func hurryStart() {
	if !tunedByOperator() {
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(startMemory)
	}
}

// tuneMemory sees to it that garbage is collected when that pays, unless the operator has said how himself. It gives the
// memory back that starting has taken.
func tuneMemory() {
	if tunedByOperator() {
		return
	}
	debug.SetGCPercent(maxGrowth)
	debug.SetMemoryLimit(math.MaxInt64)
	debug.FreeOSMemory()
	(&tuner{sample: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}, percent: maxGrowth}).tune()
}

func tunedByOperator() bool { return os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" }

// tuner sets Go's own knob anew after each collection.
type tuner struct {
	sample  []metrics.Sample
	percent int
}

func (t *tuner) tune() {
	metrics.Read(t.sample)
	percent := growth(t.sample[0].Value.Uint64())
	if change := percent - t.percent; change > t.percent/10 || change < -t.percent/10 {
		debug.SetGCPercent(percent)
		t.percent = percent
	}
	runtime.AddCleanup(new(collected), func(t *tuner) { t.tune() }, t)
}

// collected is something for the garbage collector to find: with a pointer in it, lest it shares its place with others.
type collected struct{ _ *int }

// growth is by how much the heap may grow, in per cent.
func growth(live uint64) int {
	return int(min(max(roomToGrow*100/max(live, 1), 100), maxGrowth))
}
