-- Appends events, all or none, and trims. Runs after epoch.lua.
-- Gets: ARGV[5], the first sequence to keep; ARGV[6], how many ids of earlier events to keep; then for each
-- pack its text (see pack.hpp), how many events it has, and `1` if none of them has an id or closes its topics.
-- Returns the epoch, and for each pack the sequence of its first event if all of them were appended; else for
-- each event its sequence, or that of the same event, or why it was not appended: -1 closed, -2 reserved,
-- -3 conflict, -4 evicted (see stream.hpp).
--
-- Trimming comes last: a script that has written something may exceed maxmemory from then on, and a script that
-- would only append must be refused by a full Redis.
if write_error then return write_error end
local from, past_max = 1, tonumber(ARGV[6])
if epoch == known_epoch then from = tonumber(ARGV[5]) end
local function entry_of(sequence) return epoch .. '-' .. string.format('%.0f', sequence) end
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local some_closed = redis.call('ZCARD', KEYS[4]) > 0
local function add(text, events)
  redis.call('XADD', KEYS[2], entry_of(last), 'pack', text, 'at', at)
  return last - events + 1
end

-- Most packs are plain, and no topic is closed. What the others need takes time to set up.
local function careful_functions()
  -- The name of an id in the set. It is short, however long the id is.
  local function name(id) return #id > 256 and '\0' .. redis.sha1hex(id) or id end
  -- The id of a private event has a mark, with which no id begins.
  local function private_name(id) return name('\1' .. id) end

  -- A number of a pack, and where it ends.
  local function number_at(text, at)
    local value, factor = 0, 1
    while true do
      local byte = string.byte(text, at)
      at = at + 1
      if byte < 128 then return value + byte * factor, at end
      value, factor = value + (byte - 128) * factor, factor * 128
    end
  end
  local function text_at(text, at)
    local size
    size, at = number_at(text, at)
    return string.sub(text, at, at + size - 1), at + size
  end
  -- The sets of topics of a pack, from 0, and where its events begin.
  local function sets_of(text)
    local count, at = number_at(text, 4)
    local sets = {}
    for i = 0, count - 1 do sets[i], at = text_at(text, at) end
    return sets, at
  end
  local function has(flags, flag) return bit.band(flags, flag) ~= 0 end
  local function events_of(text)
    local sets, at = sets_of(text)
    local high, low = string.byte(text, 2, 3)
    local events = {}
    for i = 1, high * 256 + low do
      local event, size, set = {begins = at}, nil, nil
      size, at = number_at(text, at)
      event.ends = at + size - 1
      event.flags = string.byte(text, at)
      set, at = number_at(text, at + 1)
      event.topics = sets[set]
      if has(event.flags, 2) then event.id, at = text_at(text, at) end
      event.rest = at
      events[i], at = event, event.ends + 1
    end
    return events
  end
  -- What makes an event the same as another one, of a pack or of an earlier version.
  local function content_of(text, event)
    local key, at = '', event.rest
    if has(event.flags, 4) then key, at = text_at(text, at) end
    local frame = string.sub(text, at, event.ends)
    if has(event.flags, 1) then frame = 'data: ' .. frame .. '\n' end
    return {topics = event.topics, event = frame, key = key, close = has(event.flags, 8), private = has(event.flags, 16)}
  end
  local function set_of(topics)
    local list, seen = {}, {}
    for topic in string.gmatch(topics, '[^\n]+') do
      if not seen[topic] then seen[topic] = true; list[#list + 1] = topic end
    end
    table.sort(list)
    return table.concat(list, '\n')
  end
  local function same(one, other)
    return one.event == other.event and one.key == other.key and one.close == other.close
      and one.private == other.private
      and (one.topics == other.topics or set_of(one.topics) == set_of(other.topics))
  end
  -- The event with that sequence; nil if it was trimmed. Repeated events are often of one pack.
  local found = {first = 1, last = 0}
  local function stored(sequence)
    if sequence < found.first or sequence > found.last then
      local entry = redis.call('XRANGE', KEYS[2], entry_of(sequence), epoch, 'COUNT', 1)[1]
      if not entry then return nil end
      local last_of = tonumber(string.match(entry[1], '%d+$'))
      if entry[2][1] == 'pack' then
        local events = events_of(entry[2][2])
        found = {first = last_of - #events + 1, last = last_of, text = entry[2][2], events = events}
      else
        local is = {}
        for i = 1, #entry[2], 2 do is[entry[2][i]] = entry[2][i + 1] end
        found = {first = last_of, last = last_of, fields = {topics = is.topics, event = is.event, key = is.key or '',
          close = is.close ~= nil, private = is.private ~= nil}}
      end
      if sequence < found.first then return nil end
    end
    return found.fields or content_of(found.text, found.events[sequence - found.first + 1])
  end

  local own = string.format('%x', tonumber(epoch)) .. '-'
  -- In parts, because a call takes a bounded number of words.
  local function in_parts(list, call)
    for i = 1, #list, 1000 do call(unpack(list, i, math.min(i + 999, #list))) end
  end
  -- The scores of the names, 0 for those that the set does not have.
  local function scores_of(key, names)
    local scores = {}
    in_parts(names, function(...)
      for _, score in ipairs(redis.call('ZMSCORE', key, ...)) do scores[#scores + 1] = tonumber(score or 0) end
    end)
    return scores
  end
  -- Which topics of the pack are closed; nil if none is.
  local function closed_topics(text)
    local names, seen = {}, {}
    local sets = sets_of(text)
    for i = 0, #sets do
      for topic in string.gmatch(sets[i], '[^\n]+') do
        if not seen[topic] then seen[topic] = true; names[#names + 1] = topic end
      end
    end
    local closed = {}
    for i, score in ipairs(scores_of(KEYS[4], names)) do
      if score > 0 then closed[names[i]] = true end
    end
    return next(closed) and closed
  end
  -- Appends what can be appended of a pack of which some events may have to be left out.
  local function add_some(text, closed)
    local events, names = events_of(text), {}
    for _, event in ipairs(events) do
      if event.id then
        event.at = #names
        names[#names + 1] = name(event.id)
        names[#names + 1] = private_name(event.id)
      end
    end
    local scores = scores_of(KEYS[3], names)
    local sequences, taken, ids, mine, closing = {}, {}, {}, {}, {}
    for i, event in ipairs(events) do
      local sequence
      local id = event.id
      if id and string.sub(id, 1, #own) == own and string.find(id, '^%d+$', #own + 1) then
        sequence = -2
      elseif id and mine[id] then
        local is = same(content_of(text, events[mine[id]]), content_of(text, event))
        sequence = is and sequences[mine[id]] or -3
      elseif id then
        local before = scores[event.at + 1]
        if before == 0 then before = scores[event.at + 2] end
        if before > 0 and (before >= from or past_max > 0) then
          local other = stored(before)
          if not other then sequence = -4
          elseif same(other, content_of(text, event)) then sequence = before
          else sequence = -3 end
        end
      end
      if not sequence and closed then
        for topic in string.gmatch(event.topics, '[^\n]+') do
          if closed[topic] then sequence = -1 end
        end
      end
      if not sequence then
        last = last + 1
        sequence = last
        taken[#taken + 1] = string.sub(text, event.begins, event.ends)
        if id then
          mine[id] = i
          ids[#ids + 1] = sequence
          ids[#ids + 1] = has(event.flags, 16) and private_name(id) or name(id)
        end
        if has(event.flags, 8) then
          closed = closed or {}
          for topic in string.gmatch(event.topics, '[^\n]+') do
            closed[topic] = true
            closing[#closing + 1] = sequence
            closing[#closing + 1] = topic
          end
        end
      end
      sequences[i] = sequence
    end
    local all = #taken == #events
    if #taken > 0 then
      if not all then
        local head = string.char(string.byte(text), math.floor(#taken / 256), #taken % 256)
        text = head .. string.sub(text, 4, events[1].begins - 1) .. table.concat(taken)
      end
      add(text, #taken)
      in_parts(ids, function(...) redis.call('ZADD', KEYS[3], ...) end)
      in_parts(closing, function(...) redis.call('ZADD', KEYS[4], ...) end)
    end
    if #closing > 0 then
      some_closed = true
      redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -100001)
    end
    return all and sequences[1] or sequences
  end
  return closed_topics, add_some
end
local closed_topics, add_some

local reply = {epoch}
for i = 7, #ARGV, 3 do
  local text, count, is_plain, closed = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2] == '1', nil
  if not closed_topics and (some_closed or not is_plain) then closed_topics, add_some = careful_functions() end
  if some_closed then closed = closed_topics(text) end
  if is_plain and not closed then
    last = last + count
    reply[#reply + 1] = add(text, count)
  else
    reply[#reply + 1] = add_some(text, closed)
  end
end
redis.call('HSET', KEYS[1], 'last', last, unpack(changed))
if from > 1 then
  redis.call('XTRIM', KEYS[2], 'MINID', '~', epoch .. '-' .. ARGV[5])
  local past = redis.call('ZCOUNT', KEYS[3], '-inf', '(' .. ARGV[5])
  if past > past_max then redis.call('ZREMRANGEBYRANK', KEYS[3], 0, past - past_max - 1) end
end
return reply
