package jiratest_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

func TestBurstLimit(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, jiratest.Options{PerSecond: 5, Now: clock.now})
	for n := range 5 {
		a := f.want(200, "GET", "/rest/api/3/issue/PROJ-1", "")
		if want := map[bool]string{true: "true"}[n == 4]; a.header.Get("X-Ratelimit-Nearlimit") != want || a.header.Get("X-Ratelimit-Limit") != "5" {
			t.Errorf("after %d: %v", n+1, a.header)
		}
	}
	a := f.want(429, "GET", "/rest/api/3/issue/PROJ-2", "")
	for name, want := range map[string]string{
		"Retry-After": "1", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-03-11T12:30Z",
		"X-RateLimit-NearLimit": "true", "RateLimit-Reason": "jira-burst-based",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	f.equal(a, "errorMessages.0", "Rate limit exceeded.")
	f.want(204, "DELETE", "/rest/api/3/issue/PROJ-4", "")             // another method
	f.want(200, "GET", "/rest/api/3/issue/PROJ-1/comment", "")        // another endpoint
	f.want(200, "GET", "/rest/api/2/issue/PROJ-1", "", dataCenter...) // another tenant
	f.want(429, "GET", "/rest/api/2/issue/PROJ-1", "")                // the same one by another version
	if over := f.sandbox.Stats().OverLimit; over != 2 {
		t.Errorf("%d were over the limit, want 2", over)
	}
	clock.advance(time.Second)
	f.want(200, "GET", "/rest/api/3/issue/PROJ-1", "")
}

func TestIssueLimit(t *testing.T) {
	t.Parallel()
	clock := newClock()
	f := start(t, jiratest.Options{IssueWrites: 3, IssueMinute: 5, Now: clock.now})
	comment := func(status int, issue string) answer {
		t.Helper()
		return f.want(status, "POST", "/rest/api/3/issue/"+issue+"/comment", `{"body":`+adf("x")+`}`)
	}
	comment(201, "PROJ-1")
	f.want(204, "PUT", "/rest/api/3/issue/10101", `{"fields":{"summary":"by its id"}}`)
	comment(201, "proj-1")
	a := comment(429, "PROJ-1")
	if a.header.Get("Ratelimit-Reason") != "jira-per-issue-on-write" || a.header.Get("Retry-After") != "2" || a.header.Get("X-Ratelimit-Limit") != "3" {
		t.Errorf("got %v", a.header)
	}
	comment(201, "PROJ-3")
	f.get("/issue/PROJ-1")
	clock.advance(2 * time.Second)
	comment(201, "PROJ-1")
	comment(201, "PROJ-1")
	if a := comment(429, "PROJ-1"); a.header.Get("Retry-After") != "28" || a.header.Get("X-Ratelimit-Limit") != "5" {
		t.Errorf("got %v", a.header)
	}
	if refused := f.sandbox.IssueRefusals(); refused != 2 {
		t.Errorf("%d were refused, want 2", refused)
	}
	clock.advance(28 * time.Second)
	comment(201, "PROJ-1")
	f.sandbox.Reset()
	if refused := f.sandbox.IssueRefusals(); refused != 0 {
		t.Errorf("after a reset: %d", refused)
	}
}

// TestConflicts lets a change take its time while others come.
func TestConflicts(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	var slow atomic.Bool
	slow.Store(true)
	f := start(t, jiratest.Options{WriteTime: time.Second, Sleep: func(_ context.Context, d time.Duration) {
		if d != time.Second {
			t.Errorf("a write takes %s", d)
		}
		if slow.Swap(false) {
			close(begun)
			<-end
		}
	}})
	var first answer
	var group sync.WaitGroup
	body := `{"body":` + adf("x") + `}`
	group.Go(func() { first = f.send("POST", "/rest/api/3/issue/PROJ-1/comment", body) })
	<-begun
	release := sync.OnceFunc(func() { close(end) })
	defer release() // a test that fails ends too
	f.want(409, "PUT", "/rest/api/3/issue/10101", `{"fields":{"summary":"x"}}`)
	f.want(409, "POST", "/rest/api/2/issue/PROJ-1/transitions", `{"transition":{"id":"21"}}`)
	f.want(201, "POST", "/rest/api/3/issue/PROJ-3/comment", body)
	f.get("/issue/PROJ-1")
	release()
	group.Wait()
	if first.status != 201 || f.sandbox.Conflicts() != 2 {
		t.Errorf("the first got %d, %d conflicts", first.status, f.sandbox.Conflicts())
	}
	f.want(201, "POST", "/rest/api/3/issue/PROJ-1/comment", body)
}

// TestManyAtOnce: without a time to write there are no conflicts, and nothing is lost.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if a := f.send("POST", "/rest/api/3/issue/PROJ-4/comment", `{"body":`+adf("x")+`}`); a.status != 201 {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
	group.Wait()
	f.equal(f.get("/issue/PROJ-4/comment"), "total", "20")
}
