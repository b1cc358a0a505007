#!lua
-- Request the end of a run.
-- KEYS  1 run (hash)   2 inbox (stream)
-- ARGV  1 fact (JSON)   2.. statuses of runs that have ended
-- An inbox that is not there is not made: the server was emptied.
-- Answers {'UNKNOWN'}, {'ENDED', status} or {'OK', status}, the status the run has.
local summary = redis.call('HGET', KEYS[1], 'run')
if not summary then
  return {'UNKNOWN'}
end
local status = cjson.decode(summary)['status'] or 'requested'
for index = 2, #ARGV do
  if ARGV[index] == status then
    return {'ENDED', status}
  end
end
if not redis.call('XADD', KEYS[2], 'NOMKSTREAM', '*', 'fact', ARGV[1]) then
  return redis.error_reply('NOGROUP the inbox is gone')
end
return {'OK', status}
