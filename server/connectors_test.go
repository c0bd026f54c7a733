package server

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations/execute"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	for _, sc := range []scenario{
		{name: "connectors", url: "/v1/connectors", wantStatus: 200, golden: "connectors"},
		{name: "one connector", url: "/v1/connectors/demo", wantStatus: 200, golden: "connector"},
		{name: "trailing slash", url: "/v1/connectors/demo/", wantStatus: 200, contains: []string{`"name":"demo"`}},
		{name: "operations without DDL", url: "/v1/connectors/demo/operations", wantStatus: 200, golden: "operations", notContains: []string{"list_things_ddl"}},
		{name: "DDL when asked for", url: "/v1/connectors/demo/operations?kind=ddl", wantStatus: 200, golden: "operations_ddl"},
		{name: "all", url: "/v1/connectors/demo/operations?kind=all", wantStatus: 200, contains: []string{"list_things_ddl", "create_thing", "raw_http_request"}},
		{name: "one kind", url: "/v1/connectors/demo/operations?kind=raw_http", wantStatus: 200, contains: []string{"raw_http_request"}, notContains: []string{"create_thing"}},
		{name: "unknown kind", url: "/v1/connectors/demo/operations?kind=trigger", wantStatus: 422, golden: "operations_unknown_kind"},
		{name: "every word must fit", url: "/v1/connectors/demo/operations?q=THING+creates", wantStatus: 200, contains: []string{"create_thing"}, notContains: []string{"list_things"}},
		{name: "nothing fits", url: "/v1/connectors/demo/operations?q=zebra", wantStatus: 200, contains: []string{`{"operations":[]}`}},
		{name: "long search", url: "/v1/connectors/demo/operations?q=" + strings.Repeat("a", 201), wantStatus: 422},
		{name: "a read", url: "/v1/connectors/demo/operations/list_things", wantStatus: 200, golden: "operation_read"},
		{name: "a write", url: "/v1/connectors/demo/operations/create_thing", wantStatus: 200, golden: "operation_write"},
		{name: "by unique identifier", url: "/v1/connectors/demo/operations/demo:create-thing", wantStatus: 200, contains: []string{`"name":"create_thing"`}},
		{name: "escaped identifier", url: "/v1/connectors/demo/operations/demo%3Acreate-thing", wantStatus: 200, contains: []string{`"name":"create_thing"`}},
		{name: "unknown connector", url: "/v1/connectors/dem", wantStatus: 404, golden: "connector_unknown"},
		{name: "unknown operation", url: "/v1/connectors/demo/operations/creat_thing", wantStatus: 404, golden: "operation_unknown"},
		{name: "operations of an unknown connector", url: "/v1/connectors/nope/operations", wantStatus: 404, contains: []string{`"code":"not_found"`}},
		{name: "hostile name", url: "/v1/connectors/%22%3E%3Cscript%3E%00%FF", wantStatus: 404, contains: []string{`"instance":"/v1/connectors/`}},
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			sc.as = execute.RoleBuilder
			sc.run(t, h)
		})
	}
}
