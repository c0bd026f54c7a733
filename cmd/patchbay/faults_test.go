package main

import (
	"flag"
	"testing"
	"time"
)

// faultsTime is short where all tests run, and longer with `make faults`.
var faultsTime = flag.Duration("faults.duration", 2*time.Second, "how long each scenario of TestFaults is under load")

// TestFaults runs three hubs as processes on one data folder and one Redis, in front of sandboxes that fail by a script,
// and prints what came of each scenario; docs/faults.md says how to read that. Counts that have to be exact are asserted.
// Times and rates are printed only: a busy machine makes them worse without a fault of the hub.
//
// It is not parallel: it has the machine to itself as far as this package goes.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs several processes for most of a minute")
	}
	c := startCluster(t)
	table := &sheet{}
	defer table.print()
	for _, scenario := range []struct {
		name string
		run  func(*testing.T, *cluster, *sheet)
	}{
		{"limits", limitsHold},
		{"hour", hourHolds},
		{"learned", learnedHolds},
		{"redis", redisGoes},
		{"drop-down", dropDownIsFetchedOnce},
		{"writes", writesAreDoneOnce},
		{"twins", twinsAreDoneOnce},
		{"storm", stormPasses},
		{"clocks", clocksDiffer},
		{"node", nodeGoes},
	} {
		t.Run(scenario.name, func(t *testing.T) { scenario.run(t, c, table) })
	}
	c.soundness(t)
}
