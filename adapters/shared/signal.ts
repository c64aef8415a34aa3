import { invalidOption } from "../../src/internal.ts";

/** The accepted signals on a platform that has no list of signals. */
const SIGNALS = [
  ..."ABRT ALRM BREAK BUS CHLD CONT FPE HUP ILL INFO INT IO PIPE PROF PWR QUIT SEGV STKFLT SYS TERM".split(" "),
  ..."TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ".split(" "),
].map((name) => `SIG${name}`);

/** The signals that no process can listen for. */
const NEVER_HEARD = ["SIGKILL", "SIGSTOP"];

/** The part of Node, Bun and Deno that is used. */
interface GlobalLike {
  readonly process?: {
    getBuiltinModule?(name: "node:os"): { readonly constants?: { readonly signals?: object } } | undefined;
  };
}

/** @throws TypeError unless it is an array of signals that can be listened for here */
export function checkSignals(given: unknown): readonly string[] {
  const accepted = 'an array of signals that this platform knows, such as ["SIGTERM"]';
  const list = listOf(given);
  if (!list.length) invalidOption("signals", given, accepted);
  const known = knownSignals();
  const names = new Set<string>();
  for (const name of list)
    if (typeof name === "string" && known.includes(name) && !NEVER_HEARD.includes(name)) names.add(name);
    else invalidOption("signals", name, `${accepted}; SIGKILL and SIGSTOP cannot be handled`);
  return [...names];
}

/** Returns a copy of an array. For any other value, such as a revoked Proxy, returns an empty array. */
function listOf(given: unknown): readonly unknown[] {
  try {
    return Array.isArray(given) ? Array.from<unknown>(given) : [];
  } catch {
    return [];
  }
}

function knownSignals(): readonly string[] {
  const { process } = globalThis as GlobalLike; // SAFETY: each field is optional, and read as what it may be
  const signals = process?.getBuiltinModule?.("node:os")?.constants?.signals;
  return signals ? Object.keys(signals) : SIGNALS;
}
