package gateway

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/operations"
)

// limits are the buckets of a target's requests of one method.
type limits struct {
	method  string
	buckets []Bucket
	pause   string // the key of the bucket that a 429 of the service pauses: the narrowest, and of this credential alone
}

func (c *client) limitsOf(method string) limits {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limits.buckets == nil || c.limits.method != method {
		c.limits = newLimits(&c.target, method)
	}
	return c.limits
}

func newLimits(target *operations.Target, method string) limits {
	of := newSubject(target, method)
	declared := [][]operations.Throttler{target.Connector.Throttlers, target.Operation.Throttlers}
	l := limits{method: method, buckets: make([]Bucket, 0, len(declared[0])+len(declared[1])+1)}
	narrowest := 0
	for _, list := range declared {
		for _, throttler := range list {
			if !throttler.Enabled || throttler.Limit <= 0 || throttler.TTL <= 0 {
				continue
			}
			bucket := Bucket{
				Key: of.key(throttler), Name: throttler.Name,
				Limit: throttler.Limit, Burst: throttler.Burst, Window: throttler.TTL.Duration(),
			}
			l.buckets = append(l.buckets, bucket)
			if n := narrowness(template(throttler)); n > narrowest {
				narrowest, l.pause = n, bucket.Key
			}
		}
	}
	if narrowest == 0 {
		l.pause = of.key(operations.Throttler{Name: "pause"})
		l.buckets = append(l.buckets, Bucket{Key: l.pause, Name: "pause"})
	}
	return l
}

// template is a throttler's key template; without one it counts per credential.
func template(throttler operations.Throttler) string {
	if throttler.Key == "" {
		return "{workspace}/{credential}"
	}
	return throttler.Key
}

// narrowness ranks templates by how few requests share a bucket; 0 is shared with other credentials.
func narrowness(template string) int {
	if !strings.Contains(template, "{credential}") {
		return 0
	}
	return 1 + strings.Count(template, "{operation}") + strings.Count(template, "{method}")
}

// subject is what the placeholders of a key template stand for. The values are escaped: none holds "/" or a brace.
type subject struct{ workspace, credential, connector, operation, method string }

func newSubject(target *operations.Target, method string) subject {
	s := subject{
		workspace: "-", credential: "-", connector: url.PathEscape(target.Connector.Name),
		operation: url.PathEscape(target.Operation.Name), method: url.PathEscape(method),
	}
	if origin := target.Connector.Import; origin != nil {
		s.connector = url.PathEscape(origin.Workspace) + "." + s.connector // another's may have the same name
	}
	if credential := target.Credential; credential != nil {
		s.workspace, s.credential = url.PathEscape(credential.Workspace), url.PathEscape(credential.ID)
	}
	return s
}

// key is, for example, "limit:{ws/cr/slack}:tier3:50/1m0s:post_message". The part in braces names whose the bucket is,
// as far as the template says so; the connector is always in it. After name, limit and window come operation and
// method if the template holds them; its other text is of no account. A changed limit has another key: it starts anew.
func (s subject) key(throttler operations.Throttler) string {
	template := template(throttler)
	var b strings.Builder
	b.Grow(128)
	b.WriteString("limit:{")
	for _, part := range [...][2]string{{"{workspace}", s.workspace}, {"{credential}", s.credential}} {
		if strings.Contains(template, part[0]) {
			b.WriteString(part[1])
			b.WriteByte('/')
		}
	}
	b.WriteString(s.connector)
	b.WriteString("}:")
	b.WriteString(throttler.Name)
	if throttler.Limit > 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(throttler.Limit))
		b.WriteByte('/')
		b.WriteString(throttler.TTL.Duration().String())
	}
	for _, part := range [...][2]string{{"{operation}", s.operation}, {"{method}", s.method}} {
		if strings.Contains(template, part[0]) {
			b.WriteByte(':')
			b.WriteString(part[1])
		}
	}
	return b.String()
}
