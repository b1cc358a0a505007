#!lua
-- Give a partition up.
-- KEYS  1 head (hash)   2 lease (string)
-- ARGV  1 owner   2 term
if redis.call('HGET', KEYS[1], 'term') == ARGV[2] and redis.call('GET', KEYS[2]) == ARGV[1] then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'owner', '')
end
return redis.status_reply('OK')
