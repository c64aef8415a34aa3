// Runs named cases one after the other, and prints how many there were and what failed.
export async function runCases(cases) {
  const failed = {};
  const only = process.env.ONLY;
  // A case may wait for a thread alone, which keeps no process alive.
  const awake = setInterval(() => {}, 1_000);
  for (const [name, run] of Object.entries(cases)) {
    if (only && !name.includes(only)) continue;
    try {
      await run();
    } catch (error) {
      failed[name] = String(error?.stack ?? error);
    }
  }
  clearInterval(awake);
  console.log(JSON.stringify({ cases: Object.keys(cases).length, failed }));
}
