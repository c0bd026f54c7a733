package gateway_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
)

func TestLessons(t *testing.T) {
	t.Parallel()
	header := func(limit, remaining, reset string) http.Header {
		return http.Header{"X-Ratelimit-Limit": {limit}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}}
	}
	const key = "limit:{ws1/cr1/acme}:all:50/1m0s"
	for _, test := range []struct {
		name   string
		status int
		header http.Header
		want   []gateway.Lesson // Reset is from now on
	}{
		{"plenty", 200, header("100", "51", "30"), nil},
		{"half spent", 200, header("100", "50", "30"), []gateway.Lesson{{Key: key, Limit: 100, Remaining: 50, Reset: time.Unix(30, 0)}}},
		{"used up", 200, header("100", "0", "30"), []gateway.Lesson{{Key: key, Limit: 100, Reset: time.Unix(30, 0)}}},
		{"of a refusal", 404, header("100", "0", "30"), []gateway.Lesson{{Key: key, Limit: 100, Reset: time.Unix(30, 0)}}},
		{"no limit told", 200, http.Header{"Ratelimit": {`"x";r=9000;t=5`}}, []gateway.Lesson{{Key: key, Remaining: 9000, Reset: time.Unix(5, 0)}}},
		{"far away", 200, header("100", "1", "999999"), []gateway.Lesson{{Key: key, Limit: 100, Remaining: 1, Reset: time.Unix(3600, 0)}}},
		{"paused instead", 429, http.Header{"Retry-After": {"60"}, "Ratelimit": {`"x";r=0;t=5`}}, nil},
		{"nonsense", 200, header("100", "few", "soon"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			service := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
				for name, values := range test.header {
					w.Header()[name] = values
				}
				w.WriteHeader(test.status)
			})
			limiter := &openLimiter{}
			g, c := newGateway(t, gateway.Options{Limiter: limiter})
			to := target(t, service.URL)
			to.Connector.Throttlers = []operations.Throttler{minutely("all", "", "")}
			if _, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "")); err != nil {
				t.Fatal(err)
			}
			for i := range limiter.lessons {
				limiter.lessons[i].Reset = time.Unix(0, 0).Add(limiter.lessons[i].Reset.Sub(c.Now()))
			}
			if diff := cmp.Diff(test.want, limiter.lessons); diff != "" {
				t.Errorf("lessons (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLessonsTellWhatIsUnderWay has one request answered while two others are not, of whichever operation they are.
func TestLessonsTellWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	arrived, leave := make(chan struct{}), make(chan struct{})
	service := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/quick") {
			arrived <- struct{}{}
			<-leave
			return
		}
		w.Header().Set("RateLimit", `"x";r=9;t=5`)
	})
	limiter := &openLimiter{}
	g, _ := newGateway(t, gateway.Options{Limiter: limiter})
	var all sync.WaitGroup
	for _, operation := range []string{"one", "two"} {
		to := target(t, service.URL)
		to.Operation.Name, to.Connector.Throttlers = operation, []operations.Throttler{minutely("all", "", "")}
		all.Go(func() { _, _, _ = do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things/slow"), "")) })
		<-arrived
	}
	to := target(t, service.URL)
	to.Connector.Throttlers = []operations.Throttler{minutely("all", "", "")}
	if _, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things/quick"), "")); err != nil {
		t.Fatal(err)
	}
	close(leave)
	all.Wait()
	if len(limiter.lessons) != 1 || limiter.lessons[0].UnderWay != 2 {
		t.Errorf("lessons %+v, want one with 2 under way", limiter.lessons)
	}
}

// TestWhatTheServiceSaysIsHeld: once it says that nothing is left no request is wasted on hearing so.
func TestWhatTheServiceSaysIsHeld(t *testing.T) {
	t.Parallel()
	var service *upstream
	service = newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-RateLimit-Limit", "6")
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(6-int(service.requests.Load()), 0)))
		w.Header().Set("X-RateLimit-Reset", "1800")
	})
	g, _ := newGateway(t, gateway.Options{
		Limiter: gateway.NewMemoryLimiter(gateway.MemoryLimiterOptions{}), Now: time.Now, // its clock and the gateway's must agree
	})
	to := target(t, service.URL)
	var last error
	for range 20 {
		if _, _, err := do(g.Client(to), newRequest(t, "POST", to.Base.URL("/things"), "")); err != nil {
			last = err
		}
	}
	var refusal *operations.Error
	if !errors.As(last, &refusal) || refusal.Code != operations.CodeRateLimited || refusal.RetryAfter < 29*time.Minute {
		t.Errorf("got %v", last)
	}
	if n := service.requests.Load(); n != 6 {
		t.Errorf("%d requests arrived, want 6", n)
	}
}
