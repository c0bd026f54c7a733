-- What all scripts know of a bucket. Times are microseconds of this server's clock; a double holds them exactly.
--
-- A bucket is one string: sixteen numbers, room for the reason of a pause, and a ring of when each group of places
-- ended. The meter is that of the limiter in memory: in any window at most limit places, in at most 128 groups.
local HEADER, REASON, RING = 128, 96, 224
local NUMBERS = '<dddddddddddddddd'
local LIVE, BULK, TURN = 0, 2, 14
local NONE, LIMIT, PAUSE, LESSON, FULL, YIELD = 0, 1, 2, 3, 4, 5
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

-- load reads a bucket. The table has all its fields from the start, since growing one costs much. So does a number that is
-- to be an argument of a command, which is why those that are always the same are texts.
local function load(key)
  local raw = redis.call('GETRANGE', key, '0', '127')
  if #raw < HEADER then
    return {
      key = key, limit = 0, window = 0, count = 0, last = 0, tat = 0, paused = 0, lessonLimit = 0, lessonLeft = 0, lessonReset = 0,
      skipped = {[0] = 0, 0, 0}, born = 0, expected = {[0] = 0, 0, 0}, expires = 0, group = false, capacity = 0, interval = 0,
      burst = 0, concurrent = 0, lease = 0, held = false, underWay = 0, keepHeld = 0, written = false,
    }
  end
  local limit, window, count, last, tat, paused, lessonLimit, lessonLeft, lessonReset, ddl, bulk, born, e0, e1, e2, expires =
    struct.unpack(NUMBERS, raw)
  return {
    key = key, limit = limit, window = window, count = count, last = last, tat = tat, paused = paused, lessonLimit = lessonLimit,
    lessonLeft = lessonLeft, lessonReset = lessonReset, skipped = {[0] = 0, ddl, bulk}, born = born,
    expected = {[0] = e0, e1, e2}, expires = expires, group = false, capacity = 0, interval = 0,
    burst = 0, concurrent = 0, lease = 0, held = false, underWay = 0, keepHeld = 0, written = false,
  }
end

-- save writes all but the ring. The key outlives everything that it holds.
local function save(b)
  redis.call('SETRANGE', b.key, '0', struct.pack(NUMBERS, b.limit, b.window, b.count, b.last, b.tat, b.paused, b.lessonLimit,
    b.lessonLeft, b.lessonReset, b.skipped[1], b.skipped[2], b.born, b.expected[0], b.expected[1], b.expected[2], b.expires))
end

local function keep(b)
  local needed = max(b.last + b.window, b.paused, b.lessonReset, now + 1000000)
  if b.expires < needed then
    b.expires = needed + 1000000 + floor(b.window / 2)
    save(b)
    redis.call('PEXPIREAT', b.key, ceil(b.expires / 1000))
  else
    save(b)
  end
end

-- measure sets what a bucket's limit is. With another limit or window than before it starts anew, as it does when its
-- window has passed, or when the clock was put back by more than that.
local function measure(b, limit, burst, window)
  b.group = false
  if limit <= 0 or window <= 0 then
    return
  end
  if b.limit ~= limit or b.window ~= window then
    b.limit, b.window, b.count, b.tat, b.last = limit, window, 0, 0, 0
  end
  if b.count > 0 and (now - b.last >= window or b.last - now > window) then
    b.count, b.tat = 0, min(b.tat, now)
  end
  b.group = ceil(limit / 128)
  b.capacity, b.interval = floor(limit / b.group), floor(window / limit)
  b.burst = (burst > 0 and burst < limit) and burst or 0
end

local function slot(b, group)
  return RING + 8 * (group % (b.capacity + 1))
end

local function ending(b, group)
  local at = slot(b, group)
  return (struct.unpack('<d', redis.call('GETRANGE', b.key, at, at + 7)))
end

local function reserved(n)
  return min(floor((n + 4) / 5), max(n - 1, 0))
end

local function share(n, priority)
  if priority == BULK then
    return n - reserved(n)
  end
  return n
end

local function windowOpens(b, ahead, priority)
  local capacity = share(b.capacity, priority)
  local latest = floor((b.count - 1) / b.group)
  local wanted = floor((b.count + ahead) / b.group)
  local at, laps = now, 0
  while wanted >= capacity do
    wanted = wanted - capacity
    if b.count > 0 and wanted <= latest then
      return max(now, ending(b, wanted) + b.window) + laps * b.window
    end
    at = at + b.window
    laps = laps + 1
  end
  return at
end

local function burstOpens(b, ahead, priority)
  if b.burst == 0 then
    return now
  end
  return max(now, b.tat) + (ahead - share(b.burst, priority) + 1) * b.interval
end

local function due(b, priority)
  return b.skipped[priority] >= TURN
end

-- opens says when a place is to be had if ahead others get theirs before, and what holds it up till then.
local function opens(b, ahead, priority)
  if due(b, priority) then
    priority = LIVE -- its turn may be in the last fifth
  end
  local at, cause = now, NONE
  if b.group then
    at = max(now, windowOpens(b, ahead, priority), burstOpens(b, ahead, priority))
    cause = at > now and LIMIT or NONE
  end
  if b.lessonReset > now then
    local left = b.lessonLeft - ahead
    if priority == BULK then
      left = left - reserved(b.lessonLimit)
    end
    if left <= 0 and b.lessonReset >= at then
      at, cause = b.lessonReset, LESSON
    end
  end
  if b.paused > now and b.paused >= at then
    at, cause = b.paused, PAUSE
  end
  return at, cause
end

-- add counts n places given out at a time, in order of time, without saving all but the ring. What it wrote last is not
-- written again.
local function add(b, at, n)
  while n > 0 do
    local group, room = floor(b.count / b.group), min(n, b.group - b.count % b.group)
    if b.written ~= group or b.last ~= at then
      redis.call('SETRANGE', b.key, slot(b, group), struct.pack('<d', at))
    end
    b.count, b.written, n = b.count + room, group, n - room
  end
  b.last = max(b.last, at)
end
