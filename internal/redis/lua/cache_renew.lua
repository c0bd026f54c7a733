-- Lets a lease last longer. KEYS: lease. ARGV: fence, how long. Answers 1 if it was still held.
local lease = redis.call('GET', KEYS[1])
if lease and string.sub(lease, 1, 9) == 'h' .. ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
