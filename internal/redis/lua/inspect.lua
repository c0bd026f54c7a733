-- Tells the state of a bucket. ARGV: limit, burst, window, concurrent. KEYS: its key, and that of the places held.
-- Answers {now, left (-1: any number), reset (from now), paused (from now), reason, under way}.
local b = load(KEYS[1])
measure(b, tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
local concurrent, underWay = tonumber(ARGV[4]), 0
local left, reset, reason = -1, 0, ''

local function fewer(n)
  if left < 0 or n < left then
    left = n
  end
end

if b.group then
  local low, high = 0, b.limit
  while low < high do
    local middle = floor((low + high) / 2)
    if max(windowOpens(b, middle, LIVE), burstOpens(b, middle, LIVE)) > now then
      high = middle
    else
      low = middle + 1
    end
  end
  fewer(low)
  if b.count > 0 then
    reset = b.last + b.window
  end
end
if b.lessonReset > now then
  fewer(max(b.lessonLeft, 0))
  reset = max(reset, b.lessonReset)
end
if concurrent > 0 then
  underWay = redis.call('ZCOUNT', KEYS[2], '(' .. string.format('%.0f', now), '+inf')
  fewer(max(concurrent - underWay, 0))
end
if b.paused > now then
  reason = redis.call('GETRANGE', b.key, HEADER, HEADER + REASON - 1):gsub('%z+$', '')
end
return {now, left, max(reset - now, 0), max(b.paused - now, 0), reason, underWay}
