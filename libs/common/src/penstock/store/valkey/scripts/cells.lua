#!lua flags=no-writes
-- Read a run without what its tasks left behind, which may be megabytes that a table of many runs does not show.
-- KEYS  1 run (hash)
-- Answers names and values of its fields. A long task ends before its error or its output, whichever comes first: what
-- a table shows stands before both, and inside a text of the JSON no quote is as bare as those looked for.
local LONG = 400
local fields = redis.call('HGETALL', KEYS[1])
for index = 2, #fields, 2 do
  local task = fields[index]
  if fields[index - 1] ~= 'run' and #task > LONG then
    local behind = #task + 1
    for _, mark in ipairs({',"error":', ',"output":'}) do
      behind = math.min(behind, string.find(task, mark, 1, true) or behind)
    end
    if behind <= #task then
      fields[index] = string.sub(task, 1, behind - 1) .. '}'
    end
  end
end
return fields
