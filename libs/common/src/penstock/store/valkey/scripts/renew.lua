#!lua flags=allow-oom
-- Extend the lease of a partition.
-- It takes next to no memory, so it may run while the server has none: partitions keep their owners.
-- KEYS  1 head (hash)   2 lease (string)   3 timers (sorted set)
-- ARGV  1 owner   2 term   3 lease in ms
-- Answers {now, earliest timer}, or an empty list when another term rules.
if redis.call('HGET', KEYS[1], 'term') ~= ARGV[2] then
  return {}
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
local time = redis.call('TIME')
local first = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
return {time[1] * 1000 + math.floor(time[2] / 1000), first[2]}
