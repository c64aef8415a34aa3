import { UsageError } from "../../io/io.ts";

/** Reads the words, texts and blanks of HCL, and counts the lines. */
export class HclScanner {
  at = 0;
  line = 1;
  readonly text: string;
  readonly #file: string;

  constructor(file: string, text: string) {
    this.#file = file;
    this.text = text;
  }

  /** The character that comes next; `undefined` at the end. */
  get char(): string | undefined {
    return this.text[this.at];
  }

  /** A quoted text; what stands in `${…}` stays as it is. */
  string(): string {
    let text = "";
    let depth = 0;
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const char = this.text[this.at] ?? "";
      if (depth === 0 && char === '"') {
        this.at += 1;
        return text;
      }
      if (char === "\n" && depth === 0) break;
      if (char === "\n") this.line += 1;
      if (char === "\\" && depth === 0) {
        this.at += 1;
        const next = this.text[this.at] ?? "";
        text += { n: "\n", t: "\t", r: "\r" }[next] ?? next;
        continue;
      }
      if ((char === "$" || char === "%") && this.text[this.at + 1] === "{") depth += 1;
      else if (char === "}" && depth > 0) depth -= 1;
      text += char;
    }
    return this.fail("a text is not closed");
  }

  word(): string {
    const word = /^[\w.-]+|^\([^)\n]*\)/.exec(this.text.slice(this.at, this.at + 200))?.[0];
    if (word === undefined) this.fail(`${JSON.stringify(this.text[this.at])} is in the place of a name`);
    this.at += word.length;
    return word;
  }

  /** Passes over an expression, brackets and texts included. */
  opaque(): void {
    for (let depth = 0; this.at < this.text.length;) {
      const char = this.text[this.at] ?? "";
      if (char === '"') {
        this.string();
        continue;
      }
      if (this.text.startsWith("<<", this.at) && /^<<-?\w/.test(this.text.slice(this.at, this.at + 4))) {
        this.heredoc();
        continue;
      }
      if (/[([{]/.test(char)) depth += 1;
      if (/[)\]}]/.test(char)) {
        if (depth === 0) return;
        depth -= 1;
      }
      if (depth === 0 && (char === "\n" || char === ",")) return;
      if (char === "\n") this.line += 1;
      this.at += 1;
    }
  }

  /** Passes over blanks and comments. */
  skip(): void {
    for (;;) {
      this.skipBlanks();
      if (this.char !== "\n") return;
      this.at += 1;
      this.line += 1;
    }
  }

  /** Passes over blanks and comments, up to the end of the line. */
  skipBlanks(): void {
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined || char === "\n") return;
      if (/\s/.test(char)) this.at += 1;
      else if (char === "#" || this.text.startsWith("//", this.at)) {
        const end = this.text.indexOf("\n", this.at);
        this.at = end < 0 ? this.text.length : end;
      } else if (this.text.startsWith("/*", this.at)) {
        const end = this.text.indexOf("*/", this.at);
        const to = end < 0 ? this.text.length : end + 2;
        this.line += this.text.slice(this.at, to).match(/\n/g)?.length ?? 0;
        this.at = to;
      } else return;
    }
  }

  /** A text between `<<WORD` and `WORD`, and the line on which it begins. */
  heredoc(): { readonly body: string; readonly line: number } {
    const { line } = this;
    const [head = "", indent, word = ""] =
      /^<<(-?)"?(\w+)"?[^\n]*\n/.exec(this.text.slice(this.at, this.at + 200)) ?? [];
    if (head === "") this.fail("<< without a word");
    const from = this.at + head.length;
    const end = new RegExp(`^[ \\t]*${word}[ \\t]*\\r?$`, "m").exec(this.text.slice(from));
    if (!end) this.fail(`<<${word} is not closed`);
    const body = this.text.slice(from, from + end.index);
    this.at = from + end.index + end[0].length;
    this.line = line + 1 + (body.match(/\n/g)?.length ?? 0);
    return { body: indent === "-" ? dedented(body) : body, line: line + 1 };
  }

  /** @throws UsageError with file and line */
  fail(reason: string): never {
    throw new UsageError(`${this.#file}:${this.line}: ${reason}`);
  }
}

/** A text without the blanks that all its lines begin with. */
function dedented(text: string): string {
  const widths = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const width = Math.min(...widths, Infinity);
  return Number.isFinite(width) ? text.replace(new RegExp(`^[ \\t]{0,${width}}`, "gm"), "") : text;
}
