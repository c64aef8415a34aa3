/**
 * Reads the revision and the value at one moment, and sends the value only if it is wanted.
 *
 * KEYS: the value, and the revision where there is one. ARGV: how many bytes may be sent at most, `value` or `version`,
 * and the revisions that are known. It gives a list that begins with a word:
 * `missing` and which key it is, `same` and the revision, `large` and the bytes, or `value`, the revision and the value.
 */
export const SCRIPT = `local revision = ""
if KEYS[2] then
  revision = redis.call("GET", KEYS[2])
  if not revision then return { "missing", "2" } end
  if ARGV[2] == "version" then return { "same", revision } end
  for i = 3, #ARGV do
    if ARGV[i] == revision then return { "same", revision } end
  end
end
local size = redis.call("STRLEN", KEYS[1])
if size > tonumber(ARGV[1]) then return { "large", tostring(size) } end
local value = redis.call("GET", KEYS[1])
if not value then return { "missing", "1" } end
return { "value", revision, value }`;
