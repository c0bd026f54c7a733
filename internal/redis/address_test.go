package redis_test

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/redis/redistest"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]redis.Address{
		"redis://localhost":                                 {Hosts: []string{"localhost:6379"}},
		"redis://:s3cret@h:1/5":                             {Hosts: []string{"h:1"}, Database: 5},
		"rediss://hub:s3cret@[::1]:7/":                      {Hosts: []string{"[::1]:7"}, User: "hub", TLS: true},
		"redis://[::1]":                                     {Hosts: []string{"[::1]:6379"}},
		"unix:///run/redis.sock":                            {Hosts: []string{"/run/redis.sock"}, Socket: true},
		"unix://hub:s3cret@/run/redis.sock?db=2":            {Hosts: []string{"/run/redis.sock"}, User: "hub", Database: 2, Socket: true},
		"redis+sentinel://a,b:1,c/3?master=main":            {Hosts: []string{"a:26379", "b:1", "c:26379"}, Database: 3, Master: "main"},
		"rediss+cluster://hub:s3%40cret@a:1,[::2]:2,c":      {Hosts: []string{"a:1", "[::2]:2", "c:6379"}, User: "hub", TLS: true, Cluster: true},
		"redis+sentinel://a?master=m&sentinel_password=s3c": {Hosts: []string{"a:26379"}, Master: "m"},
	} {
		got, err := redis.ParseAddress(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(redis.Address{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", url, diff)
		}
		if strings.Contains(got.String(), "s3") {
			t.Errorf("%s shows a secret", got)
		}
	}
}

func TestWrongAddresses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "localhost:6379", "http://s3cret@a", "redis+other://s3cret@a", "redis://u:s3cret@", "redis://u:s3cret@a,b",
		"redis://u:s3cret%@a", "redis://u:s3cret@a:b", "redis://u:s3cret@a:0", "redis://u:s3cret@a:70000", "redis://u:s3cret@a/x",
		"redis://u:s3cret@a/0?nonsense=1", "redis+sentinel://u:s3cret@a", "redis+cluster://u:s3cret@a/1", "unix://u:s3cret@host/path",
		"unix://", "redis+cluster://" + strings.Repeat("a,", 100), "redis://u:s3cret@a\x00b:1/\x00",
	} {
		_, err := redis.ParseAddress(url)
		if err == nil {
			t.Errorf("%q is taken", url)
			continue
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, url := range []string{"redis://u:p@h:1/5", "unix:///run/x?db=1", "rediss+sentinel://a,b/3?master=m", "redis+cluster://a,[::1]:2"} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		a, err := redis.ParseAddress(url)
		if err == nil && (len(a.Hosts) == 0 || slices.Contains(a.Hosts, "")) {
			t.Errorf("%q has no hosts", url)
		}
	})
}

func TestOpen(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--requirepass", "s3cret")
	withUser := redistest.Start(t, "--user", "hub", "on", ">s3cret", "~patchbay:*", "+@all", "--user", "default", "off")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	for _, test := range []struct {
		name, url, password string
		refused, gone       bool
	}{
		{name: "password in the URL", url: "redis://:s3cret@" + server.Addr()},
		{name: "password beside it", url: server.URL(), password: "s3cret"},
		{name: "no password", url: server.URL(), refused: true},
		{name: "wrong password", url: server.URL(), password: "s3cret2", refused: true},
		{name: "user", url: "redis://hub@" + withUser.Addr(), password: "s3cret"},
		{name: "wrong user", url: "redis://other@" + withUser.Addr(), password: "s3cret", refused: true},
		{name: "nobody there", url: "redis://" + closed.Addr().String(), password: "s3cret", gone: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, err := redis.Open(t.Context(), test.url, redis.Options{Password: test.password, Timeout: 20 * time.Second, DialTimeout: 20 * time.Second})
			if errors.Is(err, redis.ErrRefused) != test.refused || (err == nil) == test.refused {
				t.Fatalf("got %v", err)
			}
			if err != nil {
				if strings.Contains(err.Error(), "s3cret") {
					t.Errorf("the error shows the password: %v", err)
				}
				return
			}
			defer func() { _ = client.Close() }()
			if err := client.Ping(t.Context()); (err != nil) != test.gone {
				t.Errorf("ping: %v", err)
			}
		})
	}
}
