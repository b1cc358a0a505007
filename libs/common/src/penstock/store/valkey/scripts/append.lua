#!lua
-- Add lines to the output of an attempt, each once: a line's id is its number, and what is there is passed over.
-- KEYS  1 output (stream)
-- ARGV  1 number of the first line   2.. time (ms), stream and text of each line
-- Answers how many were added. Readers count on the order of a line's fields.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local there = last and tonumber(string.match(last[1], '^%d+')) or 0
local added = 0
for index = 2, #ARGV, 3 do
  local number = tonumber(ARGV[1]) + (index - 2) / 3
  if number > there then
    redis.call('XADD', KEYS[1], string.format('%.0f', number) .. '-0',
      'at', ARGV[index], 'stream', ARGV[index + 1], 'text', ARGV[index + 2])
    added = added + 1
  end
end
return added
