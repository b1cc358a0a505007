#!lua flags=allow-oom
-- Keep claims alive, but only those that are pending and this worker's own.
-- It takes no memory, so it may run while the server has none: or all that runs would be declared lost afterwards.
-- KEYS  1 queue (stream)   2.. run (hash) of each claim
-- ARGV  1 worker   2.. entry id, run id, task id and attempt of each claim
-- Answers for each claim: ok, gone, or cancel when its run is being cancelled.
-- After a failover with loss an entry's id may name another attempt: what the entry says is checked.
local function held(id, run, task, attempt)
  local claim = redis.call('XPENDING', KEYS[1], 'workers', id, id, 1)[1]
  local entry = claim and claim[2] == ARGV[1] and redis.call('XRANGE', KEYS[1], id, id)[1]
  local said = entry and entry[2] or {}  -- run, task, number, attempt …, as a commit has written them
  return said[2] == run and said[4] == task and said[8] == attempt
end

local answers = {}
for number = 1, #KEYS - 1 do
  local at = 4 * number - 2
  if held(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]) then
    redis.call('XCLAIM', KEYS[1], 'workers', ARGV[1], 0, ARGV[at], 'JUSTID')
    local summary = redis.call('HGET', KEYS[number + 1], 'run')
    local cancelling = summary and cjson.decode(summary)['status'] == 'cancelling'
    answers[number] = cancelling and 'cancel' or 'ok'
  else
    answers[number] = 'gone'
  end
end
return answers
