#!lua
-- Write nothing. A server that refuses writes (out of memory, read-only, disk full, too few replicas) refuses every script
-- that may write before it begins, this one too, and says why.
return redis.status_reply('OK')
