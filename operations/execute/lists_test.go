package execute_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/patchbay/patchbay/ddl"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/operations"
	"github.com/patchbay/patchbay/operations/execute"
)

// longList is a drop-down of many pages, each of which takes its time.
type longList struct {
	pages, size int
	each        time.Duration
	runs        atomic.Int64
	fail        atomic.Bool
}

func (l *longList) operation() operations.Operation {
	return ddl.Whole(operations.Spec{Name: "list_long_ddl", Title: "Long", Resource: "thing"},
		func(ctx context.Context, call *operations.Call, _ ddl.Input) ([]ddl.Option, bool, error) {
			l.runs.Add(1)
			var all []ddl.Option
			for page := range l.pages {
				select {
				case <-time.After(l.each):
				case <-ctx.Done():
					return nil, false, ctx.Err()
				}
				if l.fail.Load() {
					return nil, false, operations.Errorf(operations.CodeUpstreamFailed, "the service is out of order")
				}
				for i := range l.size {
					n := strconv.Itoa(page*l.size + i)
					all = append(all, ddl.Option{Text: "option " + n, Value: n})
				}
				ddl.Yield(call, all[page*l.size:])
			}
			return all, false, nil
		})
}

// nodes are hubs that share a cache.
func nodes(t *testing.T, many int, declared ...operations.Operation) []*hub {
	t.Helper()
	cache := gateway.NewMemoryCache(64 << 20)
	t.Cleanup(cache.Close)
	var all []*hub
	for range many {
		all = append(all, newHub(t, func(o *execute.Options) { o.Cache = cache }, declared...))
	}
	return all
}

func asking(operation, input string) execute.Request {
	return execute.Request{
		ID: "req_1", Caller: execute.Caller{Workspace: "w1", Key: "k1", Role: execute.RoleBuilder},
		Connector: "acme", Operation: operation, Credential: "c1", Input: json.RawMessage(input),
	}
}

func early(operation, input string) execute.Request {
	request := asking(operation, input)
	request.Early = execute.Patience
	return request
}

// TestALongListAnswersEarly: who does not want to wait gets what there is, on every node, and the service is asked once.
func TestALongListAnswersEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		long := &longList{pages: 20, size: 500, each: 200 * time.Millisecond}
		hubs := nodes(t, 3, long.operation())
		begun := time.Now()
		var callers sync.WaitGroup
		for i := range 30 {
			callers.Go(func() {
				result, err := hubs[i%3].Call(t.Context(), early("list_long_ddl", `{"limit":10}`))
				options := gjson.GetBytes(result.Output, "result.#").Int()
				if err != nil || !result.Meta.Building || options != 10 || !gjson.GetBytes(result.Output, "building").Bool() ||
					gjson.GetBytes(result.Output, "next_cursor").Exists() {
					t.Errorf("caller %d: %.200s %v", i, result.Output, err)
				}
			})
		}
		callers.Wait()
		if waited := time.Since(begun); waited > execute.Patience {
			t.Errorf("they waited %v", waited)
		}
		found, err := hubs[1].Call(t.Context(), early("list_long_ddl", `{"search":"option 2999"}`))
		if err != nil || string(found.Output) != `{"result":[{"text":"option 2999","value":"2999"}],"building":true}` {
			t.Errorf("searched after two seconds: %.200s %v", found.Output, err)
		}
		whole, err := hubs[2].Call(t.Context(), asking("list_long_ddl", `{"limit":1000}`))
		if err != nil || whole.Meta.Building || gjson.GetBytes(whole.Output, "result.#").Int() != 1000 || time.Since(begun) != 4*time.Second {
			t.Errorf("after %v: %.100s %v", time.Since(begun), whole.Output, err)
		}
		after, err := hubs[0].Call(t.Context(), early("list_long_ddl", `{"search":"option 9999"}`))
		if err != nil || string(after.Output) != `{"result":[{"text":"option 9999","value":"9999"}]}` || long.runs.Load() != 1 {
			t.Errorf("%.200s %v, the list was gathered %d times", after.Output, err, long.runs.Load())
		}
	})
}

