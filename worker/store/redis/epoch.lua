-- The first part of open.lua and append.lua, which run after it in one script.
--
-- Gets: KEYS[1..4], the hash of the state, the stream of events, the sorted sets of ids and of closed topics;
-- ARGV[1..3], the epoch, the last sequence number and the term that the worker knows; ARGV[4], the id of the
-- Redis process, empty if it is not known.
-- Leaves: epoch, last, now (the term), fresh and forks, and `changed`, what to write into the state.
--
-- A Redis process that did not write the events it has may lack the last of them. What it appends belongs to a
-- new term (in the state: `branch`), and `fork:TERM` is the last sequence number before it. A worker that has
-- read past a fork in an earlier term has read events that are not there any more: then a new epoch begins.
local known, seen, branch, run = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local state = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'run', 'branch')
local epoch, last, now, fresh = state[1], tonumber(state[2] or 0), tonumber(state[4] or 1), false
local forks = epoch and run ~= '' and run ~= state[3]
if forks then now = now + 1 end
local lacking = false
if epoch == known then
  lacking = last < seen or now - branch > 100
  for each = branch + 1, lacking and 0 or now do
    local fork = forks and each == now and last or redis.call('HGET', KEYS[1], 'fork:' .. each)
    lacking = lacking or tonumber(fork or 0) < seen
  end
end
if not epoch or lacking then
  local time = redis.call('TIME')
  local new_epoch = math.max(time[1] * 1000000 + time[2], tonumber(epoch or 0) + 1, tonumber(known) + 1)
  epoch, last, now, fresh, forks = string.format('%.0f', new_epoch), 0, 1, true, false
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
end
local changed = {'epoch', epoch, 'run', run, 'branch', now}
if forks then
  changed[7], changed[8] = 'fork:' .. now, last
  redis.call('HDEL', KEYS[1], 'fork:' .. (now - 101))
end
