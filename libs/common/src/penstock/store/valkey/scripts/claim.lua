#!lua
-- Claim ready attempts for a worker and report them as started.
-- KEYS  1 suspects (stream)   2 queue (stream)   3 inbox (stream)   4 idle (sorted set)
-- ARGV  1 worker   2 how many at most   3 schema version of the facts   4 how many of them may be suspects
-- Answers the entries of each of the two queues; with fewer than asked for, the worker is idle and will be rung.
local claimed = 0

local worker = cjson.encode(ARGV[1])

local function take(queue, most)
  if most < 1 then
    return {}
  end
  local reply = redis.call('XREADGROUP', 'GROUP', 'workers', ARGV[1], 'COUNT', most, 'STREAMS', queue, '>')
  local entries = reply and reply[1] and reply[1][2] or {}
  for _, entry in ipairs(entries) do
    -- run, task, number, attempt …, as a commit has written them; what somebody else has put there may lack some.
    local said = entry[2]
    redis.call('XADD', KEYS[3], '*', 'fact', '{"type":"TaskStarted","v":' .. ARGV[3] ..
      ',"run_id":' .. cjson.encode(said[2]) .. ',"task_id":' .. cjson.encode(said[4]) ..
      ',"attempt":' .. (tonumber(said[8]) or 'null') .. ',"worker":' .. worker .. '}')
  end
  claimed = claimed + #entries
  return entries
end

local limit = tonumber(ARGV[2])
local suspects = take(KEYS[1], math.min(limit, tonumber(ARGV[4])))
local others = take(KEYS[2], limit - claimed)
if claimed < limit then
  -- A worker that lives comes back every second; one that did not for a minute is dead.
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[4], now, ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - 60000)
end
return {suspects, others}
