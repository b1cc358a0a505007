#!lua
-- Become the owner of a partition under a new term.
-- KEYS  1 head (hash)   2 lease (string)
-- ARGV  1 owner   2 lease in ms   3 the longest time (ms) that another's lease can have left, unless the clock was set back
-- Answers the head as a flat list, or an empty list while the lease of another lasts.
local holder = redis.call('GET', KEYS[2])
if holder and redis.call('PTTL', KEYS[2]) > tonumber(ARGV[3]) then
  holder = false
end
if holder and holder ~= ARGV[1] then
  return {}
end
if redis.call('HEXISTS', KEYS[1], 'seq') == 0 then
  return redis.error_reply('NOGROUP the head is gone')
end
redis.call('HINCRBY', KEYS[1], 'term', 1)
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return redis.call('HGETALL', KEYS[1])
