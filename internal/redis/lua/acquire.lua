-- Takes a place in every bucket, or in none.
-- ARGV: take, priority, id of held places, longest wait, settled ('1': nobody else of this class waits where it asks),
-- grace (how late one who waits may come for his place before others get it), then for each bucket: limit, burst,
-- window, concurrent, lease, ahead, own last place, start of the count that has own.
-- KEYS: for each bucket its key, and where it has concurrent the key of the places held.
-- Answers {1, now, the place's number in each bucket...},
-- {0, now, bucket, wait, cause (of the first in line), bucket, wait, cause (of one behind ahead others), reason} or
-- {2, now, bucket}: the bucket has lost places that its caller had.
local take, priority, id, longest, settled = ARGV[1] == '1', tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local grace, buckets = tonumber(ARGV[6]), {}

-- read passes over buckets that hold nothing up: most requests have one that can only be paused, and is not.
local function read()
  local key, a = 1, 7
  for i = 1, (#ARGV - 6) / 8 do
    local limit, concurrent = tonumber(ARGV[a]), tonumber(ARGV[a + 3])
    if limit == 0 and concurrent == 0 and redis.call('EXISTS', KEYS[key]) == 0 then
      buckets[i] = false
    else
      local b = load(KEYS[key])
      measure(b, limit, tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]))
      b.ahead, b.own, b.whole = tonumber(ARGV[a + 5]), tonumber(ARGV[a + 6]), tonumber(ARGV[a + 7])
      if concurrent > 0 then
        key = key + 1
        b.concurrent, b.lease, b.held = concurrent, tonumber(ARGV[a + 4]), KEYS[key]
        b.underWay = redis.call('ZCOUNT', b.held, '(' .. string.format('%.0f', now), '+inf')
      end
      buckets[i] = b
    end
    key, a = key + 1, a + 8
  end
end

local function lost(b)
  return b.group and b.own > 0 and now - b.own < b.window and
    (b.count == 0 or b.last < b.own and b.own <= now or b.born > b.own and b.born ~= b.whole)
end

local function isFull(b, more)
  if b.concurrent == 0 then
    return false
  end
  return b.underWay + more >= ((due(b, priority) and b.concurrent) or share(b.concurrent, priority))
end

-- precedes finds somebody on any node who waits for the bucket and comes first.
local function precedes(b)
  for other = 0, 2 do
    if other ~= priority and b.expected[other] > now then
      local owed, mine = due(b, other), due(b, priority)
      if owed and not mine or owed == mine and other < priority then
        return other
      end
    end
  end
end

local function blocked(b)
  local at, cause = opens(b, 0, priority)
  if cause ~= NONE then
    return at, cause
  end
  if isFull(b, 0) then
    return now, FULL
  end
  local other = precedes(b)
  if other then
    local after = opens(b, 1, priority)
    if after > now or isFull(b, 1) then
      return min(max(after, now + 1000), b.expected[other]), YIELD
    end
  end
  return now, NONE
end

local function count(b)
  if b.lessonReset > now then
    b.lessonLeft = b.lessonLeft - 1
  end
  if priority > LIVE then
    b.skipped[priority] = 0
  end
  for other = priority + 1, BULK do
    b.skipped[other] = min(b.skipped[other] + 1, TURN)
  end
  if settled then
    b.expected[priority] = 0
  end
  if b.group then
    local at = max(now, b.last)
    if b.count == 0 then
      b.born = at
    end
    b.tat = max(at, b.tat) + b.interval
    add(b, at, 1)
  end
  keep(b)
  if b.held then
    redis.call('ZREMRANGEBYSCORE', b.held, '-inf', now)
    redis.call('ZADD', b.held, now + b.lease, id)
    redis.call('PEXPIRE', b.held, ceil(b.lease / 1000) * 2)
  end
end

local function give()
  local answer = {1, now}
  for i, b in ipairs(buckets) do
    answer[i + 2] = b and b.count or 0
    if b and (b.group or b.held or b.lessonReset > now) then
      count(b)
    end
  end
  return answer
end

local function worse(at, cause, thanAt, thanCause)
  return cause ~= NONE and (thanCause == NONE or at > thanAt)
end

-- refuse leaves word that somebody of this class waits, for those on other nodes.
local function refuse(first, firstAt, firstCause, slow, slowAt, slowCause)
  local reason = ''
  if slowCause == PAUSE then
    reason = redis.call('GETRANGE', buckets[slow].key, HEADER, HEADER + REASON - 1):gsub('%z+$', '')
  end
  if take and first > 0 and slowAt - now <= longest then
    local b = buckets[first]
    local till = firstAt + grace
    if till > b.expected[priority] + 10000 then
      b.expected[priority] = till
      keep(b)
    end
  end
  return {0, now, first, firstAt - now, firstCause, slow, slowAt - now, slowCause, reason}
end

read()
local first, firstAt, firstCause = 0, now, NONE
local slow, slowAt, slowCause = 0, now, NONE
for i, b in ipairs(buckets) do
  if b then
    if lost(b) then
      return {2, now, i}
    end
    local at, cause = blocked(b)
    if worse(at, cause, firstAt, firstCause) then
      first, firstAt, firstCause = i, at, cause
    end
    if b.ahead > 0 then
      local behind, held = opens(b, b.ahead, priority)
      if held ~= NONE and behind >= at then
        at, cause = behind, held
      end
    end
    if worse(at, cause, slowAt, slowCause) then
      slow, slowAt, slowCause = i, at, cause
    end
  end
end
if take and first == 0 then
  return give()
end
return refuse(first, firstAt, firstCause, slow, slowAt, slowCause)
