#!lua
-- Declare lost the claims that nobody has kept alive. Idle time is read and acted upon in one step: a heartbeat cannot
-- slip in between.
-- KEYS  1 head (hash)   2 queue (stream)   3 inbox (stream)
-- ARGV  1 term   2 lease in ms   3 id to go on from   4 how many to look at   5 schema version of the facts
--       6 what this server's clock should show (ms)   7 how far it may be off (ms)
--       8 the longest silence that is believed (ms; 0 for any): after a longer one a claim has its lease anew
-- A head that is not there is no other term: the server was emptied.
-- Answers {id to go on from (empty at the end), how many were lost}. A clock that shows something else was set, and
-- with it every idle time: then nothing is lost, all that was looked at has its lease anew, and the count is -1.
local term = redis.call('HGET', KEYS[1], 'term')
if not term then
  return redis.error_reply('NOGROUP the head is gone')
elseif term ~= ARGV[1] then
  return {'', 0}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local set = math.abs(now - tonumber(ARGV[6])) > tonumber(ARGV[7])
local claims = redis.call('XPENDING', KEYS[2], 'workers', ARGV[3], '+', ARGV[4])
local most = tonumber(ARGV[8])
local lost = set and -1 or 0
for _, claim in ipairs(claims) do
  if set or most > 0 and claim[3] > most then
    redis.call('XCLAIM', KEYS[2], 'workers', claim[2], 0, claim[1], 'JUSTID')
  elseif claim[3] >= tonumber(ARGV[2]) then
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
