-- Begins the first epoch, or the next one if Redis lacks what the worker has read. Runs after epoch.lua.
-- Returns the epoch, the last sequence, the term, the id of the first event, empty if there is none, and
-- the time of Redis, Unix time in milliseconds.
-- A full Redis, or a replica, can still be read: the fork is recorded when it can be written to again.
if is_new_epoch or is_new_term then redis.pcall('HSET', KEYS[1], 'last', last, unpack(changed)) end
local first = redis.call('XRANGE', KEYS[2], epoch .. '-0', '+', 'COUNT', 1)[1]
local time = redis.call('TIME')
return {epoch, last, term, first and first[1] or '', time[1] * 1000 + math.floor(time[2] / 1000)}
