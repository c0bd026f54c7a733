-- Ends a lease without an answer. What it leaves behind for a while is '' (nothing), 'r' (no refresh is to be tried) or
-- 'u' (the answer is not one to keep, so that nobody needs a lease to fetch it).
-- KEYS: lease. ARGV: fence, what it leaves, for how long, channel, message. Answers 1 if the lease was held.
local lease = redis.call('GET', KEYS[1])
if not lease or string.sub(lease, 1, 9) ~= 'h' .. ARGV[1] then
  return 0
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2] .. string.sub(lease, 2, 25) .. '0', 'PX', ARGV[3])
end
if string.sub(lease, 26, 26) == '1' then
  redis.pcall('PUBLISH', ARGV[4], ARGV[5])
end
return 1
