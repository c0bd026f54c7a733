-- Says that a node lives. ARGV: its id, for how long. Answers {now, how many live, whether this one was known}.
local lasting = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local added = redis.call('ZADD', KEYS[1], now + lasting, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ceil(lasting / 1000) * 2)
return {now, redis.call('ZCARD', KEYS[1]), 1 - added}
