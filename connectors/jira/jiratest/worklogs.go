package jiratest

import "time"

func worklogRoutes() []route {
	return []route{
		{"GET", "api/issue/{issue}/worklog", listWorklogs, 0},
		{"POST", "api/issue/{issue}/worklog", postWorklog, 0},
		{"GET", "api/issue/{issue}/worklog/{id}", getWorklog, 0},
		{"DELETE", "api/issue/{issue}/worklog/{id}", deleteWorklog, 0},
	}
}

func (x *exchange) showWorklog(i *issue, w *worklog) record {
	shown := record{
		"self": x.link("issue/" + i.id + "/worklog/" + w.id), "id": w.id, "issueId": i.id, "author": x.showUser(w.author),
		"updateAuthor": x.showUser(w.author), "created": stamp(w.created), "updated": stamp(w.updated), "started": w.started.Format(stampFormat),
		"timeSpent": duration(w.seconds), "timeSpentSeconds": w.seconds,
	}
	if w.comment != nil {
		shown["comment"] = x.showText(w.comment)
	}
	return shown
}

// showWorklogField is the first worklogs of an issue, as one of its fields.
func (x *exchange) showWorklogField(i *issue) any {
	first := i.worklogs[:min(len(i.worklogs), 20)]
	return record{
		"startAt": 0, "maxResults": 20, "total": len(i.worklogs),
		"worklogs": each(first, func(w *worklog) record { return x.showWorklog(i, w) }),
	}
}

func listWorklogs(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	return pageOf(x, "worklogs", i.worklogs, 5_000, 5_000, func(w *worklog) record { return x.showWorklog(i, w) })
}

func (x *exchange) foundWorklog() (*issue, *worklog, error) {
	i, err := x.found()
	if err != nil {
		return nil, nil, err
	}
	w := find(i.worklogs, func(w *worklog) bool { return w.id == x.params["id"] })
	if w == nil {
		return nil, nil, notFound("Cannot find worklog with id: '%s'.", clip(x.params["id"], 40))
	}
	return i, w, nil
}

func getWorklog(x *exchange) (reply, error) {
	i, w, err := x.foundWorklog()
	if err != nil {
		return reply{}, err
	}
	return ok(x.showWorklog(i, w))
}

func postWorklog(x *exchange) (reply, error) {
	i, err := x.found()
	if err != nil {
		return reply{}, err
	}
	w, err := x.addWorklog(i, x.body)
	if err != nil {
		return reply{}, err
	}
	return created(x.showWorklog(i, w))
}

func (x *exchange) addWorklog(i *issue, raw any) (*worklog, error) {
	object, isObject := raw.(record)
	if !isObject {
		return nil, badRequest("Invalid request payload. Refer to the REST API documentation and try again.")
	}
	w := &worklog{author: x.me(), created: x.now, updated: x.now, started: x.now}
	if err := w.readTime(object); err != nil {
		return nil, err
	}
	if object["comment"] != nil {
		value, message := readRich(&draft{exchange: x}, object["comment"])
		if message == notADocument {
			return nil, badRequest(notADocument)
		}
		if message != "" {
			return nil, badField("comment", "Comment body is not valid!")
		}
		w.comment, _ = value.(record)
	}
	remaining, err := x.adjusted(i, w.seconds)
	if err != nil {
		return nil, err
	}
	w.id = x.newID()
	i.worklogs = append(i.worklogs, w)
	x.spend(i, w.seconds, remaining)
	return w, nil
}

// readTime reads how long somebody worked, and since when.
func (w *worklog) readTime(object record) error {
	if spent, isText := object["timeSpent"].(string); isText {
		total, valid := seconds(spent)
		if !valid {
			return badField("timeLogged", "Invalid time duration entered.")
		}
		w.seconds = total
	} else if spent, isNumber := number(object["timeSpentSeconds"]); isNumber && spent >= 0 && spent < 1e9 {
		w.seconds = int(spent)
	}
	if w.seconds < minute {
		return badField("timeLogged", "You must indicate the time spent working.")
	}
	if given := object["started"]; given != nil {
		words, _ := given.(string)
		at, err := time.Parse(stampFormat, words)
		if err != nil || at.Year() < 1 || at.Year() > 9_999 {
			return badRequest("Can not deserialize value of type java.util.Date from String \"%s\": not a valid representation, use yyyy-MM-dd'T'HH:mm:ss.SSSZ.", clip(words, 60))
		}
		w.started = at
	}
	return nil
}

// adjusted is what remains to be done after so many seconds of work, as the query asks; -1 is not known.
func (x *exchange) adjusted(i *issue, spent int) (int, error) {
	left := i.tracking().remaining
	given := func(name string) (int, error) {
		total, valid := seconds(x.query.Get(name))
		if !valid {
			return 0, badField(name, "You must supply a valid '%s'.", name)
		}
		return total, nil
	}
	switch how := x.query.Get("adjustEstimate"); how {
	case "", "auto":
		if left >= 0 {
			left = max(0, left-spent)
		}
		return left, nil
	case "leave":
		return left, nil
	case "new":
		return given("newEstimate")
	case "manual":
		less, err := given("reduceBy")
		return max(0, left-less), err
	default:
		return 0, badRequest("The adjustEstimate value '%s' is not valid. Use new, leave, manual or auto.", clip(how, 40))
	}
}

func (x *exchange) spend(i *issue, spent, remaining int) {
	before := i.spent
	i.spent += spent
	t := i.tracking()
	t.remaining = remaining
	i.values["timetracking"] = &t
	x.changed(i, item("timespent", "", duration(before), "", duration(i.spent)))
}

func deleteWorklog(x *exchange) (reply, error) {
	i, w, err := x.foundWorklog()
	if err != nil {
		return reply{}, err
	}
	left := i.tracking().remaining
	if left >= 0 {
		left += w.seconds
	}
	i.worklogs = filter(i.worklogs, func(other *worklog) bool { return other != w })
	x.spend(i, -w.seconds, left)
	return done()
}
