package redis

import (
	_ "embed"

	goredis "github.com/redis/go-redis/v9"
)

var (
	//go:embed lua/bucket.lua
	bucketLua string
	//go:embed lua/acquire.lua
	acquireLua string
	//go:embed lua/note.lua
	noteLua string
	//go:embed lua/merge.lua
	mergeLua string
	//go:embed lua/giveback.lua
	giveBackLua string
	//go:embed lua/inspect.lua
	inspectLua string
	//go:embed lua/renew.lua
	renewLua string
	//go:embed lua/beat.lua
	beatLua string
)

// scripts are what runs inside Redis. All of them begin with what they know of a bucket.
type scripts struct {
	acquire, note, merge, giveBack, inspect, renew, beat *goredis.Script
}

func newScripts() scripts {
	script := func(text string) *goredis.Script { return goredis.NewScript(bucketLua + text) }
	return scripts{
		acquire: script(acquireLua), note: script(noteLua), merge: script(mergeLua), giveBack: script(giveBackLua),
		inspect: script(inspectLua), renew: script(renewLua), beat: script(beatLua),
	}
}
