package main

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/internal/store"
	"github.com/patchbay/patchbay/operations"
)

// config is what flags and environment say. It is flat and passed by value; a command binds the parts it needs.
type config struct {
	// Of the hub.
	Addr          string
	Data          string
	Sandbox       bool
	MasterKeyFile string
	AdminKeyFile  string
	Networks      networks
	BaseURLs      map[string]string // connector → origin
	LogLevel      logLevel
	RecordBodies  bool
	Retention     time.Duration

	IdempotencyRetention time.Duration

	// Of what it shares with other hubs, if PATCHBAY_REDIS_URL is set.
	RedisPrefix string
	Nodes       int
	PlainCache  bool

	// Of a client of it.
	Server  string
	KeyFile string

	// Of the command itself.
	json      bool // what is printed, and what is logged, is JSON
	serving   bool // the hub is run for others: it needs an admin key
	mayBegin  bool // a data folder that is not there is made
	throwAway bool // nothing of this hub will be kept
}

func (c *config) bindData(f *pflag.FlagSet) {
	f.StringVar(&c.Data, "data", "data", "`folder` of the database and the master key; below the working directory unless absolute")
	f.StringVar(&c.MasterKeyFile, "master-key-file", "", "`file` of the master key, in place of <data>/master.key (PATCHBAY_MASTER_KEY holds the key itself)")
}

func (c *config) bindUpstream(f *pflag.FlagSet) {
	f.Var(&c.Networks, "allow-networks", "private networks that connectors may reach: `CIDRs`, comma-separated")
	f.StringToStringVar(&c.BaseURLs, "base-url", nil, "another origin for a connector: `connector=URL` (PATCHBAY_<CONNECTOR>_BASE_URL does the same)")
	f.Var(&c.LogLevel, "log-level", "`level` of the log on stderr: debug, info, warn or error")
	f.StringVar(&c.RedisPrefix, "redis-prefix", redis.DefaultPrefix, "`text` before every key in Redis (PATCHBAY_REDIS_URL says where it is)")
	f.IntVar(&c.Nodes, "nodes", 2, "`how many` hubs share the limits in Redis: each gives out its part while Redis is gone")
	f.BoolVar(&c.PlainCache, "plain-cache", false, "do not encrypt cached answers in Redis")
}

func (c *config) bindHub(f *pflag.FlagSet) {
	c.bindData(f)
	c.LogLevel = logLevel(slog.LevelInfo)
	c.bindUpstream(f)
	f.StringVar(&c.Addr, "addr", "127.0.0.1:8080", "`host:port` to listen on")
	f.StringVar(&c.AdminKeyFile, "admin-key-file", "", "`file` of an admin key to register (PATCHBAY_ADMIN_KEY holds the key itself)")
	f.BoolVar(&c.RecordBodies, "record-bodies", false, "keep inputs and outputs, redacted, with the call records")
	f.DurationVar(&c.Retention, "retention", 7*24*time.Hour, "how long call records are kept; 0 is for ever")
	f.DurationVar(&c.IdempotencyRetention, "idempotency-retention", 24*time.Hour, "how long idempotency keys are remembered; at least 5m")
}

// bindCatalogue is for commands that only read the catalogue.
func (c *config) bindCatalogue(f *pflag.FlagSet) {
	c.LogLevel = warnings
	f.StringVar(&c.Data, "data", "data", "`folder` of the database, where imported connectors are")
	c.bindClient(f)
}

func (c *config) bindClient(f *pflag.FlagSet) {
	f.StringVar(&c.Server, "server", "", "`URL` of a running hub to ask; without it the command works in-process")
	f.StringVar(&c.KeyFile, "key-file", "", "`file` of the API key for --server (PATCHBAY_KEY holds the key itself)")
}

// bindLocalOrServer is for commands that work on a data folder or on a running hub.
func (c *config) bindLocalOrServer(f *pflag.FlagSet) {
	c.bindData(f)
	c.LogLevel = warnings
	c.bindUpstream(f)
	c.bindClient(f)
}

