//go:build !race

package platform_test

// underRace: the race detector is off.
const underRace = false
