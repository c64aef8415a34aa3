import type { Edit } from "./item.ts";
import type { Place } from "./report.ts";
import type { Tree } from "./tree.ts";

/** A command that checks: the words of an exec form, or one line for a shell. */
export interface Command {
  readonly words: readonly string[];
  /** Whether a shell reads the line. */
  readonly shell: boolean;
  readonly at: Place;
  /** The text that holds the line for the shell, for an edit. */
  readonly source?: Tree | undefined;
  /** The image, if it is known. */
  readonly image?: string | undefined;
  /** A variable that only a shell would fill in, as this format writes it. */
  readonly unexpanded?: RegExp | undefined;
  /** How this format writes a line for a shell, and words that no shell reads. */
  readonly form?: { readonly shell: (line: string) => string; readonly exec: (words: readonly string[]) => string };
}

/** The corrected command, and the change of the file if its text is one piece. */
export type Correct = (change: (line: string) => string) => { readonly fix: string; readonly edit?: Edit };
