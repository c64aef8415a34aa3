/** The error that a wrong call must throw: `toThrow()` compares its message and its code. */
export function refused(message: string, code = "HS_INVALID_OPTION"): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** What a wrong call came to. */
export async function thrownBy(make: () => unknown): Promise<{ readonly error: unknown } | undefined> {
  try {
    await make();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Why it is not the error that a wrong call must get; empty if it is. */
export function faultsOf(thrown: { readonly error: unknown } | undefined): readonly string[] {
  if (!thrown) return ["it was accepted"];
  const { error } = thrown;
  if (!(error instanceof TypeError)) return [`it threw ${String(error)}`];
  const { code, message } = error as TypeError & { readonly code?: unknown };
  const faults: string[] = [];
  if (typeof code !== "string" || !/^HS_[A-Z_]+$/.test(code)) faults.push(`code is ${String(code)}: ${message}`);
  // What was given, then what is accepted and what to do.
  if (!/^health-state: .+ (is|has no option) .+\. .*(Pass .+|It accepts .+)\.$/s.test(message))
    faults.push(`the message is not whole: ${message}`);
  if (/[\p{Cc}]/u.test(message) || message.length > 2_200) faults.push(`the message is not safe: ${message}`);
  return faults;
}
