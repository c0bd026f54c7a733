package outreachtest_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/connectors/outreach/outreachtest"
)

// TestFilters counts accounts made for the purpose: each test sees those of its own domain only.
func TestFilters(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	owner := f.create("/users", "user", `"attributes":{"email":"o@x.example","firstName":"O","lastName":"X"}`)
	for i, members := range []string{
		`"name":"Ash, Elm & Co","engagementScore":1,"named":true,"customId":"a"`,
		`"name":"Birch Works","engagementScore":5,"named":false,"customId":"b"`,
		`"name":"Cedar birchwood","engagementScore":10,"named":true`,
		`"name":"d..f","engagementScore":-2.5,"named":true,"customId":"d","custom7":"seven"`,
	} {
		owned := ""
		if i < 2 {
			owned = `,"relationships":{"owner":{"data":{"type":"user","id":` + owner + `}}}`
		}
		f.create("/accounts", "account", `"attributes":{"domain":"filters.example",`+members+`}`+owned)
	}
	all := []string{"Ash, Elm & Co", "Birch Works", "Cedar birchwood", "d..f"}
	tests := map[string][]string{
		"":                                                             all,
		"filter[name]=Birch Works":                                     {"Birch Works"},
		"filter[name]=birch works":                                     {},
		"filter[customId]=a,d":                                         {"Ash, Elm & Co", "d..f"},
		"filter[engagementScore]=5":                                    {"Birch Works"},
		"filter[engagementScore]=5.0":                                  {"Birch Works"},
		"filter[engagementScore]=1..5":                                 {"Ash, Elm & Co", "Birch Works"},
		"filter[engagementScore]=neginf..1":                            {"Ash, Elm & Co", "d..f"},
		"filter[engagementScore]=5..inf":                               {"Birch Works", "Cedar birchwood"},
		"filter[engagementScore]=neginf..inf":                          all,
		"filter[engagementScore]=1,10":                                 {"Ash, Elm & Co", "Cedar birchwood"},
		"filter[engagementScore]=many":                                 {},
		"filter[named]=false":                                          {"Birch Works"},
		"filter[customId]=__null__":                                    {"Cedar birchwood"},
		"filter[customId]=__notnull__":                                 {"Ash, Elm & Co", "Birch Works", "d..f"},
		"filter[createdAt]=2026-03-01":                                 {},
		"filter[createdAt]=2026-03-01..inf":                            all,
		"filter[createdAt]=neginf..2026-03-01":                         {},
		"filter[createdAt]=2026-03-01T12:30:00Z..2026-03-01T12:30:00Z": all,
		"filter[createdAt]=2026-03-01T13:30:00%2B01:00":                all,
		"filter[owner][id]=" + owner:                                   {"Ash, Elm & Co", "Birch Works"},
		"filter[owner][id]=1," + owner:                                 {"Ash, Elm & Co", "Birch Works"},
		"filter[owner][id]=__null__":                                   {"Cedar birchwood", "d..f"},
		"filter[owner][id]=0..999999":                                  {"Ash, Elm & Co", "Birch Works"},
		"filter[custom7]=seven":                                        {"d..f"},
		"filter[named]=true&filter[engagementScore]=5..inf":            {"Cedar birchwood"},
		"filter[q]=BIRCH":                                              {"Birch Works", "Cedar birchwood"},
		"filter[q]=irch":                                               {},
		"filter[q]=cedar b":                                            {"Cedar birchwood"},

		"filter[industry]=None":           all, // is not meant for filtering
		"filter[shoeSize]=4":              all,
		"filter[owner][firstName]=O":      all,
		"filter[updater][id]=77":          all,
		"filter[engagementScore][gte]=5":  all, // without newFilterSyntax
		"filter[customId][]=a":            all,
		"filter=1&filter[]=2&filter[name": all,

		"newFilterSyntax=true&filter[name][]=Ash, Elm %26 Co":                              {"Ash, Elm & Co"},
		"newFilterSyntax=true&filter[name][]=d..f":                                         {"d..f"},
		"newFilterSyntax=true&filter[customId][]=a&filter[customId][]=b":                   {"Ash, Elm & Co", "Birch Works"},
		"newFilterSyntax=true&filter[customId][]=__null__":                                 {"Cedar birchwood"},
		"newFilterSyntax=true&filter[engagementScore][gte]=5":                              {"Birch Works", "Cedar birchwood"},
		"newFilterSyntax=true&filter[engagementScore][gt]=1&filter[engagementScore][lt]=6": {"Birch Works"},
		"newFilterSyntax=true&filter[engagementScore][lte]=1":                              {"Ash, Elm & Co", "d..f"},
		"newFilterSyntax=true&filter[engagementScore]=1..5":                                {"Ash, Elm & Co", "Birch Works"},
		"newFilterSyntax=true&filter[owner][id][]=" + owner:                                {"Ash, Elm & Co", "Birch Works"},
		"newFilterSyntax=true&filter[engagementScore][near]=5":                             all,
	}
	for query, want := range tests {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			a := f.on(t).get("/accounts?filter[domain]=filters.example&fields[account]=name&" + strings.ReplaceAll(query, " ", "%20"))
			got := []string{}
			for _, name := range a.get("data.#.attributes.name").Array() {
				got = append(got, name.String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilterByIDAndByListItem(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	made := f.create("/prospects", "prospect", `"attributes":{"firstName":"Zed","emails":["other@y.example","zed.marley@x.example"]}`)
	tests := map[string]string{
		"/prospects?filter[id]=3,1":                         "[1 3]",
		"/prospects?filter[id]=118..120":                    "[118 119 120]",
		"/prospects?newFilterSyntax=true&filter[id][lte]=2": "[1 2]",
		"/prospects?filter[emails]=ZED.Marley@x.example":    "[" + made + "]",
		"/prospects?filter[emails]=zed.marley@x":            "[]",
		"/prospects?filter[emails]=__null__&filter[id]=1,2": "[]",
		"/prospects?filter[q]=zed.mar":                      "[" + made + "]",
		"/prospects?filter[q]=marley":                       "[" + made + "]",
		"/stages?filter[q]=New&filter[id]=1,2":              "[1 2]", // there is no search here
	}
	for path, want := range tests {
		if got := fmt.Sprint(f.get(path).ids()); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestPagesAreWalkedByTheirLinks(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	for _, query := range []string{
		"page[size]=7", "page[size]=7&sort=-createdAt", "page[size]=50&sort=title,-company", "page[size]=9&sort=touchedAt",
		"page[size]=9&sort=-touchedAt,optedOut", "page[size]=11&filter[title]=Head of Sales,Finance Director&sort=lastName",
		"page[limit]=13", "page[limit]=13&page[offset]=0&sort=-name", "sort=-id",
	} {
		query = strings.ReplaceAll(query, " ", "%20") + "&fields[prospect]=name"
		whole := f.get("/prospects?count=true&" + regularSize(query))
		if whole.get("links.next").Exists() || whole.get("meta.count").Int() != int64(len(whole.ids())) {
			t.Fatalf("%s: the whole list is not one page: %s", query, whole.get("meta"))
		}
		forth, last := f.walk("/prospects?"+query, "next")
		if diff := cmp.Diff(whole.ids(), forth); diff != "" {
			t.Errorf("%s: walking on (-want +got):\n%s", query, diff)
		}
		back := last.ids()
		for path := last.get("links.prev").String(); path != ""; {
			page := f.get(path)
			back = append(page.ids(), back...)
			path = page.get("links.prev").String()
		}
		if diff := cmp.Diff(whole.ids(), back); diff != "" {
			t.Errorf("%s: walking back (-want +got):\n%s", query, diff)
		}
		first := f.get(last.get("links.first").String())
		if first.get("links.prev").Exists() || !slices.Equal(first.ids(), forth[:len(first.ids())]) {
			t.Errorf("%s: the link to the first page leads elsewhere", query)
		}
	}
}

// regularSize makes a query ask for one page of everything.
func regularSize(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	values.Del("page[limit]")
	values.Del("page[offset]")
	values.Set("page[size]", "1000")
	return values.Encode()
}

func TestDefaultPage(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	a := f.get("/prospects")
	if n := len(a.ids()); n != 50 || a.get("links.prev").Exists() || a.get("meta.count").Raw != "null" {
		t.Errorf("%d records, links %s, meta %s", n, a.get("links"), a.get("meta"))
	}
	if n := f.get("/prospects?count=true").get("meta.count").Int(); n < 120 {
		t.Errorf("%d prospects, want 120 or more", n)
	}
}

// TestRecordsAddedMeanwhileShiftNoPage walks every order while records are added and deleted before and behind the
// cursor: each record that was there all the time is seen once, and none twice.
func TestRecordsAddedMeanwhileShiftNoPage(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"", "name", "-name", "-createdAt", "createdAt", "-domain,name"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			f := start(t, outreachtest.Options{})
			there := f.get("/accounts?page[size]=1000&sort=" + order).ids()
			deleted := there[len(there)/2]
			seen := map[int64]int{}
			path := "/accounts?page[size]=4&sort=" + order
			for n := 0; path != ""; n++ {
				page := f.get(path)
				for _, id := range page.ids() {
					seen[id]++
				}
				for _, name := range []string{"Aaa", "Mmm", "Zzz"} {
					f.create("/accounts", "account", fmt.Sprintf(`"attributes":{"name":"%s %d","domain":"%s.example"}`, name, n%3, name))
				}
				if n == 1 {
					f.send("DELETE", fmt.Sprintf("/api/v2/accounts/%d", deleted), "")
				}
				if path = page.get("links.next").String(); n > 100 {
					path = ""
				}
			}
			for id, times := range seen {
				if times > 1 {
					t.Errorf("account %d was seen %d times", id, times)
				}
			}
			for _, id := range there {
				if seen[id] == 0 && id != deleted {
					t.Errorf("account %d was not seen", id)
				}
			}
		})
	}
}

func TestCursorsAreTiedToTheirList(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	next, err := url.Parse(f.get("/prospects?page[size]=5&sort=name").get("links.next").String())
	if err != nil {
		t.Fatal(err)
	}
	cursor := next.Query().Get("page[after]")
	for path, want := range map[string]int{
		"/prospects?sort=name&page[after]=" + cursor:                    200,
		"/prospects?sort=name&page[before]=" + cursor:                   200,
		"/prospects?sort=-name&page[after]=" + cursor:                   400,
		"/prospects?page[after]=" + cursor:                              400,
		"/accounts?sort=name&page[after]=" + cursor:                     400,
		"/prospects?sort=name&page[after]=" + cursor[1:]:                400,
		"/prospects?sort=name&page[after]=" + cursor + "A":              400,
		"/prospects?sort=name&page[after]=":                             400,
		"/prospects?sort=name&page[after]=a&page[before]=" + cursor:     400,
		"/prospects?sort=name&page[after]=" + strings.Repeat("A", 9000): 400,
	} {
		if a := f.send("GET", "/api/v2"+path, ""); a.status != want {
			t.Errorf("%s: got %d, want %d", path, a.status, want)
		}
	}
}

func TestSparseFieldsets(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	stage := f.create("/stages", "stage", `"attributes":{"name":"Thinking","order":9}`)
	for fields, want := range map[string]string{
		"fields[stage]=name,creator,shoeSize": `,"attributes":{"name":"Thinking"},
			"relationships":{"creator":{"data":{"type":"user","id":1}}}`,
		"fields[stage]=":                       "",
		"fields[stages]=x&fields[stage]=order": `,"attributes":{"order":9}`,
		"fields[stage]=prospects": `,"relationships":{"prospects":{"links":
			{"related":"BASE/prospects?filter%5Bstage%5D%5Bid%5D=ID"}}}`,
	} {
		want = strings.NewReplacer("BASE", f.url+"/api/v2", "ID", stage).Replace(
			`{"data":{"type":"stage","id":ID,"links":{"self":"BASE/stages/ID"}` + want + `}}`)
		if got := f.get("/stages/" + stage + "?" + fields).body; !sameJSON(t, got, want) {
			t.Errorf("%s: got %s, want %s", fields, got, want)
		}
	}
}

func TestInclude(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	to := func(relation, kind, id string) string {
		return `"` + relation + `":{"data":{"type":"` + kind + `","id":` + id + `}}`
	}
	account := f.create("/accounts", "account", `"attributes":{"name":"Includes"},"relationships":{`+to("owner", "user", "3")+`}`)
	for _, owner := range []string{"3", "5"} {
		f.create("/prospects", "prospect", `"attributes":{"title":"Included"},"relationships":{`+
			to("account", "account", account)+","+to("owner", "user", owner)+`}`)
	}
	a := f.get("/prospects?filter[title]=Included&include=account.owner,owner&fields[account]=name&fields[user]=email")
	got := map[string]int{}
	for _, included := range a.get("included").Array() {
		got[included.Get("type").String()+" "+included.Get("id").String()]++
	}
	want := map[string]int{"account " + account: 1, "user 3": 1, "user 5": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("included (-want +got):\n%s", diff)
	}
	if a := f.get("/tasks?include=subject,taskPriority&page[size]=3"); a.get("included.#").Int() == 0 {
		t.Errorf("included: %s", a.get("included"))
	}
	if a := f.get("/stages/1"); a.get("included").Exists() {
		t.Errorf("included unasked: %s", a.body)
	}
}

// TestRelatedLinksLeadToTheRightRecords follows every link to many that a few records hold.
func TestRelatedLinksLeadToTheRightRecords(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	for _, path := range []string{"/prospects/1", "/accounts/1", "/sequences/1", "/sequenceStates/1", "/callDispositions/1", "/users/1", "/mailboxes/1"} {
		record := f.get(path)
		for name, relationship := range record.get("data.relationships").Map() {
			related := relationship.Get("links.related").String()
			if related == "" {
				continue
			}
			list := f.get(related + "&count=true")
			whole := f.get(strings.Split(related, "?")[0] + "?count=true")
			if list.get("meta.count").Int() >= whole.get("meta.count").Int() && whole.get("meta.count").Int() > 1 {
				t.Errorf("%s %s: %s lists everything", path, name, related)
			}
		}
	}
	if got := f.get(f.get("/prospects/7").get("data.relationships.phoneNumbers.links.related").String()).ids(); !slices.Equal(got, []int64{7}) {
		t.Errorf("phone numbers of prospect 7: %v", got)
	}
}

func TestLinksBeginWhereTheCallerReachesTheSandbox(t *testing.T) {
	t.Parallel()
	for host, test := range map[string]struct {
		options outreachtest.Options
		want    string
	}{
		"hub.example:8080": {outreachtest.Options{Prefix: "/outreach/"}, "http://hub.example:8080/outreach/"},
		"hub.example":      {outreachtest.Options{BaseURL: "https://a.example/b/"}, "https://a.example/b/"},
		"[::1]:80":         {outreachtest.Options{}, "http://[::1]:80/"},
		"a/b":              {outreachtest.Options{}, "http://localhost/"},
		"":                 {outreachtest.Options{}, "http://localhost/"},
	} {
		request := httptest.NewRequest("GET", "/api/v2/prospects?page[size]=1", nil)
		request.Host = host
		request.Header.Set("Authorization", "Bearer "+outreachtest.AccessToken)
		recorder := httptest.NewRecorder()
		outreachtest.New(test.options).ServeHTTP(recorder, request)
		a := answer{body: recorder.Body.String()}
		for _, path := range []string{"links.first", "links.next", "data.0.links.self", "data.0.relationships.calls.links.related"} {
			if got := a.get(path).String(); !strings.HasPrefix(got, test.want+"api/v2/") {
				t.Errorf("host %q: %s is %q, want it below %s", host, path, got, test.want)
			}
		}
	}
}

func TestAudits(t *testing.T) {
	t.Parallel()
	f := start(t, outreachtest.Options{})
	ids, last := f.walk("/audits?page[size]=25&sort=-timestamp", "next")
	if len(ids) < 60 || last.get("data.0.id").Type.String() != "String" {
		t.Errorf("%d audits, the last page begins %s", len(ids), last.get("data.0"))
	}
	if id := f.get("/auditLogs?page[size]=1").get("data.0.id").String(); len(id) != 36 {
		t.Errorf("id of an audit log: %q", id)
	}
}
