package redis

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Address says where Redis is.
type Address struct {
	Hosts    []string // host:port of the server, of the Sentinels or of some nodes of the cluster; the path of a socket
	User     string   // of Redis's ACL; "" is its default user
	Database int
	TLS      bool
	Socket   bool
	Cluster  bool
	Master   string // the name Sentinels know it by

	password, sentinelUser, sentinelPassword string
}

// maxHosts bounds how many hosts a URL may list.
const maxHosts = 64

// ParseAddress reads a URL of one of these forms; ports and databases may be left out, and with "rediss" instead of
// "redis" everything is encrypted:
//
//	redis://user:password@host:6379/0
//	unix://user:password@/run/redis.sock?db=0
//	redis+sentinel://user:password@host1:26379,host2:26379/0?master=name
//	redis+cluster://user:password@host1:6379,host2:6379
//
// Sentinels that want a password of their own get sentinel_user and sentinel_password. Errors do not show the URL.
func ParseAddress(text string) (Address, error) {
	scheme, rest, found := strings.Cut(text, "://")
	secure, kind, known := schemeOf(scheme)
	if !found || !known {
		return Address{}, errors.New("it must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://")
	}
	a := Address{TLS: secure, Socket: kind == "unix", Cluster: kind == "cluster"}
	hosts, rest := cutHosts(rest)
	u, err := url.Parse("redis://" + rest)
	if err != nil {
		return Address{}, errors.New("it is not a URL; escape what is special in user and password")
	}
	a.User = u.User.Username()
	a.password, _ = u.User.Password()
	if err := a.readQuery(u.Query(), kind); err != nil {
		return Address{}, err
	}
	if a.Socket {
		if hosts != "" || len(u.Path) < 2 {
			return Address{}, errors.New("unix:// wants the path of a socket, such as unix:///run/redis.sock")
		}
		a.Hosts = []string{u.Path}
		return a, nil
	}
	if err := a.readDatabase(strings.TrimPrefix(u.Path, "/")); err != nil {
		return Address{}, err
	}
	return a, a.readHosts(hosts, kind)
}

func schemeOf(scheme string) (secure bool, kind string, known bool) {
	if scheme == "unix" {
		return false, "unix", true
	}
	base, kind, _ := strings.Cut(scheme, "+")
	known = (base == "redis" || base == "rediss") && slices.Contains([]string{"", "sentinel", "cluster"}, kind)
	return base == "rediss", kind, known
}

// cutHosts takes the list of hosts out of a URL without its scheme, since package url knows one host only.
func cutHosts(rest string) (hosts, others string) {
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	begin := strings.LastIndex(rest[:end], "@") + 1
	return rest[begin:end], rest[:begin] + rest[end:]
}

func (a *Address) readHosts(list, kind string) error {
	port := "6379"
	if kind == "sentinel" {
		port = "26379"
	}
	hosts := strings.Split(list, ",")
	if len(hosts) > maxHosts || kind == "" && len(hosts) > 1 {
		return fmt.Errorf("it lists %d hosts; redis:// wants one, the others %d at most", len(hosts), maxHosts)
	}
	for _, host := range hosts {
		if !strings.Contains(host, ":") || strings.HasSuffix(host, "]") {
			host += ":" + port
		}
		name, number, err := net.SplitHostPort(host)
		if n, numeric := strconv.ParseUint(number, 10, 16); err != nil || name == "" || numeric != nil || n == 0 {
			return errors.New("a host in it is not of the form host:port")
		}
		a.Hosts = append(a.Hosts, host)
	}
	return nil
}

func (a *Address) readDatabase(text string) error {
	if text == "" {
		return nil
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil || a.Cluster && number > 0 {
		return errors.New("its database is not a number, or not 0 for a cluster")
	}
	a.Database = int(number)
	return nil
}

func (a *Address) readQuery(query url.Values, kind string) error {
	for name, values := range query {
		value := values[0]
		switch {
		case name == "db" && kind == "unix":
			if err := a.readDatabase(value); err != nil {
				return err
			}
		case name == "master" && kind == "sentinel":
			a.Master = value
		case name == "sentinel_user" && kind == "sentinel":
			a.sentinelUser = value
		case name == "sentinel_password" && kind == "sentinel":
			a.sentinelPassword = value
		default:
			return fmt.Errorf("its option %.40q is not known", name)
		}
	}
	if kind == "sentinel" && a.Master == "" {
		return errors.New("redis+sentinel:// wants ?master= with the name that the Sentinels know Redis by")
	}
	return nil
}

// String shows the address without its secrets.
func (a Address) String() string {
	scheme := "redis"
	switch {
	case a.Socket:
		return "unix://" + a.Hosts[0]
	case a.TLS:
		scheme = "rediss"
	}
	switch {
	case a.Cluster:
		scheme += "+cluster"
	case a.Master != "":
		scheme += "+sentinel"
	}
	return scheme + "://" + strings.Join(a.Hosts, ",")
}
