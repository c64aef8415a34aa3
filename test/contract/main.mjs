// npm run test:runtimes: the contract in every place, on the real runtime, over real HTTP.
import { runContract } from "./contract.mjs";
import { Missing, PLACES, TABLE } from "./places.mjs";

const only = process.argv.slice(2);
const rows = [];
for (const { place, mode, open } of PLACES) {
  if (only.length && !only.some((part) => place.includes(part))) continue;
  let opened;
  try {
    opened = await open();
    const { passed, failed, skipped } = await runContract(TABLE, { place, mode, ...opened });
    rows.push({ place, passed, failed, skipped });
  } catch (error) {
    if (error instanceof Missing) rows.push({ place, passed: 0, failed: [], skipped: new Map([[error.message, 1]]) });
    else rows.push({ place, passed: 0, failed: [String(error.stack)], skipped: new Map() });
  } finally {
    await opened?.end();
  }
  const { passed, failed, skipped } = rows.at(-1);
  console.log(place, passed, failed.length, [...skipped]);
  for (const line of failed.slice(0, process.env.ALL ? 1e4 : 12)) console.log("  FAILED", line);
}
