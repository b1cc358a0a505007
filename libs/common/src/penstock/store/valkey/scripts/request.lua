#!lua
-- Request a run: once per idempotency key.
-- KEYS  1 idempotency (string)   2 run (hash)   3 inbox (stream)   4.. indexes (sorted sets) that list the run
-- ARGV  1 run id   2 body digest   3 ttl of the key in seconds, 0 for no key   4 summary (JSON)   5 fact (JSON)
-- An inbox that is not there is not made: the server was emptied.
-- Answers {'NEW'}, {'KNOWN', run id} for a key or a run id used before, or {'CONFLICT'} for a key used with another body.
local keyed = tonumber(ARGV[3]) > 0
if keyed then
  local prior = redis.call('GET', KEYS[1])
  if prior then
    local body, run = string.match(prior, '^(%S*) (%S+)$')
    if body ~= ARGV[2] then
      return {'CONFLICT'}
    end
    return {'KNOWN', run}
  end
end
-- Asked again after a lost answer: what has become of the run meanwhile must not be overwritten.
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {'KNOWN', ARGV[1]}
end
if not redis.call('XADD', KEYS[3], 'NOMKSTREAM', '*', 'fact', ARGV[5]) then
  return redis.error_reply('NOGROUP the inbox is gone')
end
redis.call('HSET', KEYS[2], 'run', ARGV[4])
for index = 4, #KEYS do
  redis.call('ZADD', KEYS[index], 0, ARGV[1])
end
if keyed then
  redis.call('SET', KEYS[1], ARGV[2] .. ' ' .. ARGV[1], 'EX', ARGV[3])
end
return {'NEW'}
