package rawhttp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/operations"
)

func TestReadXML(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, document, want string }{
		{"text", `<a> x </a>`, `{"a":"x"}`},
		{"empty", `<a/>`, `{"a":""}`},
		{"attributes", `<a b="1" c=""/>`, `{"a":{"@b":"1","@c":""}}`},
		{"attributes and text", `<a b="1">x</a>`, `{"a":{"#text":"x","@b":"1"}}`},
		{"children", "<a>\n <b>1</b>\n <c/>\n</a>", `{"a":{"b":"1","c":""}}`},
		{"repeated", `<a><b>1</b><c/><b x="2"/><b/></a>`, `{"a":{"b":["1",{"@x":"2"},""],"c":""}}`},
		{"repeated once inside", `<a><b><c/><c/></b><b/></a>`, `{"a":{"b":[{"c":["",""]},""]}}`},
		{"mixed", `<p>one <b>two</b> three</p>`, `{"p":{"#text":"one  three","b":"two"}}`},
		{"namespaces", `<s:E xmlns:s="urn:s" xmlns="urn:d"><s:B s:x="1"/></s:E>`, `{"s:E":{"@xmlns":"urn:d","@xmlns:s":"urn:s","s:B":{"@s:x":"1"}}}`},
		{"declaration, comments, instructions", `<?xml version="1.0" encoding="UTF-8"?><!-- c --><?x y?><a>1<!-- c -->2</a><!-- c -->` + "\n", `{"a":"12"}`},
		{"CDATA", `<a><![CDATA[<b> & ]]></a>`, `{"a":"<b> &"}`},
		{"the entities of XML", `<a b="&quot;&#65;">&lt;&amp;&#x42;</a>`, `{"a":{"#text":"<&B","@b":"\"A"}}`},

		{"nothing", ``, ``},
		{"only space", ` `, ``},
		{"no end", `<a><b></b>`, ``},
		{"cut off", `<a`, ``},
		{"ends crossed", `<a><b></a></b>`, ``},
		{"an end too many", `<a></a></b>`, ``},
		{"two roots", `<a/><b/>`, ``},
		{"text before", `x<a/>`, ``},
		{"text after", `<a/>x`, ``},
		{"a document type", `<!DOCTYPE a><a/>`, ``},
		{"entities of its own", `<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>`, ``},
		{"an outside entity", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, ``},
		{"an unknown entity", `<a>&nbsp;</a>`, ``},
		{"another character set", `<?xml version="1.0" encoding="utf-16"?><a/>`, ``},
		{"broken characters", "<a>\xff</a>", ``},
		{"too deep", strings.Repeat("<a>", 63) + strings.Repeat("</a>", 63), ``},
		{"ten thousand levels", strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000), ``},
		{"too deep as JSON", strings.Repeat("<a><a/>", 40) + strings.Repeat("</a>", 40), ``},
		{"too many elements", `<a>` + strings.Repeat("<b/>", maxXMLNodes) + `</a>`, ``},
		{"too many attributes", `<a>` + strings.Repeat(`<b c="" d="" e=""/>`, maxXMLNodes/4) + `</a>`, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := readXML([]byte(tt.document))
			if string(got) != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestReadXMLToTheBounds(t *testing.T) {
	t.Parallel()
	for _, document := range []string{
		strings.Repeat("<a>", 61) + strings.Repeat("</a>", 61),
		`<a>` + strings.Repeat("<b/>", maxXMLNodes-1) + `</a>`,
	} {
		if _, err := readXML([]byte(document)); err != nil {
			t.Errorf("%.20s…: %v", document, err)
		}
	}
}

func FuzzReadXML(f *testing.F) {
	for _, document := range []string{
		`<a b="1">x<c/><c>&lt;</c></a>`, `<?xml version="1.0" encoding="UTF-8"?><s:E xmlns:s="u"><![CDATA[x]]></s:E>`,
		`<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`, `<a><b></a>`, "<a>\x00</a>", strings.Repeat("<a><a/>", 31) + strings.Repeat("</a>", 31),
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		got, err := readXML(document)
		if err != nil {
			return
		}
		if !json.Valid(got) || operations.Depth(got) > maxBodyDepth {
			t.Errorf("%q becomes %s", document, got)
		}
		var root map[string]any
		if err := json.Unmarshal(got, &root); err != nil || len(root) != 1 {
			t.Errorf("%q has the roots %v: %v", document, root, err)
		}
	})
}

func BenchmarkReadXML(b *testing.B) {
	var document strings.Builder
	document.WriteString(`<things>`)
	for i := range 50 {
		fmt.Fprintf(&document, `<thing id="%d"><name>Thing</name><tag>a</tag><tag>b</tag></thing>`, i)
	}
	document.WriteString(`</things>`)
	data := []byte(document.String())
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := readXML(data); err != nil {
			b.Fatal(err)
		}
	}
}