// checkHub refuses what a hub cannot start with.
func (c config) checkHub(w console) error {
	if name := "PATCHBAY_DATABASE_URL"; w.lookup(name) != "" {
		return usageError{operations.Errorf(operations.CodeNotConfigured,
			"%s is set, but this version keeps everything in the data folder; unset it and use --data", name)}
	}
	if c.Nodes < 0 {
		return usagef("--nodes: must not be negative")
	}
	if c.Retention < 0 {
		return usagef("--retention: must not be negative")
	}
	if c.IdempotencyRetention != 0 && c.IdempotencyRetention < store.ShortestIdempotency {
		return usagef("--idempotency-retention: must not be less than %s", store.ShortestIdempotency)
	}
	return nil
}

// origins collects the connectors' other origins from flag and environment. A name that no connector has, imported
// ones among them, is refused: it would be ignored otherwise.
func (c config) origins(w console, catalogue *operations.Catalogue, imported []string) (map[string]string, error) {
	origins := map[string]string{}
	for variable, origin := range c.environmentOrigins(w) {
		name := strings.ToLower(variable)
		if _, err := catalogue.Connector(name); err != nil && !slices.Contains(imported, name) {
			return nil, usagef("PATCHBAY_%s_BASE_URL: %s", variable, operations.AsError(err).Detail)
		}
		origins[name] = origin
	}
	for name, origin := range c.BaseURLs {
		if _, err := catalogue.Connector(name); err != nil && !slices.Contains(imported, name) {
			return nil, usagef("--base-url: %s", operations.AsError(err).Detail)
		}
		origins[name] = origin
	}
	for name, origin := range origins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			return nil, usagef("--base-url: the base URL of %s is not an http or https URL", name)
		}
	}
	return origins, nil
}

// namesOrigins tells whether any connector is to lie elsewhere.
func (c config) namesOrigins(w console) bool { return len(c.BaseURLs)+len(c.environmentOrigins(w)) > 0 }

func (c config) environmentOrigins(w console) map[string]string {
	found := map[string]string{}
	for _, pair := range w.environment {
		key, value, _ := strings.Cut(pair, "=")
		name, ours := strings.CutPrefix(key, "PATCHBAY_")
		name, base := strings.CutSuffix(name, "_BASE_URL")
		if ours && base && value != "" {
			found[name] = value
		}
	}
	return found
}

// maxSecretFile bounds, in bytes, what is read as a key or as secrets.
const maxSecretFile = 64 << 10

// secret reads a secret from its variable or from the file of its flag. Both at once are refused.
func (w console) secret(name, flag, path string) (string, error) {
	value := w.lookup(name)
	switch {
	case path == "":
		return strings.TrimSpace(value), nil
	case value != "":
		return "", usagef("%s and --%s are both given; give one", name, flag)
	}
	content, err := readBounded(path, maxSecretFile)
	if err != nil {
		return "", usagef("--%s: %w", flag, err)
	}
	text := strings.TrimSpace(string(content))
	if text == "" {
		return "", usagef("--%s: %s is empty", flag, path)
	}
	return text, nil
}

func readBounded(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(file, most)
}

func readAll(r io.Reader, most int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(content)) > most {
		return nil, fmt.Errorf("more than %d bytes", most)
	}
	return content, err
}

// networks is a flag: a comma-separated list of CIDRs. A bare address is a network of one.
type networks []netip.Prefix

// String gives the list as it is written.
func (n *networks) String() string {
	var parts []string
	for _, prefix := range *n {
		parts = append(parts, prefix.String())
	}
	return strings.Join(parts, ",")
}

// Type names the argument.
func (n *networks) Type() string { return "CIDRs" }

// Set reads the whole list.
func (n *networks) Set(text string) error {
	var list networks
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		prefix, err := netip.ParsePrefix(part)
		if address, addressErr := netip.ParseAddr(part); addressErr == nil {
			prefix, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("%q is not a network such as 10.0.0.0/8", part)
		}
		list = append(list, prefix.Masked())
	}
	*n = slices.Compact(list)
	return nil
}

// logLevel is a flag: the least level that is logged.
type logLevel slog.Level

// warnings is the level of commands that do one thing.
const warnings = logLevel(slog.LevelWarn)

// String gives the name of the level.
func (l *logLevel) String() string { return strings.ToLower(slog.Level(*l).String()) }

// Type names the argument.
func (l *logLevel) Type() string { return "level" }

// Set reads the name of a level.
func (l *logLevel) Set(text string) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return fmt.Errorf("%q is none of debug, info, warn, error", cmp.Or(text, `""`))
	}
	*l = logLevel(level)
	return nil
}
