-- Serves requests one after another: each takes a place in every one of its buckets, or in none.
-- KEYS: for each bucket of each request its key, and where it has concurrent the key of the places held.
-- ARGV: a request each, packed numbers and a text: take, priority, longest wait, settled (1: nobody else of this class waits
-- where it asks), tell (1: the numbers of its places are wanted), grace (how late one who waits may come for his place
-- before others get it), how many buckets; for each bucket limit, burst, window, concurrent, lease, ahead, own last place,
-- start of the count that has own; then the id of held places.
-- Answers now, and for each request 1: it has its places; or a text, packed:
-- 1, and the place's number in each bucket, which it was to tell;
-- 0, bucket, wait, cause (of the first in line), bucket, wait, cause (of one behind ahead others), and the reason; or
-- 2, bucket: the bucket has lost places that its caller had.
-- There are few functions here, since each run makes them anew and they would cost more than what they do.
local key, known, changed, answers = 1, {}, {}, {now}

-- open finds a bucket, or passes over one that holds nothing up: most requests have one that can only be paused, and is not.
-- What was found stays known to the requests that follow; it is written at the end.
local function open(limit, burst, window, concurrent)
  local name = KEYS[key]
  local b = known[name]
  key = key + 1
  if not b then
    if limit == 0 and concurrent == 0 and (b == false or redis.call('EXISTS', name) == 0) then
      known[name] = false
      return false
    end
    b = load(name)
    known[name] = b
  end
  measure(b, limit, burst, window)
  b.concurrent = concurrent
  if concurrent > 0 then
    if not b.held then
      b.held = KEYS[key]
      b.underWay = redis.call('ZCOUNT', b.held, '(' .. string.format('%.0f', now), '+inf')
    end
    key = key + 1
  end
  return b
end

-- blocked says what holds up the first in line: at last somebody on any node who waits for the bucket and comes before him.
local function blocked(b, priority)
  local at, cause = opens(b, 0, priority)
  if cause ~= NONE then
    return at, cause
  end
  local room = 2 -- for him and one more
  if b.concurrent > 0 then
    room = (due(b, priority) and b.concurrent or share(b.concurrent, priority)) - b.underWay
  end
  if room < 1 then
    return now, FULL
  end
  for other = 0, 2 do
    if b.expected[other] > now and other ~= priority then
      local owed, mine = due(b, other), due(b, priority)
      if owed and not mine or owed == mine and other < priority then
        local after = opens(b, 1, priority)
        if after > now or room < 2 then
          return min(max(after, now + 1000), b.expected[other]), YIELD
        end
        break
      end
    end
  end
  return now, NONE
end

for request = 1, #ARGV do
  local text = ARGV[request]
  local take, priority, longest, settled, tell, grace, size, at = struct.unpack('<ddddddd', text)
  local buckets, lost = {}, 0
  local first, firstAt, firstCause = 0, now, NONE
  local slow, slowAt, slowCause = 0, now, NONE
  for i = 1, size do
    local limit, burst, window, concurrent, lease, ahead, own, whole
    limit, burst, window, concurrent, lease, ahead, own, whole, at = struct.unpack('<dddddddd', text, at)
    local b = open(limit, burst, window, concurrent)
    buckets[i] = b
    if b and lost == 0 then
      if b.group and own > 0 and now - own < window and
        (b.count == 0 or b.last < own and own <= now or b.born > own and b.born ~= whole) then
        lost = i
      end
      b.lease = lease
      local from, cause = blocked(b, priority)
      if cause ~= NONE and (firstCause == NONE or from > firstAt) then
        first, firstAt, firstCause = i, from, cause
      end
      if ahead > 0 then
        local behind, held = opens(b, ahead, priority)
        if held ~= NONE and behind >= from then
          from, cause = behind, held
        end
      end
      if cause ~= NONE and (slowCause == NONE or from > slowAt) then
        slow, slowAt, slowCause = i, from, cause
      end
    end
  end
  if lost > 0 then
    answers[request + 1] = struct.pack('<dd', 2, lost)
  elseif take == 1 and first == 0 then
    local answer = tell == 1 and struct.pack('<d', 1) or 1
    for i = 1, size do
      local b = buckets[i]
      if tell == 1 then
        answer = answer .. struct.pack('<d', b and b.count or 0)
      end
      if b and (b.group or b.concurrent > 0 or b.lessonReset > now) then
        if b.lessonReset > now then
          b.lessonLeft = b.lessonLeft - 1
        end
        if priority > LIVE then
          b.skipped[priority] = 0
        end
        for other = priority + 1, BULK do
          b.skipped[other] = min(b.skipped[other] + 1, TURN)
        end
        if settled == 1 then
          b.expected[priority] = 0
        end
        if b.group then
          local when = max(now, b.last)
          if b.count == 0 then
            b.born = when
          end
          b.tat = max(when, b.tat) + b.interval
          add(b, when, 1)
        end
        if b.concurrent > 0 then
          b.underWay = b.underWay + redis.call('ZADD', b.held, now + b.lease, string.sub(text, at))
          b.keepHeld = max(b.keepHeld, b.lease)
        end
        changed[b.key] = b
      end
    end
    answers[request + 1] = answer
  else
    local reason = ''
    if slowCause == PAUSE then
      reason = redis.call('GETRANGE', buckets[slow].key, HEADER, HEADER + REASON - 1):gsub('%z+$', '')
    end
    if take == 1 and first > 0 and slowAt - now <= longest then -- those on other nodes are to know that somebody of this class waits
      local b, till = buckets[first], firstAt + grace
      if till > b.expected[priority] + 10000 then
        b.expected[priority] = till
        changed[b.key] = b
      end
    end
    answers[request + 1] = struct.pack('<ddddddd', 0, first, firstAt - now, firstCause, slow, slowAt - now, slowCause) .. reason
  end
end
for _, b in pairs(changed) do
  keep(b)
  if b.keepHeld > 0 then
    redis.call('ZREMRANGEBYSCORE', b.held, '-inf', now)
    redis.call('PEXPIRE', b.held, ceil(b.keepHeld / 1000) * 2)
  end
end
return answers
