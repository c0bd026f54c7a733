-- Adds places that a node has given out and that this bucket does not count, or no longer.
-- ARGV: limit, burst, window, start of the count that has the caller's, then for each place or group of places:
-- when, how many, counted ('1': this bucket has counted it once). Answers {now, start of the count}.
local b = load(KEYS[1])
measure(b, tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
local whole = tonumber(ARGV[4])
local fresh = b.count == 0
local places, added = {}, 0

local function missing(at, counted)
  if now - at >= b.window then
    return false
  end
  return not counted or fresh or at > b.last or at < b.born and b.born ~= whole
end

if not fresh then
  local latest = floor((b.count - 1) / b.group)
  for group = max(0, latest - b.capacity), latest do
    local n = group == latest and b.count - latest * b.group or b.group
    places[#places + 1] = {ending(b, group), n}
  end
end
for i = 5, #ARGV, 3 do
  local at, n = min(tonumber(ARGV[i]), now), tonumber(ARGV[i + 1])
  if missing(at, ARGV[i + 2] == '1') then
    places[#places + 1] = {at, n}
    added = added + n
  end
end
if added > 0 then
  table.sort(places, function(x, y) return x[1] < y[1] end)
  b.count, b.born, b.tat = 0, fresh and now or b.born, 0
  for _, place in ipairs(places) do
    b.tat = max(place[1], b.tat) + place[2] * b.interval
    add(b, place[1], place[2])
  end
  keep(b)
end
return {now, b.born}
