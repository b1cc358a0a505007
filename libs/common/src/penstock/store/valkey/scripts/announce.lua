#!lua flags=allow-oom
-- Say that a worker is alive for a while, and how it fares; forget those whose time is over.
-- It takes next to no memory, so it may run while the server has none: an operator then wants to see who works.
-- KEYS  1 until when each worker is there (sorted set)   2 what each has told of itself (hash)
-- ARGV  1 worker   2 what it tells (JSON)   3 for how many ms   4 more ms than anybody may have left to go: who has was
--       announced before the clock was set back
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function forget(from, to)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], from, to, 'LIMIT', 0, 100)) do
    redis.call('ZREM', KEYS[1], name)
    redis.call('HDEL', KEYS[2], name)
  end
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f %s', now, ARGV[2]))
forget('-inf', string.format('(%.0f', now))
forget(string.format('(%.0f', now + ARGV[4]), '+inf')
return now
