package server

import "testing"

// TestBodiesCompile: what is compiled only when it is wanted can be compiled.
func TestBodiesCompile(t *testing.T) {
	t.Parallel()
	all := newHub(t).server.bodies
	if len(all) == 0 {
		t.Error("no route has a body")
	}
	for name, compile := range all {
		if validator, err := compile(); err != nil || validator == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
