#!lua
-- Apply one step of a scheduler, whole or not at all.
-- KEYS  1 head (hash)   2 lease (string)   3 log (stream)   4 inbox (stream)   5 timers (sorted set)   6 counts (hash)
--       7 dags (hash)   8 current (hash)   9 idle (sorted set)   10 dead (stream)
-- ARGV  1 what is common to the names of the partition's other keys: all are in the slot of KEYS[1]
--       2 the commit: msgpack, as payload.py makes it   3 how many dead letters are kept
-- Answers {'OK', now, earliest timer}, {'LOST', head} when another term rules, {'CONFLICT', head} when the log is not
-- what the scheduler believes, {'FOREIGN', queue} when a queue holds, or has held, ids that the log has not given.
-- Redis does not roll a script back: everything that could fail is checked first, each key once.
-- At most so many values are handed to a command at once: Lua's stack holds no more. Even, so that pairs stay together.
local MOST = 4000

-- Split an id into what it counts by.
local function parts(entry)
  local stamp, number = string.match(entry, '^(%d+)-(%d+)$')
  return tonumber(stamp), tonumber(number)
end

local function write(command, key, values)
  for first = 1, #values, MOST do
    redis.call(command, key, unpack(values, first, math.min(first + MOST - 1, #values)))
  end
end

local commit = cmsgpack.unpack(ARGV[2])
local base = ARGV[1]
local head = redis.call('HMGET', KEYS[1], 'term', 'seq', 'hash', 'owner', 'read', 'cursor')
if head[1] ~= commit.term then
  return {'LOST', redis.call('HGETALL', KEYS[1])}
end
-- The cursor belongs to what is compared: a commit without events moves it alone.
if head[2] ~= commit.seq or head[3] ~= commit.hash or head[6] ~= commit.after then
  return {'CONFLICT', redis.call('HGETALL', KEYS[1])}
end

local ends = (redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1] or {'0-0'})[1]
if ends ~= head[2] .. '-0' then
  return redis.error_reply('PENSTOCK the log ends at ' .. ends .. ', its head at ' .. head[2])
end

local shape = {new_seq = 'string', new_hash = 'string', incarnation = 'string', cursor = 'string', consumed = 'number',
  lease_ms = 'number', events = 'table', ids = 'table', ready = 'table', runs = 'table', added = 'table', removed = 'table',
  timers = 'table', dags = 'table', counts = 'table', withdrawn = 'table', stops = 'table', dead = 'table', idle = 'table'}
for name, kind in pairs(shape) do
  if type(commit[name]) ~= kind then
    return redis.error_reply('PENSTOCK a commit needs ' .. name .. ' as a ' .. kind)
  end
end
if not string.match(commit.cursor, '^%d+%-%d+$') then
  return redis.error_reply('PENSTOCK the cursor ' .. commit.cursor .. ' is no entry id')
end

-- Of what kind is each key that will be written? Every one is looked at once.
local found, wrong = {}, nil
local function expect(kind, key)
  if not found[key] then
    found[key] = redis.call('TYPE', key)['ok']
    if found[key] ~= kind and found[key] ~= 'none' then
      wrong = 'PENSTOCK ' .. key .. ' is a ' .. found[key] .. ', not a ' .. kind
    end
  end
end

for index, kind in ipairs({'hash', 'string', 'stream', 'stream', 'zset', 'hash', 'hash', 'hash', 'zset', 'stream'}) do
  expect(kind, KEYS[index])
end
for _, dag in ipairs(commit.dags) do
  expect('hash', base .. 'versions:' .. dag[1])
  expect('string', base .. 'definition:' .. dag[2])
end
for _, run in ipairs(commit.runs) do
  expect('hash', base .. 'run:' .. run[1])
  expect('list', base .. 'events:' .. run[1])
end
for _, lists in ipairs({commit.added, commit.removed}) do
  for list in pairs(lists) do
    expect('zset', base .. 'runs:' .. list)
  end
end
for _, gone in ipairs(commit.withdrawn) do
  expect('stream', base .. 'queue:' .. gone[1])
end
-- What is put on a queue must be above all that was ever on it.
local looked = {}
for _, entry in ipairs(commit.ready) do
  local queue = base .. 'queue:' .. entry[1]
  expect('stream', queue)
  local about = found[queue] == 'stream' and not looked[queue] and redis.call('XINFO', 'STREAM', queue) or {}
  looked[queue] = true
  for index = 1, #about, 2 do
    if about[index] == 'last-generated-id' and parts(about[index + 1]) >= parts(entry[2]) then
      return {'FOREIGN', entry[1]}
    end
  end
end
if wrong then
  return redis.error_reply(wrong)
end
redis.call('XPENDING', KEYS[4], 'scheduler')  -- fails where the group is gone

-- A bell is a hint: one that cannot be rung holds nothing up.
local function tell(worker, message)
  local bell = base .. 'bell:' .. worker
  redis.pcall('RPUSH', bell, message)
  redis.pcall('EXPIRE', bell, 60)
end

-- First, because it fails where the log has held higher ids and lost them, and then nothing has changed.
local size = #commit.events
for index, event in ipairs(commit.events) do
  if index < size then
    redis.call('XADD', KEYS[3], commit.ids[index], 'event', event)
  else
    redis.call('XADD', KEYS[3], commit.ids[index], 'event', event, 'hash', commit.new_hash)
  end
end
if commit.consumed > 0 then
  local read = string.format('%.0f', tonumber(head[5]) + commit.consumed)
  redis.call('XGROUP', 'SETID', KEYS[4], 'scheduler', commit.cursor, 'ENTRIESREAD', read)
  local stamp, number = parts(commit.cursor)
  redis.call('XTRIM', KEYS[4], 'MINID', string.format('%.0f-%.0f', stamp, number + 1))
  redis.call('HSET', KEYS[1], 'cursor', commit.cursor, 'read', read)
end

for _, dag in ipairs(commit.dags) do
  local dag_id, version, summary, definition = unpack(dag)
  redis.call('HSET', base .. 'versions:' .. dag_id, version, summary)
  redis.call('SET', base .. 'definition:' .. version, definition)
  -- A newer registration may wait in the inbox and be visible already: it stays so.
  local current = redis.call('HGET', KEYS[8], dag_id)
  if not current or current == version then
    redis.call('HSET', KEYS[8], dag_id, version)
    redis.call('HSET', KEYS[7], dag_id, summary)
  end
end

for _, run in ipairs(commit.runs) do
  write('HSET', base .. 'run:' .. run[1], run[2])
  write('RPUSH', base .. 'events:' .. run[1], run[3])
end
for list, runs in pairs(commit.removed) do
  write('ZREM', base .. 'runs:' .. list, runs)
end
for list, runs in pairs(commit.added) do
  write('ZADD', base .. 'runs:' .. list, runs)
end
write('ZREM', KEYS[5], commit.idle)
write('ZADD', KEYS[5], commit.timers)
for status, difference in pairs(commit.counts) do
  redis.call('HINCRBY', KEYS[6], status, difference)
end

for _, gone in ipairs(commit.withdrawn) do
  local queue, place, message = base .. 'queue:' .. gone[1], gone[2], gone[3]
  local claim = redis.pcall('XPENDING', queue, 'workers', place, place, 1)[1]
  if claim then
    tell(claim[2], message)
    redis.call('XACK', queue, 'workers', place)
  end
  redis.call('XDEL', queue, place)
end
for _, stop in ipairs(commit.stops) do
  tell(stop[1], stop[2])
end
for _, entry in ipairs(commit.ready) do
  redis.call('XADD', base .. 'queue:' .. entry[1], unpack(entry, 2))
end
if #commit.ready > 0 then
  -- The highest score was seen last and is most surely alive.
  local idle = redis.call('ZPOPMAX', KEYS[9], #commit.ready)
  for index = 1, #idle, 2 do
    tell(idle[index], 'work')
  end
end

for _, letter in ipairs(commit.dead) do
  redis.call('XADD', KEYS[10], 'MAXLEN', ARGV[3], '*', 'id', letter[1], 'reason', letter[2], 'fact', letter[3])
end

redis.call('HSET', KEYS[1], 'seq', commit.new_seq, 'hash', commit.new_hash, 'incarnation', commit.incarnation)
redis.call('SET', KEYS[2], head[4], 'PX', commit.lease_ms)
local time = redis.call('TIME')
local first = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
return {'OK', time[1] * 1000 + math.floor(time[2] / 1000), first[2]}
