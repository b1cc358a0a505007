#!lua
-- Request that a version become the current one of its DAG.
-- KEYS  1 current (hash dag -> version)   2 versions (hash version -> summary)   3 dags (hash dag -> summary)
--       4 definition (string)             5 inbox (stream)
-- ARGV  1 dag id   2 version   3 summary (JSON)   4 definition (JSON)   5 fact (JSON)
-- An inbox that is not there is not made: the server was emptied.
-- Answers 1 if the version is new, 0 if it was known.
local known = redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return 0
end
if not redis.call('XADD', KEYS[5], 'NOMKSTREAM', '*', 'fact', ARGV[5]) then
  return redis.error_reply('NOGROUP the inbox is gone')
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])
redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[3])
redis.call('SET', KEYS[4], ARGV[4])
return known and 0 or 1
