import { invalidOption } from "./invalid-option.ts";

/**
 * One value or several, as a list.
 *
 * @throws TypeError for a revoked Proxy, because `Array.isArray()` throws for it
 */
export function toList<E>(option: string, given: E | readonly E[], accepted: string): readonly E[] {
  try {
    // SAFETY: Array.isArray() says which of the two it is; it does not narrow a readonly array.
    return Array.isArray(given) ? [...(given as readonly E[])] : [given as E];
  } catch {
    return invalidOption(option, given, accepted);
  }
}
