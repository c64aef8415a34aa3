import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from "yaml";
import { UsageError } from "../io.ts";
import type { Place, Report } from "./finding.ts";

/** What all nodes of a document share. */
interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A node of YAML or JSON that knows its line and its path; a missing one stands where it would be. */
export class Tree implements Place {
  readonly file: string;
  readonly line: number;
  readonly field: string;
  readonly node: Node | undefined;
  readonly #source: Source;

  constructor(source: Source, node: unknown, line: number, field: string) {
    this.#source = source;
    this.file = source.file;
    this.line = line;
    this.field = field;
    const resolved = isAlias(node) ? node.resolve(source.document) : node;
    this.node = isMap(resolved) || isSeq(resolved) || isScalar(resolved) ? resolved : undefined;
  }

  /** Whether there is anything but null. */
  get here(): boolean {
    return this.node !== undefined && !(isScalar(this.node) && this.node.value === null);
  }

  /** The child under a chain of keys; YAML's merge key is followed. */
  get(...keys: readonly string[]): Tree {
    const [key, ...rest] = keys;
    if (key === undefined) return this;
    const child =
      this.entries().find(([name]) => name === key)?.[1] ??
      new Tree(this.#source, undefined, this.line, join(this.field, key));
    return child.get(...rest);
  }

  /** The first of several spellings that is there. */
  any(...names: readonly string[]): Tree {
    return names.map((name) => this.get(name)).find((tree) => tree.here) ?? this.get(names[0] ?? "");
  }

  /** The children of a map, those merged in last. */
  entries(): readonly (readonly [string, Tree])[] {
    if (!isMap(this.node)) return [];
    const own: (readonly [string, Tree])[] = [];
    const merged: (readonly [string, Tree])[] = [];
    for (const { key, value } of this.node.items) {
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name === undefined) continue;
      const child = new Tree(this.#source, value, this.#lineOf(key), join(this.field, name));
      if (name !== "<<") own.push([name, child]);
      // One level of merging: deeper ones could go in circles.
      else if (isMap(child.node))
        for (const pair of child.node.items)
          if (isScalar(pair.key) && pair.key.value !== "<<")
            merged.push([
              String(pair.key.value),
              new Tree(this.#source, pair.value, this.#lineOf(pair.key), join(this.field, String(pair.key.value))),
            ]);
    }
    return [...own, ...merged];
  }

  /** The children of a list. */
  items(): readonly Tree[] {
    if (!isSeq(this.node)) return [];
    return this.node.items.map((item, index) => {
      const place = new Tree(this.#source, item, this.line, `${this.field}[${index}]`);
      return new Tree(this.#source, item, isAlias(item) ? this.line : place.#lineOf(place.node), place.field);
    });
  }

  /** The scalars of a list as text: the words of a command. */
  words(): readonly string[] {
    return this.items().map(({ value }) => (typeof value === "string" ? value : JSON.stringify(value ?? "")));
  }

  /** The value of a scalar. */
  get value(): unknown {
    return isScalar(this.node) ? this.node.value : undefined;
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get isMap(): boolean {
    return isMap(this.node);
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  /** A number; a finding where something else stands. */
  number(report: Report): number | undefined {
    if (!this.here) return undefined;
    if (typeof this.value === "number" && Number.isFinite(this.value)) return this.value;
    report.add(
      "wrong-type",
      "error",
      this,
      "Only a number is accepted here, and the whole file is refused for it.",
      "a number without quotes",
    );
    return undefined;
  }

  #lineOf(node: unknown): number {
    const offset = isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
    return offset === undefined ? this.line : this.#source.lines.linePos(offset).line || this.line;
  }
}

/**
 * The documents of a YAML or JSON file.
 *
 * @throws UsageError with file, line and reason for what is neither
 */
export function treesOf(file: string, text: string): readonly Tree[] {
  const lines = new LineCounter();
  const documents = [
    ...parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, version: "1.2", logLevel: "silent" }),
  ];
  for (const { errors } of documents)
    for (const { message, pos } of errors) {
      const helm = text.includes("{{")
        ? " (a template? render it first: helm template ... | health-state doctor -)"
        : "";
      throw new UsageError(`${file}:${lines.linePos(pos[0]).line || 1}: ${reasonOf(message)}${helm}`);
    }
  return documents.flatMap((document) => {
    const root = document.contents;
    if (root === null) return [];
    const line = root.range ? lines.linePos(root.range[0]).line || 1 : 1;
    return [new Tree({ file, document, lines }, root, line, "")];
  });
}

function join(field: string, key: string): string {
  return field === "" ? key : `${field}.${key}`;
}

/** The first line of the parser's message, without the place that we say ourselves. */
function reasonOf(message: string): string {
  const [first = ""] = message.split("\n");
  return /call stack/.test(first) ? "is nested too deeply" : first.replace(/ at line \d+.*$/, "");
}
