import { invalidOption } from "../../option/invalid-option.ts";

/**
 * Returns the part of a key by which a cluster chooses the node: the content of its first `{…}`, unless that is empty.
 */
export function hashTagOf(key: string): string {
  const [, tag] = /^[^{]*\{([^}]+)\}/.exec(key) ?? [];
  return tag ?? key;
}

/** @throws TypeError with code HS_INVALID_OPTION unless a cluster always stores both keys on the same node */
export function checkHashTag(key: string, version: string): void {
  if (hashTagOf(key) !== hashTagOf(version))
    invalidOption(
      "version",
      version,
      `a key that shares a hash tag with "${key}", because a script of a Redis cluster reads from one node: for example "{index}:value" and "{index}:version"`,
    );
}
