/** The known word that is nearest to a mistyped one; `undefined` if none is near. */
export function nearestOf(given: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const word of known) {
    const distance = word.startsWith(given) && given.length > 2 ? 1 : distanceOf(given.slice(0, 60), word);
    if (distance < least) [nearest, least] = [word, distance];
  }
  return nearest;
}

/** How many letters must be changed, added or taken away (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
