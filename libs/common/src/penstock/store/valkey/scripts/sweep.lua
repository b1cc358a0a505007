#!lua
-- Declare lost the claims that nobody has kept alive. Idle time is read and acted upon in one step: a heartbeat cannot
-- slip in between.
-- KEYS  1 head (hash)   2 queue (stream)   3 inbox (stream)
-- ARGV  1 term   2 lease in ms   3 id to go on from   4 how many to look at   5 schema version of the facts
-- Answers {id to go on from (empty at the end), how many were lost}.
if redis.call('HGET', KEYS[1], 'term') ~= ARGV[1] then
  return {'', 0}
end
local claims = redis.call('XPENDING', KEYS[2], 'workers', ARGV[3], '+', ARGV[4])
local lost = 0
for _, claim in ipairs(claims) do
  if claim[3] >= tonumber(ARGV[2]) then
    local entry = redis.call('XRANGE', KEYS[2], claim[1], claim[1])[1]
    if entry then
      local field = {}
      for index = 1, #entry[2], 2 do
        field[entry[2][index]] = entry[2][index + 1]
      end
      redis.call('XADD', KEYS[3], '*', 'fact', cjson.encode({
        type = 'TaskLost', v = tonumber(ARGV[5]), run_id = field['run'], task_id = field['task'],
        attempt = tonumber(field['attempt']), worker = claim[2]}))
      lost = lost + 1
    end
    redis.call('XACK', KEYS[2], 'workers', claim[1])
    redis.call('XDEL', KEYS[2], claim[1])
  end
end
local more = #claims == tonumber(ARGV[4])
return {more and '(' .. claims[#claims][1] or '', lost}
