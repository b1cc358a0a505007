#!lua
-- End a claimed attempt: acknowledge it and pass its outcome on, once.
-- KEYS  1 queue (stream)   2 inbox (stream)   3 run (hash)
-- ARGV  1 entry id   2 fact (JSON)   3 the run's field for the task   4 attempt
-- Answers accepted, duplicate (it ended before), superseded (a newer attempt exists) or unknown (no such run).
if redis.call('XACK', KEYS[1], 'workers', ARGV[1]) == 1 then
  redis.call('XDEL', KEYS[1], ARGV[1])
  redis.call('XADD', KEYS[2], '*', 'fact', ARGV[2])
  return 'accepted'
end
local task = redis.call('HGET', KEYS[3], ARGV[3])
if not task then
  return 'unknown'
end
if (cjson.decode(task)['attempt'] or 0) > tonumber(ARGV[4]) then
  return 'superseded'
end
return 'duplicate'
