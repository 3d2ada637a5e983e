-- The first part of open.lua and append.lua, which run after it in one script.
--
-- Gets: KEYS[1..4], the hash of the state, the stream of events, the sorted sets of ids and of closed topics;
-- KEYS[5], where earlier versions have the state; ARGV[1..3], the epoch, the last sequence and the term that the
-- worker knows; ARGV[4], the id of the Redis process, empty if it is not known.
-- Leaves: epoch, last, term, is_new_epoch and is_new_term; `changed`, what to write into the state; and
-- `write_error`, why the state of an earlier version could not be moved, or a term could not begin.
--
-- A Redis process that loaded its events, and did not write them, may lack the last ones. What it appends belongs
-- to a new term (in the state: `branch`), and `fork:TERM` is the last sequence before that term. A worker of an
-- earlier term that has read beyond a fork has read events that are lost: then a new epoch begins. If all workers
-- ended with Redis, readers still have cursors of lost events. So a term skips all sequences that may have been
-- given out, up to the time in microseconds, and the event of that sequence tells so (see log/terms.hpp).
--
-- Earlier versions cannot read packs. So that none of them shares the namespace from now on, the state moves to
-- another key, and in its place is a text, with which their scripts fail at once.
local format = 2
local notice = 'used by a later version of sse-worker: upgrade this worker'
local known_epoch, known_last, known_term, process_id = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local fields = {'epoch', 'last', 'run', 'branch', 'format'}
local state, write_error = redis.call('HMGET', KEYS[1], unpack(fields)), nil
if not state[1] then
  local earlier = redis.pcall('HMGET', KEYS[5], unpack(fields))
  if not earlier.err and earlier[1] then
    state = earlier
    local moved = redis.pcall('RENAME', KEYS[5], KEYS[1])
    if moved.err then
      write_error = moved
    else
      redis.call('HSET', KEYS[1], 'format', format)
      redis.call('SET', KEYS[5], notice)
    end
  end
end
if tonumber(state[5] or format) > format then
  return redis.error_reply('ERR the keys of store.namespace have the format of a later version of sse-worker ('
    .. state[5] .. '); upgrade this worker')
end
local epoch, last, term, is_new_epoch = state[1], tonumber(state[2] or 0), tonumber(state[4] or 1), false
local is_new_term = epoch and process_id ~= '' and process_id ~= state[3]
if is_new_term then term = term + 1 end
local events_are_missing = false
if epoch == known_epoch then
  events_are_missing = last < known_last or term - known_term > 100
  for each = known_term + 1, events_are_missing and 0 or term do
    local fork = is_new_term and each == term and last or redis.call('HGET', KEYS[1], 'fork:' .. each)
    events_are_missing = events_are_missing or tonumber(fork or 0) < known_last
  end
end
if not epoch or events_are_missing then
  local time = redis.call('TIME')
  local new_epoch = math.max(time[1] * 1000000 + time[2], tonumber(epoch or 0) + 1, tonumber(known_epoch) + 1)
  epoch, last, term, is_new_epoch, is_new_term = string.format('%.0f', new_epoch), 0, 1, true, false
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
  redis.call('SET', KEYS[5], notice)
end
local changed = {'epoch', epoch, 'run', process_id, 'branch', term}
if is_new_epoch then changed[7], changed[8] = 'format', format end
if is_new_term and not write_error then
  local fork, topic, time = last, '$terms', redis.call('TIME')
  last = math.max(last + 4294967296, time[1] * 1000000 + time[2])
  -- A pack of one event, which is private and has a key.
  local key = 'term ' .. string.format('%.0f', fork)
  local body = string.char(20, 0, #key) .. key
  local begun = redis.pcall('XADD', KEYS[2], epoch .. '-' .. string.format('%.0f', last),
    'pack', string.char(1, 0, 1, 1, #topic) .. topic .. string.char(#body) .. body,
    'at', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
  if begun.err then
    write_error, last = begun, fork
  else
    changed[7], changed[8] = 'fork:' .. term, fork
    redis.call('HDEL', KEYS[1], 'fork:' .. (term - 101))
  end
end
