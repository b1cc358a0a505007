#!lua flags=allow-oom
-- End claimed attempts of one queue: acknowledge each and pass its outcome on, once.
-- It may run while the server is out of memory: a claim becomes a fact, claims are not given then, so what it takes is
-- bounded by the attempts that run; and work that is done need not be done again because its worker had to go.
-- KEYS  1 queue (stream)   2 inbox (stream)   3.. run (hash) of each report
-- ARGV  1 worker   2.. entry id, run id, task id, attempt, the run's field for the task, and fact (JSON) of each report
-- Answers for each: accepted, duplicate (it ended before), superseded (it was declared lost: the fact goes to the inbox
-- all the same, so that the history tells that it was refused) or unknown (no such run).
-- After a failover with loss an entry's id may name another attempt, or another worker may hold it: both are checked.
local function held(id, run, task, attempt)
  local claim = redis.call('XPENDING', KEYS[1], 'workers', id, id, 1)[1]
  local entry = claim and claim[2] == ARGV[1] and redis.call('XRANGE', KEYS[1], id, id)[1]
  local said = entry and entry[2] or {}  -- run, task, number, attempt …, as a commit has written them
  return said[2] == run and said[4] == task and said[8] == attempt
end

-- Tell whether an attempt is over although nobody has reported its end.
local function superseded(task, attempt)
  local present = task['attempt'] or 0
  local lost = task['reason'] == 'lost' or task['error'] and task['error']['kind'] == 'lost'
  return present > attempt or present == attempt and lost
end

local function judge(key, id, run, task, attempt, field, fact)
  if held(id, run, task, attempt) then
    redis.call('XACK', KEYS[1], 'workers', id)
    redis.call('XDEL', KEYS[1], id)
    redis.call('XADD', KEYS[2], '*', 'fact', fact)
    return 'accepted'
  end
  local stored = redis.call('HGET', key, field)
  if not stored then
    return 'unknown'
  end
  if superseded(cjson.decode(stored), tonumber(attempt)) then
    redis.call('XADD', KEYS[2], '*', 'fact', fact)
    return 'superseded'
  end
  return 'duplicate'
end

local answers = {}
for number = 1, #KEYS - 2 do
  local at = 6 * number - 4
  answers[number] = judge(KEYS[number + 2], unpack(ARGV, at, at + 5))
end
return answers
