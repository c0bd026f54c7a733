package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	lookalike "github.com/patchbay/patchbay/internal/sandbox"
)

// acmeRate is how many requests a second acme takes, and how many at once.
const (
	acmeRate  = 300
	acmeBurst = 30
)

// newAcme makes a service that answers at once and keeps its limit. On a busy machine requests that keep it when they leave
// are held up and come together: as many more are let pass as leave in half a second.
func newAcme() *lookalike.Harness {
	limit := &lookalike.RateLimit{Limit: acmeRate, Burst: acmeBurst + acmeRate/2, Window: time.Second, Now: time.Now}
	return lookalike.New(lookalike.Options{Limit: limit, API: limit.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		lookalike.WriteJSON(w, http.StatusOK, "application/json", map[string]string{"name": "thing"})
	}))})
}

// acmeDocument describes acme, with its limit.
const acmeDocument = `openapi: 3.1.0
info: {title: Acme, version: "1"}
servers: [{url: SERVER}]
x-throttle: [{name: acme-second, ttl: 1, limit: RATE, burst: BURST}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
security: [{token: []}]
paths:
  /thing/{id}:
    get:
      operationId: getThing
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: ok, content: {application/json: {schema: {type: object}}}}}
`

func (c *cluster) importAcme(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "acme.yaml")
	document := strings.NewReplacer("SERVER", c.town.server.URL+"/acme", "RATE", strconv.Itoa(acmeRate), "BURST", strconv.Itoa(acmeBurst)).
		Replace(acmeDocument)
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(binary, "import", file, "--name", "acme")
	command.Env = append(os.Environ(), "PATCHBAY_SERVER=http://"+c.nodes[0].addr, "PATCHBAY_KEY="+testKey)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("importing acme: %v\n%s", err, output)
	}
}