func TestAShortListIsNotShownInParts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		short := &longList{pages: 4, size: 1, each: 200 * time.Millisecond}
		result, err := nodes(t, 1, short.operation())[0].Call(t.Context(), early("list_long_ddl", `{}`))
		if err != nil || result.Meta.Building || gjson.GetBytes(result.Output, "result.#").Int() != 4 {
			t.Errorf("%s %v", result.Output, err)
		}
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := &longList{pages: 1, size: 1, each: time.Millisecond}
		h := nodes(t, 1, list.operation())[0]
		want := func(step string, request execute.Request, runs int64, output string) {
			t.Helper()
			result, err := h.Call(t.Context(), request)
			if err != nil || list.runs.Load() != runs || string(result.Output) != output {
				t.Errorf("%s: %s %v after %d runs, want %d", step, result.Output, err, list.runs.Load(), runs)
			}
		}
		const fresh, stale = `{"result":[{"text":"option 0","value":"0"}]}`, `{"result":[{"text":"option 0","value":"0"}],"stale":true}`
		byInput, page := asking("list_long_ddl", `{"refresh":true}`), asking("list_long_ddl", `{}`)
		page.NoCache, page.Caller.Grant = true, &execute.Grant{Credentials: []string{"c1"}, Operations: []string{execute.AllLists}}
		want("cold", byInput, 1, fresh)
		want("at once", byInput, 1, fresh)
		time.Sleep(6 * time.Second)
		want("later", byInput, 2, fresh)
		want("at once again", page, 2, fresh)
		time.Sleep(6 * time.Second)
		want("a page's no-cache", page, 3, fresh)
		want("not asked for", asking("list_long_ddl", `{"refresh":false}`), 3, fresh)
		time.Sleep(6 * time.Second)
		list.fail.Store(true)
		want("a failure", byInput, 4, stale)
		want("a failure again", byInput, 4, fresh)
		list.fail.Store(false)
		time.Sleep(2 * time.Minute)
		if result, err := h.Call(t.Context(), asking("list_long_ddl", `{}`)); err != nil || string(result.Output) != stale {
			t.Errorf("grown stale: %s %v", result.Output, err)
		}
		time.Sleep(time.Second) // which a new list takes
	})
}

// TestRefreshDoesNotWait: a list that takes long to gather again is given as it is meanwhile.
func TestRefreshDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		long := &longList{pages: 20, size: 1, each: 200 * time.Millisecond}
		h := nodes(t, 1, long.operation())[0]
		if _, err := h.Call(t.Context(), asking("list_long_ddl", `{}`)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second)
		begun := time.Now()
		result, err := h.Call(t.Context(), early("list_long_ddl", `{"refresh":true}`))
		if err != nil || time.Since(begun) != execute.Patience || gjson.GetBytes(result.Output, "result.#").Int() != 20 || !gjson.GetBytes(result.Output, "stale").Bool() {
			t.Errorf("after %v: %.100s %v", time.Since(begun), result.Output, err)
		}
		time.Sleep(time.Minute)
	})
}

// served is a drop-down that its service searches and pages, ten options at a time.
func served(many int, asked *atomic.Int64) operations.Operation {
	return ddl.Paged(operations.Spec{Name: "list_served_ddl", Title: "Served", Resource: "thing"},
		func(_ context.Context, _ *operations.Call, in ddl.Input) (ddl.Page[ddl.Option], error) {
			asked.Add(1)
			var page ddl.Page[ddl.Option]
			from, _ := strconv.Atoi(in.Cursor)
			for n := from; n < many; n++ {
				text := fmt.Sprintf("Person %d (p%d@example.com)", n, n)
				if in.Search != "" && !strings.HasPrefix(strings.ToLower(text), strings.ToLower(in.Search)) || strings.Contains(in.Search, "(") {
					continue
				}
				if len(page.Result) == 10 {
					page.NextCursor = strconv.Itoa(n)
					break
				}
				page.Result = append(page.Result, ddl.Option{Text: text, Value: "p" + strconv.Itoa(n)})
			}
			return page, nil
		})
}

