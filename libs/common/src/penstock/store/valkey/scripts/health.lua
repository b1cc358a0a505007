#!lua flags=no-writes
-- Say how a partition fares, as it is at one moment: between two reads a commit would make head and log differ.
-- It writes nothing and says so: a server that refuses writes has to be looked at most of all.
-- KEYS  1 head (hash)   2 lease (string)   3 inbox (stream)   4 log (stream)   5 timers (sorted set)
--       6 dead (stream)   7 and on: queues (streams)
-- ARGV  1 group of the workers   2 how many claims of a queue to look at: the oldest ones
-- Answers {now, head, what is left of the lease, facts in the inbox, id of the oldest, {id, event} of the last event,
-- timers, earliest one, dead letters, queues}; of each queue {attempts, claimed ones, idle time of the stillest claim,
-- the event that made the oldest one ready that nobody has claimed}. Times are ms; what is not there is false or {}.
local function first(entries)
  return entries[1] or {}
end

local function event(entry)
  local fields = entry[2] or {}
  for index = 1, #fields, 2 do
    if fields[index] == 'event' then
      return fields[index + 1]
    end
  end
  return false
end

local function delivered(queue)
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', queue)) do
    local field = {}
    for index = 1, #group, 2 do
      field[group[index]] = group[index + 1]
    end
    if field['name'] == ARGV[1] then
      return field['last-delivered-id']
    end
  end
end

local queues = {}
for number = 7, #KEYS do
  local queue = KEYS[number]
  local claimed = redis.call('XPENDING', queue, ARGV[1])[1]
  local idle = 0
  for _, claim in ipairs(redis.call('XPENDING', queue, ARGV[1], '-', '+', ARGV[2])) do
    idle = math.max(idle, claim[3])
  end
  -- The id of an entry is the seq of the event that made its attempt ready.
  local waiting = first(redis.call('XRANGE', queue, '(' .. delivered(queue), '+', 'COUNT', 1))[1]
  local begun = waiting and event(first(redis.call('XRANGE', KEYS[4], waiting, waiting)))
  queues[#queues + 1] = {redis.call('XLEN', queue), claimed, idle, begun or false}
end

local time = redis.call('TIME')
local last = first(redis.call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 1))
return {
  time[1] * 1000 + math.floor(time[2] / 1000),
  redis.call('HGETALL', KEYS[1]),
  redis.call('PTTL', KEYS[2]),
  redis.call('XLEN', KEYS[3]),
  first(redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1))[1] or false,
  last[1] and {last[1], event(last)} or {},
  redis.call('ZCARD', KEYS[5]),
  redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')[2] or false,
  redis.call('XLEN', KEYS[6]),
  queues,
}
