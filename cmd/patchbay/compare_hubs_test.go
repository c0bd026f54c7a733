package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/redis/redistest"
)

// coldInputs is how many different answers are asked for where the hub's own tier is not to have them.
const coldInputs = 1000

// assemble starts everything. The first contender is the direct call, the second the reverse proxy.
func assemble(b *testing.B) []*contender {
	upstream := spawn(b, roleUpstream)
	proxy := spawn(b, roleProxy, "COMPARE_UPSTREAM=http://"+upstream.addr)
	contenders := []*contender{
		{name: "direct", process: upstream, load: newLoad(b, upstream, "GET", "/thing", "")},
		{name: "reverse proxy", process: proxy, load: newLoad(b, proxy, "GET", "/thing", "")},
	}
	const body = `{"credentialId":"acme","input":{"size":1}}`
	lean := spawn(b, roleLeanProxy, "COMPARE_UPSTREAM=http://"+upstream.addr)
	fast, app := spawn(b, roleFastProxy, "COMPARE_UPSTREAM=http://"+upstream.addr), spawn(b, roleFiber)
	contenders = append(contenders,
		&contender{name: "reverse proxy, lean", process: lean, load: newLoad(b, lean, "GET", "/thing", "")},
		&contender{name: "bare fasthttp proxy", process: fast, load: newLoad(b, fast, "GET", "/thing", "")},
		&contender{name: "bare Fiber, no upstream", process: app, load: newLoad(b, app, "POST", "/v1/thing", body)})
	add := func(name string, hub *part, operation string, inputs int) {
		bodies := make([]string, inputs)
		for i := range bodies {
			bodies[i] = fmt.Sprintf(`{"credentialId":"acme","input":{"size":%d}}`, i+1)
		}
		load := newLoad(b, hub, "POST", "/v1/connectors/acme/operations/"+operation+"/call", bodies...)
		contenders = append(contenders, &contender{name: name, process: hub, load: load})
	}
	hub := startHub(b, upstream.addr)
	add("hub", hub, "get_thing", 1)
	add("hub, cached", hub, "get_kept_thing", 1)
	server := redistest.Start(b, "--user", "deaf", "on", "nopass", "~*", "+@all", "-subscribe")
	shared := startHub(b, upstream.addr, "PATCHBAY_REDIS_URL="+server.URL())
	add("hub, Redis", shared, "get_thing", 1)
	add("hub, Redis, cached", shared, "get_kept_thing", 1)
	deaf := "redis://deaf:@" + server.Addr()
	cold := startHub(b, upstream.addr, "PATCHBAY_REDIS_URL="+deaf, "PATCHBAY_REDIS_PREFIX=cold:")
	add("hub, Redis, cached, cold process", cold, "get_kept_thing", coldInputs)
	return contenders
}

// acme describes the upstream. The second operation is the first with a cache before it.
const acme = `openapi: 3.1.0
info: {title: Acme, version: "1"}
servers: [{url: http://UPSTREAM}]
x-throttle: [{name: per-hour, ttl: 3600, limit: 1000000000}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
security: [{token: []}]
paths:
  /thing:
    get: &thing
      operationId: getThing
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1, maximum: 9999}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
  /thing-kept:
    get:
      operationId: getKeptThing
      x-cache: {ttl: 3600, stale_for: 3600}
      parameters: [{name: size, in: query, schema: {type: integer, minimum: 1, maximum: 9999}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
`

// startHub runs the binary with acme imported and a credential for it.
func startHub(b *testing.B, upstream string, environment ...string) *part {
	b.Helper()
	data := furnish(b, upstream)
	return serveHub(b, data, environment...)
}

// furnish makes a data folder with acme imported and a credential for it: in memory where the machine has such a place,
// since a hundred thousand writes that each wait for a disk would take longer than what is measured.
func furnish(b *testing.B, upstream string) (data string) {
	b.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "patchbay-compare-")
	if err != nil {
		dir = b.TempDir()
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	data = filepath.Join(dir, "data")
	document := filepath.Join(dir, "acme.yaml")
	if err := os.WriteFile(document, []byte(strings.ReplaceAll(acme, "UPSTREAM", upstream)), 0o600); err != nil {
		b.Fatal(err)
	}
	patchbay(b, data, `{"token":"t-for-the-comparison"}`, "import", document, "--name", "acme")
	patchbay(b, data, `{"token":"t-for-the-comparison"}`, "credential", "add", "acme", "--id", "acme")
	return data
}
