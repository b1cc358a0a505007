#!lua flags=no-writes
-- Tell what the clock of the server shows.
-- KEYS  1 a key whose server is meant; it is not read
-- Answers ms.
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
