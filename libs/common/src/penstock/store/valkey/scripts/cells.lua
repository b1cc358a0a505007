#!lua flags=no-writes
-- Read a run without what its tasks left behind, which may be megabytes that a table of many runs does not show.
-- KEYS  1 run (hash)
-- Answers names and values of its fields. A long task ends before its error or its output, whichever comes first: what
-- a table shows stands before both, and inside a text of the JSON no quote is as bare as those looked for.
-- The run is read a few tasks at a time: as a whole it may be gigabytes, which would be here a second time.
local LONG = 400
local SLICE = 100

local function cell(task)
  if #task <= LONG then
    return task
  end
  local behind = #task + 1
  for _, mark in ipairs({',"error":', ',"output":'}) do
    behind = math.min(behind, string.find(task, mark, 1, true) or behind)
  end
  return behind > #task and task or string.sub(task, 1, behind - 1) .. '}'
end

local names = redis.call('HKEYS', KEYS[1])
local fields = {}
for first = 1, #names, SLICE do
  local last = math.min(first + SLICE - 1, #names)
  local values = redis.call('HMGET', KEYS[1], unpack(names, first, last))
  for index, value in ipairs(values) do
    local name = names[first + index - 1]
    fields[#fields + 1] = name
    fields[#fields + 1] = name == 'run' and value or cell(value)
  end
end
return fields
