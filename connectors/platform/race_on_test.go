//go:build race

package platform_test

// underRace: the race detector is on, and SQLite ten times slower.
const underRace = true
