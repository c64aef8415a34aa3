// What an example promises: the contract's own cases in the two scenes that its source can hold it in, then its end.
import { casesOf, faultsOf } from "../contract/contract.mjs";
import { httpSender } from "../contract/http.mjs";
import { TABLE } from "../contract/places.mjs";
import { openSource, RATES } from "./source.mjs";
import { ask, startServer, until } from "./server.mjs";

const LOADING = "LOADING: the first load runs";
const READY = "READY: fresh";

/** The data route of every example, guarded by its resource. */
const DATA = "/rates/USD";

/** Forms whose path is not ours: an example's own answer is its framework's business, if it is no probe's. */
const NOT_OURS = TABLE.forms.filter((form) => form.expect === "passed on").map((form) => form.name);

/** The cases of a scene, as an example without leave and without a limit on age answers them. */
function* scene(wanted) {
  for (const { name, leave, cases } of casesOf(TABLE)) {
    if (name !== wanted || leave !== "never") continue;
    for (const one of cases) {
      if (one.form === "guard young") continue;
      if (one.form !== "guard data") yield one;
      else yield { ...one, target: DATA, expect: { ...one.expect, ...(one.expect.body && { body: `${RATES.USD}` }) } };
    }
  }
}

/** What each example's other middleware puts on every answer that it sees. */
const LATER = "x-later";

/** Headers that a framework adds or leaves out, and that are not compared. */
function faultsIn(one, { headers, ...answer }, unlike) {
  if (NOT_OURS.includes(one.form))
    return answer.body === "I-AM-ALIVE" || headers["health-state"] ? ["a path that is not ours is a probe's"] : [];
  const ignored = one.form === "guard data" ? [...unlike, LATER] : unlike;
  const kept = Object.entries(headers).filter(([name]) => name === "content-length" || !ignored.includes(name));
  return faultsOf(one, { ...answer, headers: Object.fromEntries(kept) }, ignored);
}

/**
 * Runs an example through its life: it loads, it is ready, it ends.
 *
 * @returns how many cases passed, what failed, and how many were skipped for which reason
 */
export async function checkExample({
  cwd,
  command,
  address,
  env = {},
  unlike = [],
  differences = [],
  signals = ["SIGTERM"],
}) {
  const result = { passed: 0, failed: [], skipped: new Map() };
  const source = await openSource();
  let server;
  let sender;
  const expect = (what, holds, seen) => {
    if (holds) result.passed++;
    else result.failed.push(`${what}: ${JSON.stringify(seen)}`);
  };
  const play = async (name) => {
    for (const one of scene(name)) {
      const difference = differences.find(({ forms, scene: only = name }) => forms.includes(one.form) && only === name);
      if (difference) {
        result.skipped.set(difference.reason, (result.skipped.get(difference.reason) ?? 0) + 1);
        continue;
      }
      const faults = await sender.send(one).then(
        (answer) => faultsIn(one, answer, unlike),
        (error) => [`no answer: ${error.message}`],
      );
      if (faults.length) result.failed.push(`${one.name}: ${faults.join("; ")}`);
      else result.passed++;
    }
  };
  try {
    server = await startServer({ cwd, command, address, env: { RATES_URL: source.url, ...env } });
    sender = httpSender(`http://127.0.0.1:${server.port}`);
    await ask(server.port, "/status");
    await source.asked;
    await play(LOADING);
    source.release();
    await until("READY", async () => (await ask(server.port, "/status"))?.status === 200);
    await play(READY);
    expect("the whole run took one load", source.loads() === 1, source.loads());
    const page = await ask(server.port, "/");
    expect("a page of the application", page?.status === 200 && page.body.includes("Rates"), page);
    expect("what is no probe has no header of ours", page && !page.headers["health-state"], page?.headers);
    expect("what comes after the probes saw the page, and no probe", page?.headers[LATER] === "yes", page?.headers);
    sender.end();
    const ended = await server.end(signals).catch((error) => error);
    expect("it ends on SIGTERM", !(ended instanceof Error), `${ended}`);
    result.note = `ended with ${ended}`;
    if (result.failed.length) result.output = server.output();
  } finally {
    sender?.end();
    server?.kill();
    source.close();
  }
  return result;
}
