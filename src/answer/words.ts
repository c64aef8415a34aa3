import { checkOptions } from "../option/check-options.ts";
import { invalidOption } from "../option/invalid-option.ts";
import type { ProbeOutcome } from "../health/verdict.ts";
import type { Probe } from "./paths.ts";

/** The words of the bodies. The configuration of a prober may compare them literally. */
export type Words = { readonly [O in ProbeOutcome]: string };

/** The default words. They contain no names of resources, because names show how the service is built. */
export const WORDS: Words = {
  ok: "I-AM-ALIVE",
  notLoaded: "INDEX-NOT-LOADED",
  stale: "INDEX-STALE",
  draining: "INDEX-DRAINING",
  wedged: "WEDGED",
};

/** The outcomes of each probe, with `ok` first. `openapi()` uses this table. */
export const OUTCOMES: { readonly [P in Probe]: readonly ProbeOutcome[] } = {
  readiness: ["ok", "notLoaded", "stale", "draining"],
  liveness: ["ok", "wedged"],
  startup: ["ok", "notLoaded"],
};

/**
 * The default words, replaced with the words of the user. No word may contain another (case is ignored), because some
 * probers search the body for a substring (Cloudflare, GCP, Envoy).
 *
 * @throws TypeError for a word that is not 1 to 64 visible ASCII characters, or that contains another
 */
export function wordsOf(own: Partial<Words> = {}): Words {
  const words = { ...WORDS, ...checkOptions("words", own, Object.keys(WORDS), []) };
  const all = Object.entries(words);
  for (const [key, word] of all)
    if (typeof word !== "string" || !/^[!-~]{1,64}$/.test(word))
      invalidOption(`words.${key}`, word, "1 to 64 visible ASCII characters, no space");
  for (const [key, word] of all) {
    for (const [other, inner] of all)
      if (key !== other && word.toLowerCase().includes(inner.toLowerCase()))
        invalidOption(`words.${key}`, word, `a word that does not contain words.${other}, ${JSON.stringify(inner)}`);
  }
  return words;
}
