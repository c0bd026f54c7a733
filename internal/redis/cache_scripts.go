package redis

import (
	_ "embed"

	goredis "github.com/redis/go-redis/v9"
)

var (
	//go:embed lua/cache_lease.lua
	cacheLeaseLua string
	//go:embed lua/cache_set.lua
	cacheSetLua string
	//go:embed lua/cache_release.lua
	cacheReleaseLua string
	//go:embed lua/cache_renew.lua
	cacheRenewLua string
	//go:embed lua/cache_invalidate.lua
	cacheInvalidateLua string
)

// cacheScripts are what the cache runs inside Redis. Where one PUBLISHes, a user who may not only loses the tier.
type cacheScripts struct{ lease, set, release, renew, invalidate *goredis.Script }

func newCacheScripts() cacheScripts {
	return cacheScripts{
		lease: goredis.NewScript(cacheLeaseLua), set: goredis.NewScript(cacheSetLua), release: goredis.NewScript(cacheReleaseLua),
		renew: goredis.NewScript(cacheRenewLua), invalidate: goredis.NewScript(cacheInvalidateLua),
	}
}
