#!lua flags=no-writes
-- Read the events of a run, through its index.
-- KEYS  1 index of the run (list of seqs, ascending)   2 log (stream)
-- ARGV  1 seq after which to begin   2 how many at most
-- Answers entries of the log.
local after = tonumber(ARGV[1])
local low, high = 0, redis.call('LLEN', KEYS[1])
while low < high do
  local middle = math.floor((low + high) / 2)
  if (tonumber(redis.call('LINDEX', KEYS[1], middle)) or 0) > after then
    high = middle
  else
    low = middle + 1
  end
end
local entries = {}
for _, seq in ipairs(redis.call('LRANGE', KEYS[1], low, low + tonumber(ARGV[2]) - 1)) do
  local place = string.format('%.0f-0', tonumber(seq) or 0)
  entries[#entries + 1] = redis.call('XRANGE', KEYS[2], place, place)[1]
end
return entries
