import { invalidOption } from "../../option/invalid-option.ts";

/** The part of a key by which a cluster chooses the node: what stands in the first `{…}` that is not empty. */
export function hashTagOf(key: string): string {
  const [, tag] = /^[^{]*\{([^}]+)\}/.exec(key) ?? [];
  return tag ?? key;
}

/** @throws TypeError with code HS_INVALID_OPTION unless both keys are on one node of a cluster for sure */
export function checkHashTag(key: string, version: string): void {
  if (hashTagOf(key) !== hashTagOf(version))
    invalidOption(
      "version",
      version,
      `a key that shares a hash tag with "${key}", because a script of a Redis cluster reads from one node: for example "{index}:value" and "{index}:version"`,
    );
}
