-- Holds places for longer whose holders live. ARGV: lease, then their ids. Answers now.
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], ceil(tonumber(ARGV[1]) / 1000) * 2)
return now
