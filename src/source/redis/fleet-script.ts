/**
 * One beat of a replica. It reads the time of the server, removes expired entries, stores the replica, decides, and
 * returns the answer as JSON.
 *
 * KEYS:
 *
 * - `meta`: a hash. `born` is the start of the group, `lost` is 1 if its data was lost, `ttl` is the longest ttl.
 * - `report`: a hash with the report of each replica.
 * - `seen`: a sorted set. The score of a replica is the time until which it counts.
 * - `out`: the set of replicas that are out without a leave.
 * - `leave`: a sorted set. The score is the end of the leave.
 * - `ask`: a sorted set of the replicas that ask for a leave and have none. The score is the staleness of their data.
 * - `notes`: a hash with version and text of each note.
 * - `serial`: a hash with the number of the last beat of each replica.
 * - Three sorted sets for each turn in the beat: the waiting replicas by rank, the same replicas by the time until
 *   which they wait, and the loading replicas by the time until which their load counts.
 *
 * ARGV: the beat as JSON without its report, and the report.
 *
 * The rules are the same as in `src/fleet/group.ts`. A test compares both.
 */
export const BEAT_SCRIPT = `local b = cjson.decode(ARGV[1])
local me, ttl = b.replica, b.ttlMs
local META, REPORT, SEEN, OUT, LEAVE, ASK, NOTES, SERIAL = unpack(KEYS, 1, 8)
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function text(number) return string.format("%.17g", number) end
local longest = math.max(tonumber(redis.call("HGET", META, "ttl") or 0), ttl)
local function over(key)
  local gone = redis.call("ZRANGEBYSCORE", key, "-inf", text(now))
  for _, one in ipairs(redis.call("ZRANGEBYSCORE", key, "(" .. text(now + longest), "+inf")) do gone[#gone + 1] = one end
  return gone
end
for _, one in ipairs(over(SEEN)) do
  redis.call("ZREM", SEEN, one)
  redis.call("SREM", OUT, one)
  redis.call("ZREM", LEAVE, one)
  redis.call("ZREM", ASK, one)
  redis.call("HDEL", REPORT, one)
  redis.call("HDEL", SERIAL, one)
end
for _, one in ipairs(over(LEAVE)) do redis.call("ZREM", LEAVE, one) end
for i = 9, #KEYS, 3 do
  for _, one in ipairs(over(KEYS[i + 1])) do
    redis.call("ZREM", KEYS[i], one)
    redis.call("ZREM", KEYS[i + 1], one)
  end
  for _, one in ipairs(over(KEYS[i + 2])) do redis.call("ZREM", KEYS[i + 2], one) end
end
if b.serial < tonumber(redis.call("HGET", SERIAL, me) or 0) then
  return redis.error_reply("ERR the store knows a later beat of this replica")
end
local held = redis.call("ZSCORE", LEAVE, me)
local before = redis.call("ZREM", SEEN, me)
redis.call("SREM", OUT, me)
redis.call("ZREM", LEAVE, me)
redis.call("ZREM", ASK, me)
local others = redis.call("ZCARD", SEEN)
if b.isClosed then
  redis.call("HDEL", REPORT, me)
  redis.call("HDEL", SERIAL, me)
  for i = 9, #KEYS do redis.call("ZREM", KEYS[i], me) end
  return { '{"leaveMs":0,"place":0,"isIn":false,"members":' .. others .. ',"othersOut":0,"turns":{},"notes":{}}' }
end
local born = tonumber(redis.call("HGET", META, "born") or nil)
local lost = redis.call("HGET", META, "lost") == "1"
if not born or born > now or (before == 0 and others == 0) then born, lost = now, false end
local young = now - born < ttl
if b.knownForMs > now - born + 100 then lost = true end
redis.call("HSET", META, "born", text(born), "lost", lost and "1" or "0", "ttl", text(longest))
local othersOut = redis.call("SCARD", OUT) + redis.call("ZCARD", LEAVE)
local othersIn = others - othersOut
local older = redis.call("ZCOUNT", ASK, "(" .. text(b.staleness), "+inf")
local leave = 0
if b.standing == "asks" then
  local left = b.leaveLeftMs
  local budget = b.leave.most or math.max(1, math.floor(b.leave.percent * (others + 1) / 100))
  if young and left > 0 and othersIn == 0 then leave = math.min(left, ttl)
  elseif othersIn == 0 then leave = 0
  elseif left > 0 and (young or held) then leave = ttl
  elseif not young and othersOut + older < budget then leave = ttl end
end
local isIn = b.standing == "new" and othersIn == 0
local waits = b.standing == "asks" and leave == 0
redis.call("ZADD", SEEN, text(now + ttl), me)
redis.call("HSET", REPORT, me, ARGV[2])
redis.call("HSET", SERIAL, me, text(b.serial))
if leave > 0 then redis.call("ZADD", LEAVE, text(now + leave), me)
elseif b.isWedged or b.standing == "out" or (b.standing == "new" and not isIn) then redis.call("SADD", OUT, me) end
if waits then redis.call("ZADD", ASK, text(b.staleness), me) end
local turns = {}
for i, turn in ipairs(b.turns) do
  local WAIT, UNTIL, LOAD = KEYS[6 + 3 * i], KEYS[7 + 3 * i], KEYS[8 + 3 * i]
  local asked = tonumber(redis.call("ZSCORE", WAIT, me) or nil)
  redis.call("ZREM", WAIT, me)
  redis.call("ZREM", UNTIL, me)
  redis.call("ZREM", LOAD, me)
  local place = 0
  if turn.wants == "loads" then redis.call("ZADD", LOAD, text(now + ttl), me)
  elseif turn.wants == "waits" then
    local rank = now + turn.staleInMs
    if turn.first then rank = asked and asked < 0 and asked or now - 1e15 end
    redis.call("ZADD", WAIT, text(rank), me)
    place = redis.call("ZRANK", WAIT, me) + 1
    if not (young and lost) and redis.call("ZCARD", LOAD) + place <= turn.most then
      redis.call("ZREM", WAIT, me)
      redis.call("ZADD", LOAD, text(now + ttl), me)
      place = 0
    else redis.call("ZADD", UNTIL, text(now + ttl), me) end
  end
  turns[turn.resource] = place
end
local notes = {}
for name, version in pairs(b.notes) do
  local note = redis.call("HGET", NOTES, name) or "0:"
  local colon = string.find(note, ":", 1, true)
  local there = tonumber(string.sub(note, 1, colon - 1))
  if there ~= version then notes[name] = { version = there, text = string.sub(note, colon + 1) } end
end
for i = 1, #KEYS do redis.call("PEXPIRE", KEYS[i], text(2 * longest)) end
redis.call("PEXPIRE", NOTES, "2592000000")
return { cjson.encode({ leaveMs = leave, place = waits and older + 1 or 0, isIn = isIn, members = others + 1,
  othersOut = othersOut, turns = turns, notes = notes }) }`;

