package mapping

import (
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// content is what the values of a field look like.
type content uint8

const (
	anyContent content = iota
	textContent
	nameContent
	emailContent
	phoneContent
	urlContent
	htmlContent
	dateTimeContent
	dayContent
	unixContent   // seconds since 1970
	unixMsContent // milliseconds
	booleanContent
	numberContent
	idContent
	objectContent
)

// String names a content for people, to stand behind "both are".
func (c content) String() string {
	return [...]string{
		"values", "texts", "names", "email addresses", "phone numbers", "addresses of pages", "HTML", "points in time", "days", "points in time",
		"points in time", "booleans", "numbers", "ids", "objects",
	}[c]
}

// isDate tells whether it is a point in time, or a day.
func (c content) isDate() bool { return c >= dateTimeContent && c <= unixMsContent }

// contentOf tells from the schema and the sample what values look like.
func contentOf(f field) content {
	switch f.says.format {
	case "email", "idn-email":
		return emailContent
	case "date-time":
		return dateTimeContent
	case "date":
		return dayContent
	case "uri", "url", "uri-reference", "iri":
		return urlContent
	case "uuid":
		return idContent
	}
	t := f.types &^ (typeNull | typeArray)
	if f.list {
		t = f.shape.item().allows() &^ typeNull
		if t == 0 && f.sample.Exists() && !f.sample.IsArray() {
			t = resultType(f.sample)
		}
	}
	switch {
	case t == typeBoolean:
		return booleanContent
	case t == typeObject, f.objects:
		return objectContent
	case t != 0 && t&^typeNumeric == 0:
		return numberLike(f)
	case f.sample.Type == gjson.String:
		return textLike(f.text())
	case t.has(typeString):
		return textContent
	}
	return anyContent
}

// Bounds of numbers that are taken for points in time: the years 2001 to 2065.
const (
	earliestUnix = 1_000_000_000
	latestUnix   = 3_000_000_000
)

func numberLike(f field) content {
	n := f.sample.Num
	switch {
	case f.described("milliseconds since"), n > earliestUnix*1000 && n < latestUnix*1000:
		return unixMsContent
	case f.described("seconds since"), n > earliestUnix && n < latestUnix && strings.HasSuffix(foldName(f.leaf()), "at"):
		return unixContent
	}
	return numberContent
}

// looks are what texts look like.
var looks = struct{ email, phone, url, html, uuid, code *regexp.Regexp }{
	email: regexp.MustCompile(`^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$`),
	phone: regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{6,20}$`),
	url:   regexp.MustCompile(`^https?://\S+$`),
	html:  regexp.MustCompile(`(?i)<(p|div|br|b|i|a|ul|li|span|strong|html|body)\b[^>]*>`),
	code:  regexp.MustCompile(`^([A-Z]*[0-9][A-Z0-9]{7,}|[A-Z]+[0-9][A-Z0-9]{5,}|[a-z]*[0-9][a-z0-9]*[0-9][a-z0-9]{14,})$`),
	uuid:  regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
}

func textLike(s string) content {
	switch {
	case looks.email.MatchString(s):
		return emailContent
	case looks.url.MatchString(s):
		return urlContent
	case looks.uuid.MatchString(s), looks.code.MatchString(s):
		return idContent
	case isTime(s, time.RFC3339), isTime(s, "2006-01-02T15:04:05Z0700"), isTime(s, "2006-01-02 15:04:05"):
		return dateTimeContent
	case isTime(s, time.DateOnly):
		return dayContent
	case looks.phone.MatchString(s) && strings.ContainsAny(s, "+ ()-"):
		return phoneContent
	case looks.html.MatchString(s):
		return htmlContent
	}
	return textContent
}

func isTime(s, layout string) bool {
	_, err := time.Parse(layout, s)
	return len(s) >= len(time.DateOnly) && err == nil
}

// contentSaid adds what the field's name says of its values, where schema and sample leave it open.
func (f field) contentSaid() content {
	if f.content != textContent && f.content != anyContent && f.content != numberContent {
		return f.content
	}
	if f.content == numberContent {
		if a := f.meaning.attribute; a >= 0 && words().concepts[a].Content == "id" || f.meaning.attribute == words().byName["id"] {
			return idContent
		}
		return numberContent
	}
	if strings.Contains(foldName(f.leaf()), "html") {
		return htmlContent
	}
	if f.meaning.attribute < 0 || f.text() != "" && f.content == textContent && f.meaning.attribute != words().byName["id"] && !f.said("name", "id") {
		return f.content // a sample that looks like nothing particular says more than a name
	}
	if f.meaning.attribute == words().byName["id"] {
		return idContent
	}
	switch words().concepts[f.meaning.attribute].Content {
	case "email":
		return emailContent
	case "phone":
		return phoneContent
	case "url":
		return urlContent
	case "date":
		return dateTimeContent
	case "name":
		return nameContent
	case "id":
		return idContent
	}
	return f.content
}

// said tells whether the field's name says that its values look so.
func (f field) said(contents ...string) bool {
	for _, c := range contents {
		if f.meaning.attribute >= 0 && words().concepts[f.meaning.attribute].Content == c {
			return true
		}
	}
	return false
}
