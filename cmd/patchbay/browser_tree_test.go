package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
)

// outline is what assistive technology is told of the page: a line for each node of some roles.
func (p *tab) outline(roles ...string) []string {
	p.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.Fatal(err)
	}
	names := map[cdp.BackendNodeID]string{}
	for _, node := range tree.Nodes {
		names[node.BackendDOMNodeID] = spoken(node.Name)
	}
	lines := []string{}
	for _, node := range tree.Nodes {
		role := spoken(node.Role)
		if node.Ignored || !slices.Contains(roles, role) {
			continue
		}
		line := fmt.Sprintf("%s %q", role, spoken(node.Name))
		if value := spoken(node.Value); value != "" {
			line += fmt.Sprintf(" is %q", value)
		}
		for _, property := range node.Properties {
			line += said(property, names)
		}
		lines = append(lines, line)
	}
	return lines
}

// said gives the properties of a node that matter to a listener.
func said(property *accessibility.Property, names map[cdp.BackendNodeID]string) string {
	value := spoken(property.Value)
	switch name := string(property.Name); name {
	case "expanded", "required", "selected", "invalid", "busy", "disabled":
		if value != "false" {
			return " " + strings.TrimSuffix(name+"="+value, "=true")
		} else if name == "expanded" {
			return " collapsed"
		}
	case "autocomplete", "hasPopup", "live":
		return " " + name + "=" + value
	case "activedescendant":
		if len(property.Value.RelatedNodes) > 0 {
			return fmt.Sprintf(" at %q", names[property.Value.RelatedNodes[0].BackendDOMNodeID])
		}
	}
	return ""
}

func spoken(value *accessibility.Value) string {
	if value == nil || len(value.Value) == 0 {
		return ""
	}
	var text string
	if json.Unmarshal(value.Value, &text) == nil {
		return text
	}
	return string(value.Value)
}

func dropDownToAScreenReader(t *testing.T, p *tab) {
	p.example("dependent.html")
	eval[bool](p, ours+`return true`)
	p.until(`customElements.get('patchbay-select') && $('project').shadowRoot.querySelector('label').textContent === 'Project *'`)
	closed := []string{
		`combobox "Project" autocomplete=list hasPopup=listbox required collapsed`,
		`combobox "Issue type" autocomplete=list hasPopup=listbox required collapsed`,
		`combobox "Assignee" autocomplete=list hasPopup=listbox collapsed`,
	}
	compareLines(t, closed, p.outline("combobox", "listbox", "option"))
	p.tabTo("project")
	p.press(kb.ArrowDown)
	p.until(`items('project').length === 3 && active('project') === 0`)
	p.press(kb.ArrowDown)
	compareLines(t, []string{
		`combobox "Project" autocomplete=list hasPopup=listbox required expanded at "Operations (OPS)"`,
		closed[1], closed[2],
		`listbox "Project"`,
		`option "Development platform (DEV)"`, `option "Operations (OPS)"`, `option "Customer portal (PROJ)"`,
	}, p.outline("combobox", "listbox", "option"))
	expect(p, `return told('project')`, "3 options")
	p.press(kb.Enter)
	p.until(`told('project') === '' || told('project') === 'Operations (OPS), chosen'`)
	p.alt(kb.ArrowDown)
	p.until(`isOpen('project')`)
	if lines := p.outline("option"); !slices.Contains(lines, `option "Operations (OPS)" selected`) {
		t.Errorf("what is chosen is not told: %q", lines)
	}
	p.quiet()
}

func mapperToAScreenReader(t *testing.T, p *tab) {
	p.example("mapper.html")
	eval[bool](p, ours+`return true`)
	p.until(`$('patchbay-mapper').shadowRoot.querySelectorAll('.row').length === 12`)
	p.until(`$('patchbay-mapper').shadowRoot.querySelector('patchbay-select').shadowRoot.querySelector('input').value === 'Customer portal (PROJ)'`)
	lines := p.outline("group", "combobox", "textbox", "status")
	for _, want := range []string{
		`group "Issue out of a ticket"`, `group "Project key"`,
		`combobox "How Project key is filled" is "A fixed value" hasPopup=menu collapsed`,
		`combobox "Project key" is "Customer portal (PROJ)" autocomplete=list hasPopup=listbox collapsed`,
		`textbox "Summary" is "[{{ticketId}}] {{title}}"`,
		`status "" live=polite`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("not told: %s\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

func compareLines(t *testing.T, want, got []string) {
	t.Helper()
	want = slices.Sorted(slices.Values(want))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is told (-want +got):\n%s", diff)
	}
}
