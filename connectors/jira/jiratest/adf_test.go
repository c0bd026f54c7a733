package jiratest_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connectors/jira/jiratest"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	f := start(t, jiratest.Options{})
	p := func(inline string) string { return `{"type":"paragraph","content":[` + inline + `]}` }
	word := `{"type":"text","text":"x"}`
	marked := func(marks string) string { return p(`{"type":"text","text":"x","marks":[` + marks + `]}`) }
	for content, good := range map[string]bool{
		"":                                     true,
		p(""):                                  true,
		p(word):                                true,
		`{"type":"paragraph"}`:                 true,
		p(`{"type":"text","text":""}`):         false,
		p(`{"type":"text"}`):                   false,
		p(`{"type":"text","text":5}`):          false,
		p(p(word)):                             false,
		word:                                   false,
		`"x"`:                                  false,
		`{"type":"paragraph","content":"x"}`:   false,
		`{"type":"paragraph","style":"red"}`:   false,
		`{"type":"marquee"}`:                   false,
		`{"content":[]}`:                       false,
		p(`{"type":"hardBreak"}`):              true,
		p(`{"type":"hardBreak","content":[]}`): false,
		p(`{"type":"mention","attrs":{"id":"1"}}`):                                                                           true,
		p(`{"type":"mention","attrs":{}}`):                                                                                   false,
		p(`{"type":"mention"}`):                                                                                              false,
		p(`{"type":"emoji","attrs":{"shortName":":x:"}}`):                                                                    true,
		p(`{"type":"date","attrs":{"timestamp":"1"}}`):                                                                       true,
		p(`{"type":"status","attrs":{"text":"a","color":"blue"}}`):                                                           true,
		p(`{"type":"status","attrs":{"text":"a","color":"pink"}}`):                                                           false,
		p(`{"type":"inlineCard","attrs":{"url":"https://x.example"}}`):                                                       true,
		p(`{"type":"inlineCard","attrs":{}}`):                                                                                false,
		marked(`{"type":"strong"},{"type":"em"}`):                                                                            true,
		marked(`{"type":"strong"},{"type":"strong"}`):                                                                        false,
		marked(`{"type":"blink"}`):                                                                                           false,
		marked(`5`):                                                                                                          false,
		marked(`{"type":"link","attrs":{"href":"https://x.example"}}`):                                                       true,
		marked(`{"type":"link"}`):                                                                                            false,
		marked(`{"type":"code"},{"type":"link","attrs":{"href":"/x"}}`):                                                      true,
		marked(`{"type":"code"},{"type":"strong"}`):                                                                          false,
		marked(`{"type":"subsup","attrs":{"type":"sup"}}`):                                                                   true,
		marked(`{"type":"textColor","attrs":{"color":"red"}}`):                                                               false,
		marked(`{"type":"textColor","attrs":{"color":"#FF0000"}}`):                                                           true,
		`{"type":"paragraph","marks":[{"type":"strong"}],"content":[]}`:                                                      false,
		`{"type":"paragraph","marks":[{"type":"alignment","attrs":{"align":"center"}}],"content":[]}`:                        true,
		`{"type":"heading","attrs":{"level":6},"content":[` + word + `]}`:                                                    true,
		`{"type":"heading","attrs":{"level":7},"content":[` + word + `]}`:                                                    false,
		`{"type":"heading","content":[` + word + `]}`:                                                                        false,
		`{"type":"bulletList","content":[{"type":"listItem","content":[` + p(word) + `]}]}`:                                  true,
		`{"type":"bulletList","content":[{"type":"listItem","content":[` + word + `]}]}`:                                     false,
		`{"type":"bulletList","content":[]}`:                                                                                 false,
		`{"type":"orderedList","attrs":{"order":3},"content":[{"type":"listItem","content":[` + p(word) + `]}]}`:             true,
		`{"type":"taskList","attrs":{"localId":"a"},"content":[{"type":"taskItem","attrs":{"localId":"b","state":"DONE"}}]}`: true,
		`{"type":"taskList","attrs":{"localId":"a"},"content":[{"type":"taskItem","attrs":{"localId":"b","state":"GONE"}}]}`: false,
		`{"type":"codeBlock","attrs":{"language":"go"},"content":[` + word + `]}`:                                            true,
		`{"type":"codeBlock","content":[{"type":"text","text":"x","marks":[{"type":"em"}]}]}`:                                false,
		`{"type":"blockquote","content":[` + p(word) + `]}`:                                                                  true,
		`{"type":"panel","attrs":{"panelType":"info"},"content":[` + p(word) + `]}`:                                          true,
		`{"type":"panel","attrs":{"panelType":"loud"},"content":[` + p(word) + `]}`:                                          false,
		`{"type":"rule"}`: true,
		`{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[` + p(word) + `]},{"type":"tableCell","attrs":{},"content":[` + p("") + `]}]}]}`: true,
		`{"type":"table","content":[` + p(word) + `]}`:                        false,
		`{"type":"expand","attrs":{"title":"t"},"content":[` + p(word) + `]}`: true,
		`{"type":"mediaSingle","attrs":{"layout":"center"},"content":[{"type":"media","attrs":{"type":"external","url":"https://x.example/a.png"}}]}`: true,
		`{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"file","id":"1","collection":""}}]}`:                                        true,
		`{"type":"mediaSingle","content":[{"type":"media","attrs":{"type":"file"}}]}`:                                                                 false,
		`{"type":"blockCard","attrs":{"url":"https://x.example"}}`:                                                                                    true,
	} {
		a := f.send("PUT", "/rest/api/3/issue/PROJ-3", `{"fields":{"description":{"type":"doc","version":1,"content":[`+content+`]}}}`)
		if (a.status == 204) != good || !good && a.get("errorMessages.0").String() != "INVALID_INPUT" {
			t.Errorf("%s: got %d %s, want good %t", content, a.status, a.body, good)
		}
	}
	for _, document := range []string{
		`{"type":"doc","content":[]}`, `{"type":"doc","version":2,"content":[]}`, `{"version":1,"content":[]}`, `{"type":"doc","version":1}`,
		`{"type":"doc","version":1,"content":[],"marks":[]}`, `{}`, `{"type":"doc","version":1,"content":[` + strings.Repeat(`{"type":"rule"},`, 20_001) + `{"type":"rule"}]}`,
	} {
		if a := f.send("PUT", "/rest/api/3/issue/PROJ-3", `{"fields":{"description":`+document+`}}`); a.status != 400 {
			t.Errorf("%.80s: got %d", document, a.status)
		}
	}
	f.want(204, "PUT", "/rest/api/3/issue/PROJ-3", `{"fields":{"description":null}}`)
	f.equal(f.get("/issue/PROJ-3"), "fields.description", "")
}