/**
 * Reads the state of a group. KEYS: the first seven of a beat. It returns one list of texts: the time of the server,
 * the start of the group or an empty text, the number of members, five texts for each member, and three for each note.
 */
export const READ_SCRIPT = `local META, REPORT, SEEN, OUT, LEAVE, ASK, NOTES = unpack(KEYS, 1, 7)
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function text(number) return string.format("%.0f", number) end
local most = now + tonumber(redis.call("HGET", META, "ttl") or 0)
local said = { text(now), redis.call("HGET", META, "born") or "", "0" }
local seen = redis.call("ZRANGEBYSCORE", SEEN, "(" .. text(now), text(most), "WITHSCORES")
for i = 1, #seen, 2 do
  local one = seen[i]
  local leave = tonumber(redis.call("ZSCORE", LEAVE, one) or 0)
  said[#said + 1] = one
  said[#said + 1] = redis.call("SISMEMBER", OUT, one) == 1 and "1" or "0"
  said[#said + 1] = leave > now and "1" or "0"
  said[#said + 1] = text(tonumber(seen[i + 1]) - now)
  said[#said + 1] = redis.call("HGET", REPORT, one) or ""
end
said[3] = text(#seen / 2)
local notes = redis.call("HGETALL", NOTES)
for i = 1, #notes, 2 do
  local colon = string.find(notes[i + 1], ":", 1, true)
  said[#said + 1] = notes[i]
  said[#said + 1] = string.sub(notes[i + 1], 1, colon - 1)
  said[#said + 1] = string.sub(notes[i + 1], colon + 1)
end
return said`;

/**
 * Replaces a note if its version has not changed since it was read. KEYS: `notes`. ARGV: the name, the version that was
 * read, the next version, and the text. The client chooses the next version.
 */
export const WRITE_SCRIPT = `local note = redis.call("HGET", KEYS[1], ARGV[1]) or "0:"
if string.sub(note, 1, string.find(note, ":", 1, true) - 1) ~= ARGV[2] then return { "0" } end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3] .. ":" .. ARGV[4])
redis.call("PEXPIRE", KEYS[1], "2592000000")
return { "1" }`;
