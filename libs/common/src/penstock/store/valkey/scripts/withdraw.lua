#!lua
-- Stop being rung for work. A bell that has rung meanwhile is passed on, so that the work it announced is not left waiting.
-- KEYS  1 idle (sorted set)   2 bell (list) of the worker
-- ARGV  1 worker   2 what is common to the names of the bells (all are in the slot of KEYS[1])
--       3 1 if the worker has heard a bell that it will not follow, else 0
redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('LREM', KEYS[2], 0, 'work') > 0 or ARGV[3] == '1' then
  local next = redis.call('ZPOPMAX', KEYS[1])[1]
  if next then
    local bell = ARGV[2] .. next
    -- A bell is a hint: one that cannot be rung holds nothing up.
    redis.pcall('RPUSH', bell, 'work')
    redis.pcall('EXPIRE', bell, 60)
  end
end
return redis.status_reply('OK')
