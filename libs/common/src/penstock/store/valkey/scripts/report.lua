#!lua flags=allow-oom
-- End a claimed attempt: acknowledge it and pass its outcome on, once.
-- It may run while the server is out of memory: a claim becomes a fact, claims are not given then, so what it takes is
-- bounded by the attempts that run; and work that is done need not be done again because its worker had to go.
-- KEYS  1 queue (stream)   2 inbox (stream)   3 run (hash)
-- ARGV  1 worker   2 entry id   3 run id   4 task id   5 attempt   6 the run's field for the task   7 fact (JSON)
-- Answers accepted, duplicate (it ended before), superseded (it was declared lost: the fact goes to the inbox all the
-- same, so that the history tells that it was refused) or unknown (no such run).
-- After a failover with loss an entry's id may name another attempt, or another worker may hold it: both are checked.
local claim = redis.call('XPENDING', KEYS[1], 'workers', ARGV[2], ARGV[2], 1)[1]
local entry = claim and claim[2] == ARGV[1] and redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])[1]
if entry then
  local field = {}
  for index = 1, #entry[2], 2 do
    field[entry[2][index]] = entry[2][index + 1]
  end
  if field['run'] == ARGV[3] and field['task'] == ARGV[4] and field['attempt'] == ARGV[5] then
    redis.call('XACK', KEYS[1], 'workers', ARGV[2])
    redis.call('XDEL', KEYS[1], ARGV[2])
    redis.call('XADD', KEYS[2], '*', 'fact', ARGV[7])
    return 'accepted'
  end
end
local stored = redis.call('HGET', KEYS[3], ARGV[6])
if not stored then
  return 'unknown'
end
local task = cjson.decode(stored)
local present, own = task['attempt'] or 0, tonumber(ARGV[5])
local lost = task['reason'] == 'lost' or task['error'] and task['error']['kind'] == 'lost'
if present > own or present == own and lost then
  redis.call('XADD', KEYS[2], '*', 'fact', ARGV[7])
  return 'superseded'
end
return 'duplicate'
