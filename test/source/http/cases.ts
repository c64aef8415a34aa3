// Everything that a server and a broken proxy may answer, and what must come of it. One list for every runtime.
import { ABORT_CASES } from "./cases-abort.ts";
import { BODY_CASES } from "./cases-body.ts";
import { CONDITION_CASES } from "./cases-condition.ts";
import { HOSTILE_CASES } from "./cases-hostile.ts";
import { POINTER_CASES } from "./cases-pointer.ts";
import { REQUEST_CASES } from "./cases-request.ts";
import type { Case } from "./kit.ts";

export const CASES: readonly Case[] = [
  ...CONDITION_CASES,
  ...REQUEST_CASES,
  ...BODY_CASES,
  ...ABORT_CASES,
  ...POINTER_CASES,
  ...HOSTILE_CASES,
];
