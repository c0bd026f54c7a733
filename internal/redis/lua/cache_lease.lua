-- Grants the right to fetch the answer of a slot, or tells why not.
-- KEYS: value, lease, tag of the account, tag of the resource.
-- ARGV: 'wait', 'try' or 'take'; the answer that the caller knows of; the fence to be given; a state for a tag that has none;
-- how long the lease lasts; how long tags last. Times are milliseconds; answers, fences and states are 8 bytes.
-- Answers {'granted', state, state} | {'wait', fence of the holder, ms left} | {'refused'} | {'done'} | {'unkept'}.
local ask, seen, fence = ARGV[1], ARGV[2], ARGV[3]

local function state(key)
  local s = redis.call('GET', key)
  if not s then
    s = ARGV[4]
    redis.call('SET', key, s, 'PX', ARGV[6])
  end
  return s
end

local account, resource = state(KEYS[3]), state(KEYS[4])
local tags = account .. resource
local lease = redis.call('GET', KEYS[2])
local awaited = '0'
if lease then
  awaited = string.sub(lease, 26, 26)
end
if ask ~= 'take' then
  local head = redis.call('GETRANGE', KEYS[1], 0, 24)
  if #head == 25 and string.sub(head, 2, 17) == tags and string.sub(head, 18, 25) ~= seen then
    return {'done'}
  end
  if lease and string.sub(lease, 10, 25) == tags and string.sub(lease, 2, 9) ~= fence then
    local what = string.sub(lease, 1, 1)
    if what == 'u' then
      return {'unkept'}
    elseif ask == 'try' then
      return {'refused'}
    elseif what == 'h' then
      redis.call('SETRANGE', KEYS[2], 25, '1')
      return {'wait', string.sub(lease, 2, 9), redis.call('PTTL', KEYS[2])}
    end
  end
end
redis.call('SET', KEYS[2], 'h' .. fence .. tags .. awaited, 'PX', ARGV[5])
return {'granted', account, resource}
