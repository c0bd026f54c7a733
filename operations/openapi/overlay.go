package openapi

import (
	"context"
	"fmt"
	"strings"

	"github.com/speakeasy-api/jsonpath/pkg/jsonpath"
	"gopkg.in/yaml.v3"

	"github.com/patchbay/patchbay/operations"
)

// applyOverlay carries out the actions of an overlay on a document, in their order. Actions that hit nothing are
// reported: most often the document has changed under the overlay.
func applyOverlay(ctx context.Context, root *yaml.Node, data []byte, report *Report) error {
	overlay, _, err := parse(ctx, "overlay", data, report)
	if err != nil {
		return err
	}
	if err := checkOverlay(overlay); err != nil {
		return err
	}
	actions := items(child(overlay, "actions"))
	if len(actions) > maxActions {
		return operations.Errorf(operations.CodeTooLarge, "the overlay has more than %d actions", maxActions)
	}
	markOverlay(overlay)
	grown := 0
	for _, action := range actions {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("applying the overlay: %w", err)
		}
		hits, err := query(root, child(action, "target"))
		if err != nil {
			return err
		}
		if len(hits) == 0 {
			report.add(Note, "", child(action, "target"), "the target %s hits nothing", line(str(child(action, "target"))))
		}
		if isTrue(child(action, "remove")) {
			remove(root, hits)
			continue
		}
		update := child(action, "update")
		if update == nil {
			continue
		}
		if grown += size(update) * len(hits); grown > maxNodes {
			return tooMany()
		}
		for _, hit := range hits {
			merge(hit, update)
		}
	}
	s := settler{ctx: ctx, report: report, open: map[*yaml.Node]bool{}} // updates may have nested too deeply
	_, err = s.settle(root, 0)
	return err
}

func checkOverlay(overlay *yaml.Node) error {
	validator, err := OverlaySchema().Compile()
	if err != nil {
		return fmt.Errorf("preparing the overlay's schema: %w", err)
	}
	decoded, err := operations.Decode(appendJSON(nil, overlay))
	if err != nil {
		return invalid("the overlay cannot be used: %w", err)
	}
	faults := validator.Faults(decoded)
	if len(faults) == 0 {
		return nil
	}
	e := invalid("the overlay does not fit its schema: line %d: %s %s",
		lineAt(overlay, faults[0].Pointer), faults[0].Pointer, faults[0].Detail)
	e.Faults = faults
	return e
}

// query finds the nodes that a target means. One walk over everything is allowed in it, not a walk in a walk.
func query(root, target *yaml.Node) (hits []*yaml.Node, err error) {
	path := str(target)
	defer func() {
		if p := recover(); p != nil { // of the library, on a path it did not foresee
			hits, err = nil, invalid("overlay line %d: the target %q is not understood", target.Line, line(path))
		}
	}()
	walks, anew := strings.Count(path, ".."), strings.Count(path, "$.")+strings.Count(path, "$[")
	if walks > 1 || anew > 1 || walks+strings.Count(path, "*") > 6 {
		return nil, invalid("overlay line %d: the target %q looks at too much at once", target.Line, line(path))
	}
	compiled, err := jsonpath.NewPath(path)
	if err != nil {
		return nil, invalid("overlay line %d: the target %q is not a JSONPath", target.Line, line(path))
	}
	return compiled.Query(root), nil
}

// merge puts an update over a node: objects are merged, arrays joined, anything else replaced.
func merge(n, update *yaml.Node) {
	switch {
	case n.Kind == yaml.MappingNode && update.Kind == yaml.MappingNode:
		known := make(map[string]*yaml.Node, len(n.Content)/2)
		for key, value := range pairs(n) {
			known[key.Value] = value
		}
		for key, value := range pairs(update) {
			if inner := known[key.Value]; inner != nil {
				merge(inner, value)
				continue
			}
			n.Content = append(n.Content, clone(key), clone(value))
		}
	case n.Kind == yaml.SequenceNode && update.Kind == yaml.SequenceNode:
		n.Content = append(n.Content, clone(update).Content...)
	case n.Kind == yaml.SequenceNode:
		n.Content = append(n.Content, clone(update))
	default:
		*n = *clone(update)
	}
}

// remove takes nodes, with their keys, out of the tree.
func remove(n *yaml.Node, gone []*yaml.Node) {
	set := make(map[*yaml.Node]bool, len(gone))
	for _, hit := range gone {
		set[hit] = true
	}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		kept := n.Content[:0]
		for i := 0; i < len(n.Content); i++ {
			if n.Kind == yaml.MappingNode {
				if i++; !set[n.Content[i]] {
					kept = append(kept, n.Content[i-1], n.Content[i])
					walk(n.Content[i])
				}
			} else if !set[n.Content[i]] {
				kept = append(kept, n.Content[i])
				walk(n.Content[i])
			}
		}
		n.Content = kept
	}
	if len(gone) > 0 {
		walk(n)
	}
}

func size(n *yaml.Node) int {
	total := 1
	for _, inner := range n.Content {
		total += size(inner)
	}
	return total
}

func markOverlay(n *yaml.Node) {
	n.Column = fromOverlay
	for _, inner := range n.Content {
		markOverlay(inner)
	}
}

// lineAt is the line of what a JSON pointer means, or of the nearest thing around it.
func lineAt(n *yaml.Node, pointer string) int {
	d := document{}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for _, token := range strings.Split(pointer, "/")[min(1, len(pointer)):] {
		inner := d.step(n, unescape.Replace(token))
		if inner == nil {
			break
		}
		n = inner
	}
	return n.Line
}
