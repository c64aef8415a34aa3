/** The digests that are used, by the name that `node:crypto` has for them. */
export type DigestName = "sha256" | "sha512";

/** A digest that takes its bytes in parts, as `node:crypto` has it. */
interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(form: "hex"): string;
}

/** What creates such a digest. */
export type CreateHash = (name: DigestName) => Hash;

/** What `process` has for modules of the runtime. An edge may have a `process` without it. */
interface Builtins<F> {
  getBuiltinModule?(module: string): Readonly<Record<string, F>> | undefined;
}

/** Hashing this many bytes takes about a millisecond. */
const SLICE_BYTES = 2 ** 20;

/**
 * The digest of bytes, in hexadecimal digits. They are hashed in slices, and between two slices other work runs.
 * WebCrypto would copy all of them first, on the main thread. It is used only without `node:crypto`, as on an edge.
 */
export async function digestOf(
  name: DigestName,
  bytes: Uint8Array,
  createHash: CreateHash | undefined = builtin("node:crypto", "createHash"),
): Promise<string> {
  if (!createHash) {
    // SAFETY: the platform refuses a shared buffer with an error, and nobody hands one in.
    const digest = await crypto.subtle.digest(`SHA-${name.slice(3)}`, bytes as Uint8Array<ArrayBuffer>);
    return hexOf(new Uint8Array(digest));
  }
  const hash = createHash(name);
  const nextTurn: ((then: () => void) => unknown) | undefined = builtin("node:timers", "setImmediate");
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await new Promise<void>((then) => (nextTurn ?? setTimeout)(then));
    hash.update(bytes.subarray(at, at + SLICE_BYTES));
  }
  return hash.digest("hex");
}

/** Bytes in hexadecimal digits. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A function of a module of Node, Bun or Deno, without an import that an edge could not resolve. `undefined` where there
 * is none, and on Node before 20.16.
 */
function builtin<F>(module: string, name: string): F | undefined {
  // SAFETY: the caller names the function's type as Node documents it.
  const { process } = globalThis as { process?: Builtins<F> };
  return process?.getBuiltinModule?.(module)?.[name];
}
