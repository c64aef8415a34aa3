import { invalidOption } from "../option/invalid-option.ts";

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** @throws TypeError unless the name is lower-case letters, digits and dashes, at most 63, a letter first */
export function checkName(option: string, name: unknown): asserts name is string {
  if (typeof name !== "string" || !NAME.test(name))
    invalidOption(
      option,
      name,
      'a name such as "index": a lower-case letter, then letters, digits and dashes, at most 63',
    );
}
