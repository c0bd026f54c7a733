package mapping

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

const (
	maxNamed      = 30   // findings that name what may be meant
	maxCandidates = 2000 // paths looked through for one
	maxCompared   = 300  // names compared letter by letter
	maxNearDepth  = 8
)

// nearestPaths gives up to three paths that may be meant: a like name at the same place, or the same name elsewhere.
func (l *linter) nearestPaths(w walk, from place, p path) []string {
	prefix, tail := p.text[:min(w.lost, len(p.text))], ""
	if rest := p.text[min(w.lost, len(p.text)):]; strings.Contains(rest, ".") {
		_, tail, _ = strings.Cut(rest, ".")
	}
	lead := ""
	if p.root {
		lead = "$."
	}
	var near []string
	add := func(candidate string) {
		if full := lead + candidate; !slices.Contains(near, full) && full != p.shown && leads(w.says, from, candidate) {
			near = append(near, full)
		}
	}
	for _, name := range nearNames(w.strays, w.around.names()) {
		name = escapePath(name)
		if tail != "" {
			add(prefix + name + "." + tail)
		}
		add(prefix + name)
	}
	if w.around.types().has(typeArray) { // the way into its items was left out
		add(prefix + "0." + p.text[min(w.lost, len(p.text)):])
		add(prefix + "#." + p.text[min(w.lost, len(p.text)):])
	}
	for _, candidate := range sameLeaf(l.pathsFrom(from), p.text) {
		add(candidate)
	}
	return near[:min(len(near), 3)]
}

// leads tells whether a path leads somewhere.
func leads(says outline, from place, text string) bool {
	return len(text) <= MaxPathBytes && walkText(says, from, text).strays == ""
}

// names are those of members, of the schema and the sample.
func (p place) names() []string {
	var names []string
	for _, s := range []*shape{p.known, p.sample} {
		if s != nil {
			names = append(names, s.names[:min(len(s.names), maxCandidates)]...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// nearNames gives names that look like one. Those that are much longer or shorter are not looked at.
func nearNames(name string, names []string) []string {
	var some []string
	for _, one := range names {
		if abs(len(one)-len(name)) <= max(2, len(name)/3) || strings.Contains(one, name) {
			some = append(some, one)
		}
	}
	return operations.Nearest(name, some[:min(len(some), maxCompared)])
}

// pathsFrom lists the paths below a place, which it remembers.
func (l *linter) pathsFrom(from place) []string {
	if paths, known := l.paths[from]; known {
		return paths
	}
	if l.paths == nil {
		l.paths = map[place][]string{}
	}
	l.paths[from] = pathsOf(from)
	return l.paths[from]
}

// sameLeaf finds paths whose last name is that of the path or like it, best first: with as many names before it the same.
func sameLeaf(paths []string, text string) []string {
	wanted := strings.Split(text, ".")
	leaf := foldName(wanted[len(wanted)-1])
	type found struct {
		path     string
		distance int
	}
	var all []found
	for _, candidate := range paths {
		d := leafDistance(foldName(candidate[strings.LastIndexByte(candidate, '.')+1:]), leaf)
		if d < 0 {
			continue
		}
		names := strings.Split(candidate, ".")
		d = 4*d + len(names)
		for i := 2; i <= min(len(names), len(wanted)) && foldName(names[len(names)-i]) == foldName(wanted[len(wanted)-i]); i++ {
			d -= 2
		}
		all = append(all, found{candidate, d})
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.distance, b.distance) })
	var best []string
	for _, one := range all[:min(len(all), 6)] {
		best = append(best, one.path)
	}
	return best
}

// leafDistance is 0 for the same name, 1 for one that is like it, otherwise below 0. Both are folded.
func leafDistance(a, b string) int {
	switch {
	case a == b:
		return 0
	case min(len(a), len(b)) > 4 && abs(len(a)-len(b)) < 3 && len(operations.Nearest(a, []string{b})) > 0:
		return 1
	}
	return -1
}

func abs(n int) int { return max(n, -n) }

// foldName writes a name without case, underscores and hyphens.
func foldName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", "\\", "").Replace(name))
}

// pathsOf lists paths below a place, those of few names first. Items of a list are #.
func pathsOf(from place) []string {
	type entry struct {
		place
		path   string
		within []place // around it: a schema may hold itself
	}
	queue := []entry{{place: from}}
	var paths []string
	for len(queue) > 0 && len(paths) < maxCandidates {
		at := queue[0]
		queue = queue[1:]
		if len(at.within) >= maxNearDepth || at.place == (place{}) || slices.Contains(at.within, at.place) || len(queue) > maxCandidates {
			continue
		}
		within := append(slices.Clip(at.within), at.place)
		if item := at.item(); item != (place{}) {
			queue = append(queue, entry{item, joinPath(at.path, "#"), within})
		}
		for _, name := range at.names() {
			next := entry{place: place{}, path: joinPath(at.path, escapePath(name)), within: within}
			if at.known != nil {
				next.known = at.known.properties[name]
			}
			if at.sample != nil {
				next.sample = at.sample.properties[name]
			}
			paths = append(paths, next.path)
			queue = append(queue, next)
		}
	}
	return paths
}

func joinPath(before, name string) string {
	if before == "" {
		return name
	}
	return before + "." + name
}

// escapePath writes a member's name as a component of a source path.
func escapePath(name string) string {
	var b strings.Builder
	for i, r := range name {
		if strings.ContainsRune(`.|*?\#`, r) || i == 0 && strings.ContainsRune("@{[(!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// escapeTarget writes a member's name as a name of a target path.
func escapeTarget(name string) string {
	var b strings.Builder
	for i, r := range name {
		if strings.ContainsRune(`.[\`, r) || i == 0 && strings.ContainsRune("#*?|@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// targetText writes steps as a target path.
func targetText(steps []targetStep) string {
	var b strings.Builder
	for _, step := range steps {
		switch {
		case step.isItem && step.index == targetAppend:
			b.WriteString("[]")
		case step.isItem:
			b.WriteString("[" + strconv.Itoa(step.index) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(escapeTarget(step.name))
		}
	}
	if b.Len() == 0 {
		return targetWhole
	}
	return b.String()
}
