#!lua flags=allow-oom
-- Give a partition up.
-- It frees memory, so it may run while the server has none: a scheduler can stop then without leaving its lease behind.
-- KEYS  1 head (hash)   2 lease (string)
-- ARGV  1 owner   2 term
if redis.call('HGET', KEYS[1], 'term') == ARGV[2] and redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'owner', '')
end
return redis.status_reply('OK')
