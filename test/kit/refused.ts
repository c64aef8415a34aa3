/** The error that a wrong call must throw: `toThrow()` compares its message and its code. */
export function refused(message: string, code = "HS_INVALID_OPTION"): TypeError {
  return Object.assign(new TypeError(message), { code });
}
