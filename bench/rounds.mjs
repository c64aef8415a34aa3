/**
 * Runs every variant once a round, in an order that turns from round to round, and gives the ns per
 * operation of each, round by round. A variant is `(times) => …` and does its loop itself; one that
 * gives a bigint says by it how long what counts took.
 */
export async function rounds(variants, { count, times, warm = 3 }) {
  const names = Object.keys(variants);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warm; round < count; round++)
    for (let index = 0; index < names.length; index++) {
      const name = names[(index + round + warm) % names.length];
      const began = process.hrtime.bigint();
      let result = variants[name](times);
      if (result instanceof Promise) result = await result;
      const took = Number(typeof result === "bigint" ? result : process.hrtime.bigint() - began) / times;
      if (round >= 0) samples[name].push(took);
      // Node frees what a Response registered between turns of the event loop alone.
      await new Promise((resolve) => setImmediate(resolve));
    }
  return samples;
}

/** The ratios of two variants, each taken within one round. */
export function ratios(samples, of, to) {
  return samples[of].map((value, round) => value / samples[to][round]);
}

/** The differences of two variants, each taken within one round. */
export function differences(samples, of, to) {
  return samples[of].map((value, round) => value - samples[to][round]);
}

/** How much is measured: `QUICK=1` for a look. */
export const rounded = (count) => (process.env.QUICK ? Math.max(3, Math.ceil(count / 8)) : count);
