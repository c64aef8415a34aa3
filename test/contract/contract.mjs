// Expands cases.json into cases and judges answers. Plain JavaScript, no dependency: see README.md.

/** Headers that a server may add of its own. */
const SERVERS_OWN = new Set(["date", "connection", "keep-alive", "transfer-encoding", "server"]);

/** After so many requests in a row without an answer, a place is given up. Each may take its whole patience. */
const MOST_SILENT = 3;

/** Nothing of a request may come back: it is sent with every case. */
export const MARKER = "q7zmarker";

/** Every case of the table: a scene, a request, and what is expected. */
export function* casesOf(table) {
  for (const scene of table.scenes)
    for (const leave of ["never", "always"])
      yield { name: scene.name, leave, set: scene.set, cases: [...casesIn(table, scene, leave)] };
}

function* casesIn(table, scene, leave) {
  const paths = { ...table.paths, ...scene.set.paths };
  for (const form of table.forms) {
    if (form.scenes !== "all" && !form.scenes.includes(scene.name)) continue;
    for (const probe of ["readiness", "liveness", "startup"]) {
      const path = (scene.prefix ?? "") + paths[probe];
      const expect = expectationOf(table, scene, probe, form.expect, leave);
      if (expect)
        yield {
          name: `${scene.name} | ${leave} | ${probe} | ${form.name}`,
          form: form.name,
          ...requestOf(form, path),
          expect,
        };
    }
  }
  for (const route of ["data", "young"])
    for (const method of ["GET", "HEAD"])
      if (scene[route])
        yield {
          name: `${scene.name} | ${leave} | ${route} | ${method}`,
          form: `guard ${route}`,
          method,
          target: `/${route}`,
          headers: {},
          version: "1.1",
          expect: guardOf(table, scene[route], route, method),
        };
}

function requestOf({ method, target, headers, version = "1.1" }, path) {
  const filled = target
    .replace("{path}", path)
    .replace("{PATH}", path.toUpperCase())
    .replace("{path-2}", path.slice(2));
  return { method, target: filled, headers, version };
}

/** What an answer must be; `undefined` where the table says nothing. */
function expectationOf(table, scene, probe, kind, leave) {
  const [word, state] = scene[probe];
  const status = table.status[word] ?? 200;
  const always = {
    ...table.headers,
    ...(state && { "health-state": state }),
    ...(status === 503 && { "retry-after": table.retryAfter }),
  };
  const plain = { status, headers: always, body: table.words[word] ?? word, length: undefined };
  const [form, head] = kind.endsWith("head") ? [kind.replace(/ ?head$/, "") || "same", true] : [kind, false];
  const bare = (expect) =>
    head ? { ...expect, body: "", length: expect.body === undefined ? "any" : expect.body.length } : expect;
  switch (form) {
    case "same":
      return bare(plain);
    case "not allowed": {
      const { "content-type": _, ...safety } = table.headers;
      return { status: 405, headers: { ...safety, allow: "GET, HEAD" }, body: "" };
    }
    case "passed on":
      return { status: 200, body: "app", headers: undefined };
    case "verbose": {
      if (leave === "never") return bare(plain);
      const body = scene.verbose?.[probe];
      return body === undefined ? undefined : bare({ ...plain, body });
    }
    case "json":
    case "health+json": {
      if (leave === "never") return bare(plain);
      if (!scene.json) return undefined;
      const type = form === "json" ? "application/json" : "application/health+json";
      const verdict =
        probe === "readiness"
          ? scene.json
          : status === 503
            ? "fail"
            : probe === "liveness" || state === "READY"
              ? "pass"
              : "warn";
      const checks = probe === "liveness" ? {} : { "index:age": [{ status: scene.check, observedUnit: "s" }] };
      const expect = { status, headers: { ...always, "content-type": type }, json: { status: verdict, checks } };
      return head ? { ...expect, json: undefined, body: "", length: "any" } : expect;
    }
    default:
      throw new Error(`cases.json: no such expectation: ${kind}`);
  }
}

