-- Begins the first epoch, or the next one if Redis lacks what the worker has read. Runs after epoch.lua.
-- Returns the epoch, the last sequence, the term, the id of the first event, empty if there is none, and
-- the time of Redis, Unix time in milliseconds.
-- A full Redis, or a replica, can still be read: the term begins when it can be written to again.
if not write_error and (is_new_epoch or is_new_term) then
  redis.pcall('HSET', KEYS[1], 'last', last, unpack(changed))
end
local entry, first = redis.call('XRANGE', KEYS[2], epoch .. '-0', '+', 'COUNT', 1)[1], ''
if entry then
  first = entry[1]
  -- It has the sequence of its last event.
  if entry[2][1] == 'pack' then
    local of, sequence = string.match(first, '^(%d+)%-(%d+)$')
    local high, low = string.byte(entry[2][2], 2, 3)
    first = of .. '-' .. string.format('%.0f', sequence - (high * 256 + low) + 1)
  end
end
local time = redis.call('TIME')
return {epoch, last, term, first, time[1] * 1000 + math.floor(time[2] / 1000)}
