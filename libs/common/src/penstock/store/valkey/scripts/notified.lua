#!lua
-- Take note of how far into the log of a partition a target has been notified.
-- KEYS  1 head (hash)   2 notified (hash)
-- ARGV  1 term   2 target   3 seq   4 incarnation
-- Answers 1, or 0 when another term rules or the log does not reach that far: a failover may have taken its end.
local head = redis.call('HMGET', KEYS[1], 'term', 'seq')
if head[1] ~= ARGV[1] or tonumber(head[2]) < tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. ':' .. ARGV[4])
return 1