function guardOf(table, says, route, method) {
  if (says === "served") return { status: 200, headers: undefined, body: method === "HEAD" ? "" : route };
  const { "content-type": _, ...safety } = table.headers;
  const headers = { ...safety, "content-type": "application/problem+json", "retry-after": table.retryAfter };
  return method === "HEAD"
    ? { status: 503, headers, body: "", length: "any" }
    : { status: 503, headers, json: table.problem };
}

/**
 * What is wrong with an answer; empty when nothing is.
 *
 * @param answer `{ status, headers, body }`, header names in lower case
 */
export function faultsOf({ expect }, answer, unlike = []) {
  const faults = [];
  const differ = (what, is, must) => faults.push(`${what} is ${JSON.stringify(is)}, must be ${JSON.stringify(must)}`);
  if (answer.status !== expect.status) differ("status", answer.status, expect.status);
  if (expect.body !== undefined && answer.body !== expect.body) differ("body", answer.body, expect.body);
  if (expect.json) {
    try {
      within(expect.json, JSON.parse(answer.body), "json", differ);
    } catch {
      differ("body", answer.body, "JSON");
    }
  }
  if (expect.headers) {
    const { "content-length": length, ...headers } = answer.headers;
    const bytes = expect.length ?? new TextEncoder().encode(answer.body).length;
    const wrong = expect.length === "any" ? !/^[1-9]\d*$/.test(length ?? "") : length !== String(bytes);
    if (wrong && !unlike.includes("content-length")) differ("content-length", length, bytes);
    for (const [name, must] of Object.entries(expect.headers)) {
      const is = headers[name];
      if (typeof must === "string" ? is !== must : !/^[1-9]\d*$/.test(is ?? "") || +is < must.least || +is > must.most)
        differ(name, is, must);
    }
    for (const name of Object.keys(headers))
      if (!(name in expect.headers) && !SERVERS_OWN.has(name) && !unlike.includes(name))
        differ(name, headers[name], undefined);
  }
  if (JSON.stringify(answer).includes(MARKER)) faults.push("something of the request came back");
  return faults;
}

/** Everything in `must` is in `is`; more may be there. */
function within(must, is, where, differ) {
  if (typeof must !== "object" || must === null) return void (is === must || differ(where, is, must));
  if (typeof is !== "object" || is === null) return differ(where, is, must);
  for (const [key, value] of Object.entries(must)) within(value, is[key], `${where}.${key}`, differ);
}

/** The named differences that a case falls under. */
export function differencesOf(table, { place, mode }, { form, method }, scene) {
  return table.differences.filter(
    (one) =>
      (one.places?.includes(place) ?? one.mode === mode) &&
      (one.forms === undefined || one.forms.includes(form)) &&
      (one.method === undefined || one.method === method) &&
      (one.scenes === undefined || one.scenes.includes(scene)),
  );
}

/**
 * Runs the whole table.
 *
 * @param send `(case) => answer`
 * @param setScene `({ scene, limits }) => void`
 */
export async function runContract(table, { place, mode, send, setScene }) {
  const result = { passed: 0, failed: [], skipped: new Map() };
  const skip = (reason) => result.skipped.set(reason, (result.skipped.get(reason) ?? 0) + 1);
  let silent = 0;
  for (const { name, leave, set, cases } of casesOf(table)) {
    await setScene({ scene: { set, leave }, limits: table.limits });
    for (const one of cases) {
      const differences = differencesOf(table, { place, mode }, one, name);
      const whole = differences.find(({ headers }) => headers === undefined);
      if (whole) {
        skip(whole.reason);
        continue;
      }
      let faults;
      try {
        faults = faultsOf(
          one,
          await send(one),
          differences.flatMap(({ headers }) => headers),
        );
        silent = 0;
      } catch (error) {
        faults = [`no answer: ${error.message}`];
        silent++;
      }
      if (faults.length) result.failed.push(`${one.name}: ${faults.join("; ")}`);
      else result.passed++;
      if (silent < MOST_SILENT) continue;
      result.failed.push(`it gave no answer ${silent} times in a row; the cases that are left were not sent`);
      return result;
    }
  }
  return result;
}
