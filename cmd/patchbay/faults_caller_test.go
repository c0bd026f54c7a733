package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"github.com/valyala/fasthttp"
)

// question is a call that somebody wants to make.
type question struct {
	operation  string // connector.operation
	credential string
	input      string
	timeout    time.Duration // that the hub is given
	key        string        // Idempotency-Key
	bulk       bool
}

// reply is what came of it.
type reply struct {
	code       string // "": it went well; broken: there was no answer
	retryAfter time.Duration
	body       []byte
	replayed   bool
	took       time.Duration
}

// broken is the code of a call without an answer: its node is gone.
const broken = "(no answer)"

func (a question) body() []byte {
	body := map[string]any{"credentialId": a.credential, "input": json.RawMessage(a.input), "timeoutMs": a.timeout.Milliseconds()}
	if a.bulk {
		body["bulk"] = true
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return encoded
}

// call makes a call, once.
func (n *node) call(a question) reply {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	connector, operation, _ := strings.Cut(a.operation, ".")
	request.SetRequestURI("http://" + n.client.Addr + operationPath(connector, operation) + "/call")
	request.Header.SetMethod(http.MethodPost)
	request.Header.SetContentType("application/json")
	request.Header.Set("Authorization", "Bearer "+testKey)
	if a.key != "" {
		request.Header.Set("Idempotency-Key", a.key)
	}
	request.SetBodyRaw(a.body())
	start := time.Now()
	if err := n.client.Do(request, response); err != nil {
		return reply{code: broken, body: []byte(err.Error()), took: time.Since(start)}
	}
	r := reply{body: bytes.Clone(response.Body()), took: time.Since(start)}
	r.replayed = string(response.Header.Peek("Idempotency-Replayed")) == "true"
	if response.StatusCode() != http.StatusOK {
		r.code = gjson.GetBytes(r.body, "code").String()
		if r.code == "" {
			r.code = "status " + strconv.Itoa(response.StatusCode())
		}
		seconds, _ := strconv.Atoi(string(response.Header.Peek("Retry-After")))
		r.retryAfter = time.Duration(seconds) * time.Second
	}
	return r
}

// crowd lets n callers take one step after another, for as long as they want. Each has a node that it begins with.
func (c *cluster) crowd(n int, step func(caller int, at *node) (more bool)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			for step(i, c.nodes[i%len(c.nodes)]) {
			}
		})
	}
	all.Wait()
}

// crowdWhile lets callers go on while something happens.
func (c *cluster) crowdWhile(happens func(), n int, step func(caller int, at *node) (more bool)) {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		c.crowd(n, step)
	}()
	happens()
	<-gone
}

// restart kills a node for a while.
func (c *cluster) restart(t *testing.T, n *node) {
	t.Helper()
	time.Sleep(*faultsTime / 3)
	n.kill()
	time.Sleep(*faultsTime / 3)
	n.start(t)
}

// after is the node that a caller turns to if this one is gone.
func (c *cluster) after(n *node) *node {
	return c.nodes[(slices.Index(c.nodes, n)+1)%len(c.nodes)]
}

// rest is how a polite caller takes a refusal.
func (r reply) rest(until time.Time) {
	if r.code == "rate_limited" || r.code == "upstream_unreachable" || r.code == "unavailable" {
		time.Sleep(min(max(r.retryAfter, 50*time.Millisecond), time.Until(until)))
	}
}

// onlyKnown says of every refusal whether it was one that the scenario is to bring about.
func onlyKnown(t *testing.T, y *tally, codes ...string) {
	t.Helper()
	for code, n := range y.refused {
		if !slices.Contains(codes, code) {
			t.Errorf("%d calls ended with %s", n, code)
		}
	}
}

// credential makes a credential of its own for a scenario, so that limits and breakers begin anew.
func (c *cluster) credential(t *testing.T, connector string) string {
	t.Helper()
	c.made++
	id := fmt.Sprintf("%s-%d", connector, c.made)
	draft := map[string]any{"id": id, "connector": connector, "secrets": map[string]string{"token": "t-for-the-faults"}}
	if made := sandboxesFor(connector); len(made) > 0 {
		draft["scheme"], draft["secrets"] = made[0].scheme, maps.Clone(made[0].secrets)
		if made[0].fields != nil {
			draft["fields"] = made[0].fields
		}
	}
	body, err := json.Marshal(draft)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.nodes[0].addr+"/v1/credentials", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+testKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		t.Fatalf("making the credential %s: status %d", id, response.StatusCode)
	}
	return id
}
