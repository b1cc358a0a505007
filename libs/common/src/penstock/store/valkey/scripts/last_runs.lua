#!lua flags=no-writes
-- Read the summaries of the last runs of a list.
-- KEYS  1 list of runs (sorted set of ids, which begin with their time)
-- ARGV  1 what is before a run's id in the name of its key, which is in the slot of KEYS[1]   2 how many at most
-- Answers summaries (JSON), the newest first.
local summaries = {}
for _, run in ipairs(redis.call('ZREVRANGEBYLEX', KEYS[1], '+', '-', 'LIMIT', 0, ARGV[2])) do
  summaries[#summaries + 1] = redis.call('HGET', ARGV[1] .. run, 'run') or nil
end
return summaries
