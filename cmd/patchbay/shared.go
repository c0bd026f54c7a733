package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/patchbay/patchbay/internal/credentials"
	"github.com/patchbay/patchbay/internal/gateway"
	"github.com/patchbay/patchbay/internal/redis"
	"github.com/patchbay/patchbay/operations/execute"
)

// shared is what the calls of a hub have in common: limits and cached answers. With PATCHBAY_REDIS_URL it is that of
// all hubs at that Redis, otherwise of this process alone.
type shared struct {
	limiter    gateway.Limiter // nil: the gateway's own
	cache      execute.Cache
	status     func() redis.Status // nil: there is no Redis
	cacheState func() redis.CacheStatus
	collectors []prometheus.Collector
}

// redisVariables are those that only the environment may hold: a command line leaks.
const (
	redisURL      = "PATCHBAY_REDIS_URL"
	redisPassword = "PATCHBAY_REDIS_PASSWORD"
)

const (
	cacheBytes  = 64 << 20
	pauseSpread = 100 * time.Millisecond // over which those start who waited for the same pause to end
)

func (h *hub) openShared(ctx context.Context, c console, masterKey credentials.MasterKey) error {
	if c.lookup(redisURL) == "" || h.config.throwAway {
		h.shared = shared{cache: gateway.NewMemoryCache(cacheBytes)}
		return nil
	}
	client, err := redis.Open(ctx, c.lookup(redisURL), redis.Options{Password: c.lookup(redisPassword)})
	if errors.Is(err, redis.ErrRefused) {
		return fmt.Errorf("%s: Redis does not let the hub in; check user and password: %w", redisURL, err)
	}
	if err != nil {
		return usagef("%s: %w", redisURL, err)
	}
	h.closers = append(h.closers, client.Close)
	limiter := redis.NewLimiter(client, redis.LimiterOptions{Prefix: h.config.RedisPrefix, Nodes: h.config.Nodes, Spread: pauseSpread})
	h.closers = append(h.closers, func() error { limiter.Close(); return nil })
	options := redis.CacheOptions{Prefix: h.config.RedisPrefix}
	if !h.config.PlainCache {
		options.Seal = masterKey.Sealer("cache")
	}
	cache := redis.NewCache(client, options)
	h.closers = append(h.closers, func() error { cache.Close(); return nil })
	h.shared = shared{
		limiter: limiter, cache: cache, status: limiter.Status, cacheState: cache.Status,
		collectors: append(limiter.Collectors(), cache.Collectors()...),
	}
	return nil
}
