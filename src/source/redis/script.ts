/**
 * Reads the revision and the value at the same moment. It sends the value only if its revision is not known.
 *
 * KEYS: the key of the value, and the key of the revision, if there is one. ARGV: the largest number of bytes, `value`
 * or `version`, and the known revisions. It returns one of these lists:
 *
 * - `missing` and the number of the missing key, from 1
 * - `same` and the revision
 * - `large` and the number of bytes
 * - `value`, the revision and the value
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
