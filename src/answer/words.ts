import { refuse } from "../state/refusal.ts";
import type { Word } from "../health/verdict.ts";

/** The words that bodies say. A prober's configuration matches them literally. */
export type Words = { readonly [W in Word]: string };

/** The words, whatever the resources are called: names would tell strangers what the service is made of. */
export const WORDS: Words = {
  alive: "I-AM-ALIVE",
  notLoaded: "INDEX-NOT-LOADED",
  stale: "INDEX-STALE",
  draining: "INDEX-DRAINING",
  wedged: "WEDGED",
};

/**
 * The words with the user's own in place. None may contain another, ignoring case, for probers match
 * substrings (Cloudflare, GCP, Envoy).
 *
 * @throws TypeError for a word that is not 1 to 64 visible ASCII characters, or that contains another
 */
export function wordsOf(own: Partial<Words> = {}): Words {
  const words = { ...WORDS, ...own };
  const all = Object.entries(words);
  for (const [key, word] of all) {
    if (typeof word !== "string" || !/^[!-~]{1,64}$/.test(word))
      refuse(`words.${key}`, word, "1 to 64 visible ASCII characters, no space");
    for (const [other, inner] of all)
      if (key !== other && word.toLowerCase().includes(inner.toLowerCase()))
        refuse(`words.${key}`, word, `a word that does not contain words.${other}, ${JSON.stringify(inner)}`);
  }
  return words;
}
