import { UnknownKindError, UsageError } from "../io/io.ts";
import { readText } from "../io/read-text.ts";
import { examine } from "./examine.ts";
import type { Service } from "./model/report.ts";
import type { RuleId } from "./model/rules.ts";
import type { Result } from "./output.ts";
import { silence, type DoctorConfig } from "./silence.ts";

/** What to judge by. It is plain data, so that it can be handed to a thread. */
export interface Judging {
  readonly service: Service;
  readonly config: DoctorConfig;
  /** These rules alone; all without it. */
  readonly only?: readonly RuleId[] | undefined;
  /** All rules but these. */
  readonly skip?: readonly RuleId[] | undefined;
}

/** What came of one file: the findings, or why it cannot be read. */
export type Judged =
  { readonly result: Result; readonly text: string } | { readonly refused: string; readonly isUnknown: boolean };

/** Reads one file and judges it. */
export async function judgeFile(
  file: string,
  read: (file: string) => string | Promise<string>,
  { service, config, only, skip }: Judging,
): Promise<Judged> {
  try {
    const text = await readText(file, read);
    const examined = examine(file, text, service);
    const judged = examined.findings.filter(
      ({ rule }) => (only?.includes(rule) ?? true) && !(skip?.includes(rule) ?? false),
    );
    return { result: { file, ...examined, ...silence(file, text, judged, config) }, text };
  } catch (error) {
    if (error instanceof UsageError) return { refused: error.message, isUnknown: error instanceof UnknownKindError };
    throw error;
  }
}
