#!lua
-- Keep claims alive, but only those that are pending and this worker's own.
-- KEYS  1 queue (stream)   2.. run (hash) of each claim
-- ARGV  1 worker   2.. entry id of each claim
-- Answers for each claim: ok, gone, or cancel when its run is being cancelled.
local answers = {}
for index = 2, #ARGV do
  local id = ARGV[index]
  local claim = redis.call('XPENDING', KEYS[1], 'workers', id, id, 1)[1]
  if not claim or claim[2] ~= ARGV[1] then
    answers[index - 1] = 'gone'
  else
    redis.call('XCLAIM', KEYS[1], 'workers', ARGV[1], 0, id, 'JUSTID')
    local summary = redis.call('HGET', KEYS[index], 'run')
    local cancelling = summary and cjson.decode(summary)['status'] == 'cancelling'
    answers[index - 1] = cancelling and 'cancel' or 'ok'
  end
end
return answers