func TestMatchWhereTheServiceSearches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, output string
		reason       string
		most         int64 // requests
	}{
		{"person 77", `{"text":"Person 77 (p77@example.com)","value":"p77","how":"prefix"}`, "", 1},
		{"Person 42 (P42@example.com)", `{"text":"Person 42 (p42@example.com)","value":"p42","how":"folded"}`, "", 11}, // which its search does not find
		{"person 7", "", ddl.ReasonAmbiguous, 2},
		{"nobody", "", ddl.ReasonNoMatch, 11},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			h := nodes(t, 1, served(100, &asked))[0]
			result, err := h.Match(t.Context(), asking("list_served_ddl", `{}`), test.text)
			var refused *operations.Error
			if errors.As(err, &refused); test.reason != "" && (refused == nil || refused.Reason != test.reason) || test.reason == "" && err != nil {
				t.Errorf("%v, want %q", err, test.reason)
			}
			if string(result.Output) != test.output || asked.Load() > test.most {
				t.Errorf("%s after %d requests, want %s after %d", result.Output, asked.Load(), test.output, test.most)
			}
		})
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	long := &longList{pages: 2, size: 100}
	h := nodes(t, 1, served(1000, &asked), long.operation())[0]
	tests := []struct {
		operation string
		values    []string
		want      string
	}{
		{"list_served_ddl", []string{"p25", "p3"}, `{"result":[{"text":"Person 25 (p25@example.com)","value":"p25"},{"text":"Person 3 (p3@example.com)","value":"p3"}],"missing":[]}`},
		{"list_served_ddl", []string{"p999"}, `{"result":[],"missing":["p999"],"truncated":true}`},
		{"list_long_ddl", []string{"150", "x"}, `{"result":[{"text":"option 150","value":"150"}],"missing":["x"]}`},
	}
	for _, test := range tests {
		result, err := h.Resolve(t.Context(), asking(test.operation, `{"search":"ignored","limit":1}`), test.values)
		if err != nil || string(result.Output) != test.want {
			t.Errorf("%v: %s %v, want %s", test.values, result.Output, err, test.want)
		}
	}
	if asked.Load() != 10 { // three pages, then on to the bound
		t.Errorf("%d requests", asked.Load())
	}
	if _, err := h.Resolve(t.Context(), asking("list_long_ddl", `{}`), nil); operations.AsError(err) == nil || operations.AsError(err).Code != operations.CodeInvalidInput {
		t.Errorf("nothing: %v", err)
	}
}

func TestOnlyListsAreMatched(t *testing.T) {
	t.Parallel()
	h := newHub(t, nil, echo("echo"))
	_, err := h.Match(t.Context(), asking("echo", `{}`), "x")
	if e := operations.AsError(err); e == nil || e.Code != operations.CodeInvalidInput {
		t.Errorf("%v", err)
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	raw := spec("raw", anything)
	raw.Kind = operations.KindRawHTTP
	list := spec("list_x_ddl", anything)
	list.Kind = operations.KindDDL
	h := newHub(t, nil, echo("echo"), answering(raw, `{}`, nil), answering(list, `{"result":[]}`, nil))
	tests := []struct {
		granted, connector, operation, credential string
		reason                                    string // "": it is let through
	}{
		{"acme.echo", "acme", "echo", "c1", ""},
		{"acme.acme:echo", "acme", "echo", "c1", ""},
		{"acme.echo", "acme", "acme:echo", "c1", ""},
		{"acme.echo", "acme", "echo", "other", execute.ReasonCredential},
		{"acme.echo", "free", "echo", "", execute.ReasonOperation},
		{"free.echo", "free", "echo", "", ""},
		{"acme.raw", "acme", "raw", "c1", execute.ReasonOperation},
		{"*_ddl", "acme", "list_x_ddl", "c1", ""},
		{"acme.*_ddl", "acme", "list_x_ddl", "c1", ""},
		{"free.*_ddl", "acme", "list_x_ddl", "c1", execute.ReasonOperation},
		{"*_ddl", "acme", "echo", "c1", execute.ReasonOperation},
		{"acme.nothing", "acme", "nothing", "c1", execute.ReasonOperation},
		{"", "acme", "echo", "c1", execute.ReasonOperation},
	}
	for _, test := range tests {
		request := asking(test.operation, `{}`)
		request.Connector, request.Credential = test.connector, test.credential
		request.Caller.Role = execute.RoleAdmin // which counts for nothing
		request.Caller.Grant = &execute.Grant{Credentials: []string{"c1"}, Operations: []string{test.granted}}
		_, err := h.Call(t.Context(), request)
		reason := ""
		if e := operations.AsError(err); e != nil {
			reason = e.Reason
		}
		if reason != test.reason || (err == nil) != (test.reason == "") {
			t.Errorf("%s for %s.%s with %q: %v, want %q", test.granted, test.connector, test.operation, test.credential, err, test.reason)
		}
	}
}
