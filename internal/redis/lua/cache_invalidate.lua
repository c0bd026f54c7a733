-- Gives a tag a new state, which makes all answers of the old one untrue, and tells all nodes.
-- KEYS: tag. ARGV: its new state, how long tags last, channel, message.
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.pcall('PUBLISH', ARGV[3], ARGV[4])
return 1
