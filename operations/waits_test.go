package operations_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/operations"
)

func TestWaitsAreToldApart(t *testing.T) {
	t.Parallel()
	var u operations.Usage
	u.AddWaitFor("api", time.Second)
	u.AddWaitFor("retry", 2*time.Second)
	u.AddWaitFor("api", 3*time.Second)
	u.AddWaitFor("none", 0)
	want := []operations.Wait{{Limit: "api", Time: 4 * time.Second}, {Limit: "retry", Time: 2 * time.Second}}
	if diff := cmp.Diff(want, u.Waits()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range 20 {
		u.AddWaitFor(fmt.Sprint("limit", i), time.Second)
	}
	waits := u.Waits()
	if last := waits[len(waits)-1]; len(waits) != 10 || last.Limit != "other" || last.Time != 13*time.Second || u.Waited() != 26*time.Second {
		t.Errorf("%d waits in all of %s: %v", len(waits), u.Waited(), waits)
	}
}
