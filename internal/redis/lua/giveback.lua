-- Gives back places that were taken a moment ago, since a bucket elsewhere had none.
-- ARGV: id of held places, when they were taken, then for each bucket: limit, burst, window, concurrent, the number of
-- its place. KEYS: as for acquiring.
local id, at = ARGV[1], tonumber(ARGV[2])
local key, argument = 1, 3
while key <= #KEYS do
  local b = load(KEYS[key])
  measure(b, tonumber(ARGV[argument]), tonumber(ARGV[argument + 1]), tonumber(ARGV[argument + 2]))
  if tonumber(ARGV[argument + 3]) > 0 then
    key = key + 1
    redis.call('ZREM', KEYS[key], id)
  end
  local place, changed = tonumber(ARGV[argument + 4]), false
  if b.group and place < b.count and b.born <= at then
    local latest = floor((b.count - 1) / b.group)
    for group = max(floor(place / b.group), latest - b.capacity), latest - 1 do
      redis.call('SETRANGE', b.key, slot(b, group), struct.pack('<d', ending(b, group + 1)))
    end
    b.count, b.tat, changed = b.count - 1, b.tat - b.interval, true
  end
  if b.lessonReset > now then
    b.lessonLeft, changed = b.lessonLeft + 1, true
  end
  if changed then
    keep(b)
  end
  key, argument = key + 1, argument + 5
end
return now
