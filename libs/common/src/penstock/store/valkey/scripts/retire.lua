#!lua
-- Forget workers that are gone. With a consumer go its pending entries, for good: so only one that has none is removed,
-- and what it has is looked at in the same step.
-- KEYS  1 queue (stream)
-- ARGV  1 how long (ms) a worker must have asked for nothing
-- Answers how many were removed.
local removed = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], 'workers')) do
  local field = {}
  for index = 1, #consumer, 2 do
    field[consumer[index]] = consumer[index + 1]
  end
  if field['pending'] == 0 and field['idle'] >= tonumber(ARGV[1]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'workers', field['name'])
    removed = removed + 1
  end
end
return removed
