-- Appends events, all or none, and trims. Runs after epoch.lua.
-- Gets: ARGV[5], the first sequence to keep; ARGV[6], how many ids of earlier events to keep; then for
-- each event its topics, one a line, its frame, id, key, close and private.
-- Returns the epoch, and for each event its sequence, or that of the same event, or why it was not appended:
-- -1 closed, -2 reserved, -3 conflict, -4 evicted (see stream.hpp).
--
-- Trimming comes last: a script that has written something may exceed maxmemory from then on, and a script that
-- would only append must be refused by a full Redis.
local from, past_max = 1, tonumber(ARGV[6])
if epoch == known_epoch then from = tonumber(ARGV[5]) end
-- The name of an id in the set. It is short, however long the id is.
local function name(id) return #id > 256 and '\0' .. redis.sha1hex(id) or id end
-- The id of a private event has a mark, with which no id begins.
local function private_name(id) return name('\1' .. id) end
local function entry_of(sequence) return epoch .. '-' .. string.format('%.0f', sequence) end
local function set_of(topics)
  local list, seen = {}, {}
  for topic in string.gmatch(topics, '[^\n]+') do
    if not seen[topic] then seen[topic] = true; list[#list + 1] = topic end
  end
  table.sort(list)
  return table.concat(list, '\n')
end
-- Whether the event with that sequence is this one; nil if it was trimmed.
local function same(sequence, topics, event, key, close, private)
  local found = redis.call('XRANGE', KEYS[2], entry_of(sequence), entry_of(sequence))[1]
  if not found then return nil end
  local is = {}
  for i = 1, #found[2], 2 do is[found[2][i]] = found[2][i + 1] end
  return is.event == event and (is.key or '') == key and (is.close or '') == close
    and (is.private or '') == private and (is.topics == topics or set_of(is.topics) == set_of(topics))
end
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local own = string.format('%x', tonumber(epoch)) .. '-'
local some_closed = redis.call('ZCARD', KEYS[4]) > 0
local reply = {epoch}
for i = 7, #ARGV, 6 do
  local topics, event, id, key, close, private = unpack(ARGV, i, i + 5)
  local sequence
  if id ~= '' then
    if string.sub(id, 1, #own) == own and string.find(id, '^%d+$', #own + 1) then
      sequence = -2
    else
      local before = tonumber(redis.call('ZSCORE', KEYS[3], name(id))
        or redis.call('ZSCORE', KEYS[3], private_name(id)) or 0)
      if before > 0 and (before >= from or past_max > 0) then
        local is = same(before, topics, event, key, close, private)
        if is then sequence = before elseif is == false then sequence = -3 else sequence = -4 end
      end
    end
  end
  if not sequence and some_closed then
    for topic in string.gmatch(topics, '[^\n]+') do
      if redis.call('ZSCORE', KEYS[4], topic) then sequence = -1 end
    end
  end
  if not sequence then
    last = last + 1
    sequence = last
    local where = entry_of(sequence)
    if id == '' and key == '' and close == '' and private == '' then
      redis.call('XADD', KEYS[2], where, 'topics', topics, 'event', event, 'at', at)
    else
      local entry = {'topics', topics, 'event', event, 'at', at}
      local function put(name, value)
        if value ~= '' then entry[#entry + 1] = name; entry[#entry + 1] = value end
      end
      put('id', id); put('key', key); put('close', close); put('private', private)
      redis.call('XADD', KEYS[2], where, unpack(entry))
      if id ~= '' then
        redis.call('ZADD', KEYS[3], sequence, private ~= '' and private_name(id) or name(id))
      end
      if close ~= '' then
        some_closed = true
        for topic in string.gmatch(topics, '[^\n]+') do redis.call('ZADD', KEYS[4], sequence, topic) end
        redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -100001)
      end
    end
  end
  reply[#reply + 1] = sequence
end
redis.call('HSET', KEYS[1], 'last', last, unpack(changed))
if from > 1 then
  redis.call('XTRIM', KEYS[2], 'MINID', '~', epoch .. '-' .. ARGV[5])
  local past = redis.call('ZCOUNT', KEYS[3], '-inf', '(' .. ARGV[5])
  if past > past_max then redis.call('ZREMRANGEBYRANK', KEYS[3], 0, past - past_max - 1) end
end
return reply
