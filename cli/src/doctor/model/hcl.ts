import { UsageError } from "../../io/io.ts";
import { HclScanner } from "./hcl-scanner.ts";
import type { Entry, Item } from "./item.ts";
import { Tree } from "./tree.ts";
import { yamlTreesOf } from "./yaml.ts";

/** The labels of a block stand under this key. */
export const LABELS = "__labels";

/** More levels than a person writes. */
const DEEPEST = 200;

/** More expressions of an unknown form than a file has. */
const MOST_FAILURES = 1_000;

/** Reads HCL as Terraform, Consul and Nomad write it: blocks, attributes, literals. The rest is passed over. */
class HclReader {
  readonly #file: string;
  readonly #scan: HclScanner;
  #depth = 0;
  #failures = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#scan = new HclScanner(file, text);
  }

  /** Attributes and blocks, up to the closing brace or the end. */
  body(of: "file" | "block"): Item {
    const { line } = this.#scan;
    const entries: Entry[] = [];
    this.#deeper();
    for (;;) {
      this.#scan.skip();
      const char = this.#scan.char;
      if (char === undefined) {
        if (of === "block") this.#scan.fail("a block is not closed");
        break;
      }
      if (char === "}") {
        if (of === "file") this.#scan.fail("a brace too many");
        this.#scan.at += 1;
        break;
      }
      if (char === ",") {
        this.#scan.at += 1;
        continue;
      }
      entries.push(this.#entry());
    }
    this.#depth -= 1;
    return { type: "map", line, flow: false, entries };
  }

  #entry(): Entry {
    const { line } = this.#scan;
    const start = this.#scan.at;
    const key = this.#scan.char === '"' ? this.#scan.string() : this.#scan.word();
    const labels: string[] = [];
    for (;;) {
      this.#scan.skipBlanks();
      const char = this.#scan.char;
      if (char === "=" || char === ":") {
        this.#scan.at += 1;
        return { key, line, start, column: 0, item: this.#expression() };
      }
      if (char === "{") {
        this.#scan.at += 1;
        const item = this.body("block");
        if (item.type === "map" && labels.length > 0) item.entries = [...item.entries, labelEntry(labels, line)];
        return { key, line, start, column: 0, item };
      }
      if (char === '"') labels.push(this.#scan.string());
      else if (char !== undefined && /[\w-]/.test(char)) labels.push(this.#scan.word());
      else this.#scan.fail(`${JSON.stringify(key)} must be followed by = or {`);
    }
  }

  #expression(): Item {
    this.#scan.skipBlanks();
    const { line } = this.#scan;
    const start = this.#scan.at;
    const char = this.#scan.char ?? "";
    const item = this.#tryLiteral(char, line);
    const end = this.#scan.at;
    this.#scan.skipBlanks();
    // An operator, an index or a call goes on: the value is known to nobody but the program.
    if (item && /^($|[\n,}\]):])/.test(this.#scan.text.slice(this.#scan.at, this.#scan.at + 1)))
      return item.type === "scalar" && item.quote !== "block" ? { ...item, span: { start, end } } : item;
    this.#scan.opaque();
    return { type: "scalar", line, value: undefined, quote: "plain" };
  }

  /** A literal; nothing for an expression that only looks like one, such as `{ for … }`. */
  #tryLiteral(char: string, line: number): Item | undefined {
    const [at, depth] = [this.#scan.at, this.#depth];
    try {
      return this.#literal(char, line);
    } catch (error) {
      this.#failures += 1;
      // Each failure is read again, so a file full of them would take for ever.
      if (!(error instanceof UsageError) || this.#failures > MOST_FAILURES) throw error;
      this.#scan.at = at;
      this.#scan.line = line;
      this.#depth = depth;
      return undefined;
    }
  }

  #literal(char: string, line: number): Item | undefined {
    if (char === '"') return { type: "scalar", line, value: this.#scan.string(), quote: "double" };
    if (char === "[") return this.#list(line);
    if (char === "{") {
      this.#scan.at += 1;
      return this.body("block");
    }
    if (this.#scan.text.startsWith("<<", this.#scan.at)) return this.#heredoc();
    const word = /^-?[\w.]+/.exec(this.#scan.text.slice(this.#scan.at, this.#scan.at + 80))?.[0];
    if (word === undefined) return undefined;
    if (word === "jsonencode" && /^jsonencode\s*\(/.test(this.#scan.text.slice(this.#scan.at, this.#scan.at + 20))) {
      this.#scan.at = this.#scan.text.indexOf("(", this.#scan.at) + 1;
      const item = this.#expression();
      this.#scan.skip();
      if (this.#scan.char === ")") this.#scan.at += 1;
      return item;
    }
    const value = /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : { true: true, false: false, null: null }[word];
    if (value === undefined) return undefined;
    this.#scan.at += word.length;
    return { type: "scalar", line, value, quote: "plain" };
  }

  #list(line: number): Item {
    const items: Item[] = [];
    this.#scan.at += 1;
    this.#deeper();
    for (;;) {
      this.#scan.skip();
      const char = this.#scan.char;
      if (char === undefined) this.#scan.fail("a list is not closed");
      if (char === "]") break;
      // Another closing bracket is no value: nothing would be read, again and again.
      if (char === "}" || char === ")") this.#scan.fail("a list is not closed");
      if (char === ",") this.#scan.at += 1;
      else items.push(this.#expression());
    }
    this.#scan.at += 1;
    this.#depth -= 1;
    return { type: "list", line, items };
  }

  #heredoc(): Item {
    const { line } = this.#scan;
    const { body, line: first } = this.#scan.heredoc();
    // The definitions of containers are JSON in a text.
    if (/^\s*\[\s*\{/.test(body)) {
      try {
        // A reference in the place of a number or of a whole value is no JSON.
        const json = body.replace(/"(?:\\.|[^"\\])*"|\$\{[^}"\n]*\}/g, (part) =>
          part.startsWith("$") ? `"${part}"` : part,
        );
        const [tree] = yamlTreesOf(this.#file, json, first);
        if (tree?.item) return tree.item;
      } catch {
        // Not JSON: a text like any other.
      }
    }
    return { type: "scalar", line, value: body, quote: "block" };
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) this.#scan.fail("is nested too deeply");
  }
}

function labelEntry(labels: readonly string[], line: number): Entry {
  const items = labels.map((value): Item => ({ type: "scalar", line, value, quote: "double" }));
  return { key: LABELS, line, start: 0, column: 0, item: { type: "list", line, items } };
}

/**
 * An HCL text: Terraform, Consul, Nomad.
 *
 * @throws UsageError with file, line and reason for what is no HCL
 */
export function hclTreeOf(file: string, text: string): Tree {
  return new Tree({ file, line: 1, field: "" }, new HclReader(file, text).body("file"));
}

/** The labels of a block: `resource "type" "name"`. */
export function labelsOf(block: Tree): readonly string[] {
  return block.get(LABELS).words();
}
