-- Keeps an answer, if the lease is still held and no write has made the answer untrue, and ends the lease.
-- KEYS: value, lease, tag of the account, tag of the resource.
-- ARGV: fence, both tags' states when the lease was given, value, how long it is kept, how long tags last at the least, channel, message.
-- Answers 'kept', 'late' or 'overtaken'.
local lease = redis.call('GET', KEYS[2])
if not lease or string.sub(lease, 1, 9) ~= 'h' .. ARGV[1] then
  return 'late'
end
redis.call('DEL', KEYS[2])
local tell = string.sub(lease, 26, 26) == '1'
local outcome = 'overtaken'
if (redis.call('GET', KEYS[3]) or '') .. (redis.call('GET', KEYS[4]) or '') == ARGV[2] then
  outcome = 'kept'
  tell = tell or redis.call('EXISTS', KEYS[1]) == 1
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  for i = 3, 4 do
    if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[5]) then
      redis.call('PEXPIRE', KEYS[i], ARGV[5])
    end
  end
end
if tell then
  redis.pcall('PUBLISH', ARGV[6], ARGV[7])
end
return outcome
