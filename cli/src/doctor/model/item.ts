/** A span of the file's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A single value. */
export interface ScalarItem {
  readonly type: "scalar";
  readonly line: number;
  /** `undefined` if only the program that reads the file can tell, such as a reference in Terraform. */
  readonly value: unknown;
  /** Where the text of the value stands, quotes included; missing if nobody can change it alone. */
  readonly span?: Span;
  /** Whether aliases may bring the value to other places too. */
  readonly shared?: boolean;
  readonly quote: "plain" | "double" | "single" | "block";
}

/** One key of a map. */
export interface Entry {
  readonly key: string;
  readonly line: number;
  /** Where the key begins, and how many characters stand before it in its line; not counted in HCL. */
  readonly start: number;
  readonly column: number;
  readonly item: Item;
}

/** Keys and values, those merged in last. */
export interface MapItem {
  readonly type: "map";
  readonly line: number;
  /** Whether it is written between braces. */
  readonly flow: boolean;
  /** Where its text begins, if that is known. */
  readonly start?: number | undefined;
  entries: readonly Entry[];
}

/** Values in order. */
export interface ListItem {
  readonly type: "list";
  readonly line: number;
  items: readonly Item[];
}

/** What a configuration file holds, in any of the languages. */
export type Item = ScalarItem | MapItem | ListItem;

/** A change of the file: a value in the place of another, or a new key at the beginning of a map. */
export type Edit =
  /** A text; it gets the quotes that it needs. */
  | { readonly replace: ScalarItem; readonly text: string }
  /** As it is to stand in the file. */
  | { readonly replace: ScalarItem; readonly raw: string }
  | { readonly into: MapItem; readonly key: string; readonly raw: string };
