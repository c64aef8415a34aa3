import type { Edit, Entry, Item, MapItem, ScalarItem } from "./item.ts";
import type { Place, Report } from "./report.ts";

/** A value of a file that knows its line and its path; a missing one stands where it would be. */
export class Tree implements Place {
  readonly file: string;
  readonly line: number;
  readonly field: string;
  readonly item: Item | undefined;
  /** The key under which it stands, if it stands in a map. */
  readonly entry: Entry | undefined;

  constructor({ file, line, field }: Place, item: Item | undefined, entry?: Entry) {
    this.file = file;
    this.line = line;
    this.field = field;
    this.item = item;
    this.entry = entry;
  }

  get offset(): number | undefined {
    return this.entry === undefined || this.entry.start < 0 ? undefined : this.entry.start;
  }

  /** Whether there is anything but null. */
  get here(): boolean {
    return this.item !== undefined && !(this.item.type === "scalar" && this.item.value === null);
  }

  /** The child under a chain of keys. */
  get(...keys: readonly string[]): Tree {
    return keys.reduce((tree: Tree, key) => tree.#child(key), this);
  }

  /** The first of several spellings that is there. */
  any(...names: readonly string[]): Tree {
    return names.map((name) => this.get(name)).find((tree) => tree.here) ?? this.get(names[0] ?? "");
  }

  /** Every value of a key that may be repeated, or that may hold a list. */
  all(...names: readonly string[]): readonly Tree[] {
    return this.entries()
      .filter(([name]) => names.includes(name))
      .flatMap(([, child]) => (child.isList ? child.items() : [child]));
  }

  /** The children of a map. */
  entries(): readonly (readonly [string, Tree])[] {
    return this.item?.type === "map" ? this.item.entries.map((entry) => [entry.key, this.#treeOf(entry)] as const) : [];
  }

  /** The children of a map or a list that have children themselves, each with its key. */
  branches(): readonly (readonly [string, Tree])[] {
    if (this.item?.type === "map")
      return this.item.entries.flatMap((entry) =>
        entry.item.type === "scalar" ? [] : [[entry.key, this.#treeOf(entry)] as const],
      );
    return this.items().flatMap((child) => (child.item?.type === "scalar" ? [] : [["", child] as const]));
  }

  /** The children of a list. */
  items(): readonly Tree[] {
    if (this.item?.type !== "list") return [];
    return this.item.items.map((item, index) => this.#at(item.line, `${this.field}[${index}]`, item));
  }

  /** The scalars of a list as text: the words of a command. */
  words(): readonly string[] {
    return this.items().map(({ value }) => (typeof value === "string" ? value : JSON.stringify(value ?? "")));
  }

  /** The value of a scalar. */
  get value(): unknown {
    return this.item?.type === "scalar" ? this.item.value : undefined;
  }

  /** A text, a number or a word as it is written; nothing for maps and lists. */
  get written(): string | undefined {
    const { value } = this;
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? `${value}`
      : undefined;
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get isMap(): boolean {
    return this.item?.type === "map";
  }

  get isList(): boolean {
    return this.item?.type === "list";
  }

  /** The scalar itself, for an edit. */
  get scalar(): ScalarItem | undefined {
    return this.item?.type === "scalar" ? this.item : undefined;
  }

  /** The scalar, if its text can be replaced. */
  get replaceable(): ScalarItem | undefined {
    const { scalar } = this;
    return scalar?.span && scalar.quote !== "block" ? scalar : undefined;
  }

  /** Whether the value is known only after variables are filled in. */
  get isOpen(): boolean {
    return this.item?.type === "scalar" && (this.value === undefined || isTemplate(this.value));
  }

  /** A number; a finding if something else stands there. */
  number(report: Report): number | undefined {
    if (!this.here || this.isOpen) return undefined;
    if (typeof this.value === "number" && Number.isFinite(this.value)) return this.value;
    const written = this.text ?? "";
    const plain = /^\d+$/.test(written) ? written : undefined;
    report.add({
      rule: "wrong-type",
      severity: "error",
      at: this,
      what: `${lastOf(this.field)} is not a number.`,
      why: "Only a number is accepted here. Otherwise the whole file is rejected.",
      fix: `${lastOf(this.field)}: ${plain ?? "a number without quotes"}`,
      ...(plain !== undefined && rawEdit(this, plain)),
    });
    return undefined;
  }

  #child(key: string): Tree {
    if (this.item?.type === "map") {
      const entry = this.item.entries.find((each) => each.key === key);
      if (entry) return this.#treeOf(entry);
    }
    return this.#at(this.line, joined(this.field, key), undefined);
  }

  #treeOf(entry: Entry): Tree {
    return this.#at(entry.line, joined(this.field, entry.key), entry.item, entry);
  }

  #at(line: number, field: string, item: Item | undefined, entry?: Entry): Tree {
    return new Tree({ file: this.file, line, field }, item, entry);
  }
}

/** Whether a text has variables that somebody fills in: `$NAME`, `${NAME}`, `{{ name }}`, `$(name)`. */
export function isTemplate(value: unknown): boolean {
  return typeof value === "string" && /\$\{|\{\{|(?<!\$)\$\w|\$\(/.test(value);
}

function joined(field: string, key: string): string {
  return field === "" ? key : `${field}.${key}`;
}

/** The last key of a path. */
export function lastOf(field: string): string {
  return field.slice(field.lastIndexOf(".") + 1);
}

/** The edit that puts another text in the place of this one; nothing where no text stands. */
export function textEdit(tree: Tree, text: string): { readonly edit?: Edit } {
  const { replaceable } = tree;
  return replaceable ? { edit: { replace: replaceable, text } } : {};
}

/** The edit that puts a number or a word in the place of this value; nothing where none stands. */
export function rawEdit(tree: Tree, raw: string): { readonly edit?: Edit } {
  const { replaceable } = tree;
  return replaceable ? { edit: { replace: replaceable, raw } } : {};
}

/** The edit of a text that is right for this probe alone, such as its path. A text that other probes share stays. */
export function ownEdit(tree: Tree, text: string): { readonly edit?: Edit } {
  return tree.scalar?.shared ? {} : textEdit(tree, text);
}

/** The edit that sets a key of a map: its value is replaced, or the key is added. */
export function setEdit(map: Tree, key: string, raw: string): { readonly edit?: Edit } {
  const at = map.get(key);
  if (at.scalar) return rawEdit(at, raw);
  return map.item?.type === "map" && !at.here && takesKeys(map.item) ? { edit: { into: map.item, key, raw } } : {};
}

/** Whether a new key can stand before the first one. A map that begins with a merged key has no place for it. */
function takesKeys({ start = Infinity, flow, entries }: MapItem): boolean {
  const first = entries[0]?.start ?? -1;
  return flow ? first > start : first === start;
}
