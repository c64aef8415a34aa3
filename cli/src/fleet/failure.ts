import type { StoreAddress } from "../io/io.ts";
import { toSafeText } from "../option/invalid-option.ts";

/**
 * Says why a store did not do what was asked. The address may hold a password, so only its host is named.
 *
 * @param isSent whether a write was sent. A server that was frozen may do it later
 */
export function failureOf({ kind, url }: StoreAddress, error: unknown, isSent = false): string {
  const store = `the ${kind} store at ${URL.canParse(url) ? new URL(url).host : "this address"}`;
  const why = reasonOf(error);
  if (!isAnswer(kind, error)) {
    const later = isSent ? " The order may still take effect, so look with fleet status" : "";
    return `${store} does not answer (${why}). Is it running, and is the address right?${later}`;
  }
  const advice = ADVICE[kind].find(([fault]) => fault.test(`${codeOf(error)} ${why}`))?.[1];
  return `${store} answers with an error (${why})${advice === undefined ? "" : `. ${advice}`}`;
}

/** What an error is about: its code, if it has one, and its message; and what to do about it. */
const ADVICE: Readonly<Record<StoreAddress["kind"], readonly (readonly [RegExp, string])[]>> = {
  redis: [
    [
      /^ (?:WRONGPASS|NOAUTH|NOPERM|ERR invalid password)\b/,
      "Check the user and the password of the address, and the rights of the user",
    ],
    [/^ MOVED /, "It is one node of a cluster. Pass the address of the node that is named here"],
  ],
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  postgres: [
    [
      /^(?:28\w{3}|3D000|42501)\b|^ SASL/,
      "Check the user, the password and the database of the address, and the rights of the user",
    ],
    [/^(?:42883|42P01)\b/, "Run fleetSchema of health-state/postgres in this database first"],
  ],
};

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  // The error of a name with several addresses has a code and no message.
  return toSafeText(message || codeOf(error)) || "it gave no reason";
}

function codeOf(error: unknown): string {
  const code: unknown = Reflect.get(Object(error), "code");
  return typeof code === "string" ? code : "";
}

/** Whether the server has answered. Its error begins with a code in Redis, and has a severity in PostgreSQL. */
function isAnswer(kind: StoreAddress["kind"], error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (kind === "redis") return /^[A-Z]+ \S/.test(error.message);
  return typeof Reflect.get(error, "severity") === "string" || error.message.startsWith("SASL");
}
