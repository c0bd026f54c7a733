-- Pauses a bucket, or takes over what the service says of it.
-- ARGV: 'pause', until (from now), reason or 'learn', limit, left, reset (from now). Answers now.
local b = load(KEYS[1])
if ARGV[1] == 'pause' then
  local till = now + tonumber(ARGV[2])
  if till > b.paused and till > now then
    b.paused = till
    keep(b)
    redis.call('SETRANGE', b.key, HEADER, ARGV[3] .. string.rep('\0', REASON - #ARGV[3]))
  end
else
  local left, reset = tonumber(ARGV[3]), now + tonumber(ARGV[4])
  if reset > now and (b.lessonReset <= now or left < b.lessonLeft) then
    b.lessonLimit, b.lessonLeft, b.lessonReset = tonumber(ARGV[2]), left, reset
    keep(b)
  end
end
return now
