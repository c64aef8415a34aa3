// Judges the judge: an answer that is wrong in one place is found out, in every case of the table.
import { casesOf, faultsOf, MARKER } from "./contract.mjs";

/** Each spoils a right answer in one place; `undefined` where there is nothing to spoil. */
const SPOILT = {
  "another status": (answer) => ({ ...answer, status: answer.status === 200 ? 503 : 200 }),
  "another body": (answer, { body, json }) =>
    body === undefined && !json ? undefined : { ...answer, body: `${answer.body}\n` },
  "a header too many": (answer, { headers }) => headers && { ...answer, headers: { ...answer.headers, etag: '"1"' } },
  "a header missing": (answer, { headers }) =>
    headers && { ...answer, headers: without(answer.headers, "cache-control") },
  "a wrong length": (answer, { headers }) =>
    headers && { ...answer, headers: { ...answer.headers, "content-length": "-1" } },
  "retry-after of nothing": (answer, { headers }) =>
    headers?.["retry-after"] && { ...answer, headers: { ...answer.headers, "retry-after": "0" } },
  "an echo": (answer) => ({ ...answer, headers: { ...answer.headers, date: MARKER } }),
};

const without = (headers, name) => Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

/** What a right implementation answers. */
function rightAnswer({ status, headers = {}, body, json, length }) {
  const text = body ?? (json ? JSON.stringify(json) : "");
  const filled = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === "string" ? value : String(value.least),
  ]);
  const bytes = length === "any" ? 1 : (length ?? new TextEncoder().encode(text).length);
  return { status, headers: { ...Object.fromEntries(filled), "content-length": String(bytes) }, body: text };
}

/** @throws Error for a right answer that is refused, or a wrong one that passes */
export function judgeTheJudge(table) {
  for (const { cases } of casesOf(table))
    for (const one of cases) {
      const right = rightAnswer(one.expect);
      const faults = faultsOf(one, right);
      if (faults.length) throw new Error(`${one.name}: a right answer is refused: ${faults.join("; ")}`);
      for (const [how, spoil] of Object.entries(SPOILT)) {
        const wrong = spoil(right, one.expect);
        // JSON may end with a line feed.
        if (!wrong || (how === "another body" && one.expect.json)) continue;
        if (!faultsOf(one, wrong).length) throw new Error(`${one.name}: ${how} passes`);
      }
    }
}

/** @throws Error for a combination of the field's words that the table says nothing of */
export function findGaps({ scenes, forms }) {
  const lacks = (what, has) => {
    if (!has) throw new Error(`cases.json has no scene with ${what}`);
  };
  for (const state of ["NOT_LOADED", "LOADING", "READY", "STALE"])
    for (const draining of [undefined, true])
      lacks(
        `${state}, draining ${draining}`,
        scenes.some(
          ({ set }) => set.draining === draining && set.resources.length === 1 && set.resources[0].state === state,
        ),
      );
  for (const probe of ["readiness", "liveness", "startup"])
    for (const scene of scenes) lacks(`an answer of ${probe} (${scene.name})`, Array.isArray(scene[probe]));
  const names = scenes.map(({ name }) => name);
  lacks(
    "a name of its own",
    new Set(names).size === names.length && new Set(forms.map(({ name }) => name)).size === forms.length,
  );
  for (const { name, scenes: of } of forms)
    if (of !== "all") for (const scene of of) lacks(`the name ${scene} (${name})`, names.includes(scene));
}
