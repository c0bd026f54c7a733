package mapping

import (
	"encoding/json"
	"strconv"
	"strings"
)

// put writes a value as the target takes it. This is the one place where types are changed by the target's schema; the
// table in docs/mapping.md says the same. A null that the target does not take is not written.
func (r *run) put(v value, s *shape) outcome {
	allowed := s.allows()
	switch {
	case v.kind == missingValue:
		return nothing
	case v.kind == failedValue:
		return faulted
	case v.kind == nullValue:
		if !allowed.takesNull() {
			return nothing
		}
		r.out = append(r.out, "null"...)
		return wrote
	case len(r.out)+len(v.raw) > MaxOutputBytes:
		r.halt(tooLarge())
		return faulted
	}
	switch v.kind {
	case textValue:
		return r.putText(v, s, allowed)
	case numberValue:
		return r.putNumber(v, s, allowed)
	case booleanValue:
		return r.putBoolean(v, s, allowed)
	case listValue:
		return r.putList(v, s, allowed)
	}
	return r.putObject(v, s, allowed)
}

func (r *run) putText(v value, s *shape, allowed types) outcome {
	if allowed == 0 || allowed.has(typeString) {
		if v.made {
			r.out = appendText(r.out, v.raw)
		} else {
			r.out = append(r.out, v.raw...)
		}
		return wrote
	}
	content := strings.TrimSpace(v.text())
	if allowed.has(typeInteger|typeNumber) && isNumber(content) {
		return r.putNumber(madeNumber(content), s, allowed)
	}
	if allowed.has(typeBoolean) {
		switch {
		case strings.EqualFold(content, "true"):
			r.out = append(r.out, "true"...)
			return wrote
		case strings.EqualFold(content, "false"):
			r.out = append(r.out, "false"...)
			return wrote
		}
	}
	return r.putAsList(v, s, allowed)
}

func (r *run) putNumber(v value, s *shape, allowed types) outcome {
	if allowed == 0 || allowed.has(typeNumber) {
		r.out = append(r.out, v.raw...)
		return wrote
	}
	problem := ""
	if allowed.has(typeInteger) {
		var digits string
		if digits, problem = wholeNumber(v.raw); problem == "" {
			r.out = append(r.out, digits...)
			return wrote
		}
	}
	switch {
	case allowed.has(typeString):
		r.out = append(append(append(r.out, '"'), v.raw...), '"')
		return wrote
	case problem != "":
		return r.misfit(problem + ", and the target takes an integer")
	case allowed.has(typeBoolean) && (v.raw == "1" || v.raw == "0"):
		r.out = strconv.AppendBool(r.out, v.raw == "1")
		return wrote
	}
	return r.putAsList(v, s, allowed)
}

func (r *run) putBoolean(v value, s *shape, allowed types) outcome {
	switch {
	case allowed == 0 || allowed.has(typeBoolean):
		r.out = append(r.out, v.raw...)
		return wrote
	case allowed.has(typeString):
		r.out = append(append(append(r.out, '"'), v.raw...), '"')
		return wrote
	}
	return r.putAsList(v, s, allowed)
}

// putAsList writes a list of one where the target takes nothing else.
func (r *run) putAsList(v value, s *shape, allowed types) outcome {
	if !allowed.has(typeArray) {
		return r.misfit("is " + v.what() + ", and the target takes " + allowed.String())
	}
	mark := len(r.out)
	r.out = append(r.out, '[')
	if result := r.put(v, s.items); result == faulted {
		r.out = r.out[:mark]
		return faulted
	}
	r.out = append(r.out, ']')
	return wrote
}

func (r *run) putList(v value, s *shape, allowed types) outcome {
	if allowed != 0 && !allowed.has(typeArray) {
		hint := ""
		if allowed.has(typeString) {
			hint = "; join makes a text of it, first takes one item"
		}
		return r.misfit("is a list, and the target takes " + allowed.String() + hint)
	}
	if v.items == nil && s.item() == nil {
		r.out = appendCompact(r.out, v.raw)
		return wrote
	}
	r.out = append(r.out, '[')
	result := r.addItems(v, s.item())
	r.out = append(r.out, ']')
	return max(result, wrote)
}

// addItems writes the items of a list into a list that is open. A null that items cannot be is left out.
func (r *run) addItems(v value, s *shape) outcome {
	result, i := nothing, 0
	depth := len(r.within)
	for item := range v.each() {
		r.within = strconv.AppendInt(append(r.within[:depth], '.'), int64(i), 10)
		i++
		mark := r.comma()
		one := r.put(item, s)
		if one != wrote {
			r.out = r.out[:mark]
		}
		if result = max(result, one); r.halted {
			result = faulted
			break
		}
	}
	r.within = r.within[:depth]
	return result
}

func (r *run) putObject(v value, s *shape, allowed types) outcome {
	switch {
	case allowed != 0 && !allowed.has(typeObject):
		return r.putAsList(v, s, allowed)
	case s == nil || len(s.properties) == 0 && s.additional == nil:
		r.out = appendCompact(r.out, v.raw)
		return wrote
	}
	start, depth := len(r.out), len(r.within)
	r.out = append(r.out, '{')
	result := wrote
	for name, raw := range rawMembers(v.raw) {
		mark := len(r.out)
		if mark > start+1 {
			r.out = append(r.out, ',')
		}
		plain := name[1 : len(name)-1]
		if strings.IndexByte(plain, '\\') >= 0 {
			plain = rawValue(name).text()
		}
		r.within = append(append(r.within[:depth], '.'), plain...)
		member, _ := s.member(plain)
		r.out = append(append(r.out, name...), ':')
		if one := r.put(rawValue(raw), member); one != wrote {
			r.out = r.out[:mark]
			result = max(result, one)
		}
	}
	r.within = r.within[:depth]
	r.out = append(r.out, '}')
	return result
}

// misfit notes a value that the target does not take.
func (r *run) misfit(problem string) outcome {
	r.about(r.subject, r.current.pointer, problem)
	return faulted
}

// String names types for people.
func (t types) String() string {
	var names []string
	for i, name := range [...]string{"a text", "a number", "an integer", "a boolean", "a list", "an object", "null"} {
		if t.has(1 << i) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// empty tells whether there is nothing in a value.
func (v value) empty() bool {
	switch v.kind {
	case listValue:
		for range rawItems(v.raw) {
			return false
		}
		return true
	case objectValue:
		for range rawMembers(v.raw) {
			return false
		}
		return true
	}
	return v.blank()
}

// equals compares single values: texts by their characters, numbers by what they amount to.
func (v value) equals(o value) bool {
	if v.kind != o.kind {
		return false
	}
	switch v.kind {
	case nullValue:
		return true
	case textValue:
		return v.text() == o.text()
	case numberValue:
		return v.raw == o.raw || sameNumber(v.raw, o.raw)
	}
	return v.kind == booleanValue && v.raw == o.raw
}

func sameNumber(a, b string) bool {
	if strings.Trim(a+b, "-0123456789") == "" { // both whole: a float might take two for one
		return strings.TrimPrefix(a, "-") == "0" && strings.TrimPrefix(b, "-") == "0"
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

func isJSON(data []byte) bool { return len(data) > 0 && json.Valid(data) }
