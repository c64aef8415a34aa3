/** Parses a text of the store, which may hold anything. Returns `undefined` if it is not JSON. */
export function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
