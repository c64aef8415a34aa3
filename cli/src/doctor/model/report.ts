import type { RuleId } from "./rules.ts";
import type { Edit } from "./item.ts";

/** How bad: `note` alone leaves the exit code at 0. */
export type Severity = "error" | "warning" | "note";

/** Where something stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly field: string;
  /** Where it begins in the file, if that is known: an alias and its anchor begin at the same place. */
  readonly offset?: number | undefined;
}

/** What a rule says about one place. */
export interface Judgement {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly at: Place;
  /** What is wrong in this file, one sentence. */
  readonly what: string;
  /** Why it bites, one sentence. */
  readonly why: string;
  /** The corrected lines. */
  readonly fix: string;
  /** The same as a change of the file, if it is certain. */
  readonly edit?: Edit;
}

/** One thing that is wrong, where, why, and what to write instead. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The field as the file has it. */
  readonly field: string;
  /** What is wrong in this file, one sentence. */
  readonly problem: string;
  /** Why it bites, one sentence. */
  readonly message: string;
  /** The corrected lines. */
  readonly fix: string;
  /** The page of the rule. */
  readonly docs: string;
  /** Whether `--fix` can correct it. */
  readonly fixable: boolean;
  readonly edit?: Edit;
}

/** A document that was seen and not read. */
export interface Unread {
  readonly file: string;
  readonly line: number;
  /** The kind, and the name if it has one. */
  readonly what: string;
  /** Why it was not read and what to do. */
  readonly why: string;
}

/** What is known of the service beyond the file. */
export interface Service {
  /** Whether the service is known to use the library: its paths then mean what the library says. */
  readonly ours?: boolean;
  readonly loadSeconds?: number;
  readonly drainSeconds?: number;
  /** Seconds; `Infinity` for never. */
  readonly refuseAfterSeconds?: number;
}

/** Collects findings, in the order of the file. */
export interface Report {
  readonly service: Service;
  readonly add: (judgement: Judgement) => void;
  /** Counts one more check read, once for each place. */
  readonly seen: (at: Place) => void;
  readonly unread: (unread: Unread) => void;
}

/** What one file holds. */
export interface Examined {
  readonly findings: readonly Finding[];
  readonly checks: number;
  readonly unread: readonly Unread[];
}

/** The page of a rule, in the published package. */
export function pageOf(rule: RuleId): string {
  return `https://unpkg.com/health-state-cli/docs/reference/doctor/${rule}.md`;
}

/** A report, and what came of it. */
export function createReport(service: Service): { readonly report: Report; readonly done: () => Examined } {
  const findings = new Map<string, Finding>();
  const unread: Unread[] = [];
  const checks = new Set<string>();
  const report: Report = {
    service,
    add({ rule, severity, at: { file, line, field, offset }, what, why, fix, edit }) {
      // One mistake in one line is one finding, even if an alias names the line many times.
      const key = `${line} ${offset ?? field} ${rule} ${what}`;
      if (findings.has(key)) return;
      findings.set(key, {
        rule,
        severity,
        file,
        line,
        field,
        problem: what,
        message: why,
        fix,
        docs: pageOf(rule),
        fixable: edit !== undefined,
        ...(edit && { edit }),
      });
    },
    seen: ({ line, field, offset }) => void checks.add(`${line} ${offset ?? field}`),
    unread: (each) => void unread.push(each),
  };
  return {
    report,
    done: () => ({
      findings: [...findings.values()].sort((one, other) => one.line - other.line),
      checks: checks.size,
      unread,
    }),
  };
}
