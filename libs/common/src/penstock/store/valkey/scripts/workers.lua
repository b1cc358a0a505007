#!lua flags=no-writes
-- List the workers that are there.
-- KEYS  1 until when each worker is there (sorted set)   2 what each has told of itself (hash)
-- Answers {when the worker was heard last (ms), what it told, and so on}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now), '+inf')) do
  local told = redis.call('HGET', KEYS[2], name)
  if told then
    local seen, about = string.match(told, '^(%d+) (.*)$')
    answer[#answer + 1] = tonumber(seen)
    answer[#answer + 1] = about
  end
end
return answer
