#!lua
-- Put aside what is on a queue though the log did not put it there: its ids are above the log's, so that nothing the log
-- makes ready could be added any more.
-- A server does not let the last id of a stream go below one that was deleted, so the queue is made anew: the entries of
-- the log, the group, and who has claimed which of them since when.
-- KEYS  1 head (hash)   2 queue (stream)   3 dead (stream)   4 the queue that is being made (stream)
-- ARGV  1 term   2 how many dead letters are kept
-- Answers how many entries were put aside, -1 when another term rules.
local head = redis.call('HMGET', KEYS[1], 'term', 'seq')
if head[1] ~= ARGV[1] then
  return -1
end
local seq = tonumber(head[2])

local function own(id)
  local stamp, number = string.match(id, '^(%d+)-(%d+)$')
  return number == '0' and tonumber(stamp) <= seq
end

redis.call('XPENDING', KEYS[2], 'workers')  -- fails where the group is gone, and nothing has changed
redis.call('DEL', KEYS[4])
local delivered = '0-0'
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[2])) do
  local about = {}
  for index = 1, #group, 2 do
    about[group[index]] = group[index + 1]
  end
  if about['name'] == 'workers' then
    -- Delivery is in order: who was given an entry from above was given all from below.
    delivered = own(about['last-delivered-id']) and about['last-delivered-id'] or head[2] .. '-0'
  end
end
redis.call('XGROUP', 'CREATE', KEYS[4], 'workers', delivered, 'MKSTREAM')

local put_aside = 0
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '+')) do
  if own(entry[1]) then
    redis.call('XADD', KEYS[4], entry[1], unpack(entry[2]))
  else
    redis.call('XADD', KEYS[3], 'MAXLEN', ARGV[2], '*', 'id', entry[1],
      'reason', 'It was on a queue, and the log had not put it there.', 'fact', cjson.encode(entry[2]))
    put_aside = put_aside + 1
  end
end

local after = '-'
repeat
  local claims = redis.call('XPENDING', KEYS[2], 'workers', after, '+', 1000)
  for _, claim in ipairs(claims) do
    if own(claim[1]) then
      redis.call('XCLAIM', KEYS[4], 'workers', claim[2], 0, claim[1], 'IDLE', claim[3], 'RETRYCOUNT', claim[4],
        'FORCE', 'JUSTID')
    end
    after = '(' .. claim[1]
  end
until #claims == 0
redis.call('RENAME', KEYS[4], KEYS[2])
return put_aside
