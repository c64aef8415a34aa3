import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Alias,
  type Document,
  type Node,
} from "yaml";
import { UsageError } from "../../io/io.ts";
import type { Entry, Item, MapItem } from "./item.ts";
import { Tree } from "./tree.ts";
import { isFunction, withoutFunction } from "./yaml-function.ts";

/** Says what is wrong in a line of the file. */
type ErrorAt = (line: number, reason: string) => UsageError;

/** The most keys that all merges of a file may copy. A merge also copies the keys that earlier merges have copied. */
const MOST_MERGED = 100_000;

/** Turns the nodes of one document into items. Aliases give the item of their anchor, with its lines. */
class Reader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #firstLine: number;
  readonly #errorAt: ErrorAt;
  #named: ReadonlyMap<Alias, Node> | undefined;
  /** How many anchors stand around the node that is read. */
  #anchors = 0;
  #merged = 0;
  /** Whether the text stands inside another one, so that nobody can edit it by its offsets. */
  readonly #inside: boolean;
  readonly #known = new Map<unknown, Item>();

  constructor(document: Document, lines: LineCounter, firstLine: number, errorAt: ErrorAt) {
    this.#document = document;
    this.#errorAt = errorAt;
    this.#lines = lines;
    this.#firstLine = firstLine;
    this.#inside = firstLine > 1;
  }

  itemOf(node: unknown, line: number): Item {
    const resolved = withoutFunction(isAlias(node) ? this.#nodeOf(node) : node);
    const known = this.#known.get(resolved);
    if (known) return known;
    if (isNode(resolved) && isFunction(resolved)) return this.#openOf(resolved, line);
    const anchors = isNode(resolved) && resolved.anchor !== undefined ? 1 : 0;
    this.#anchors += anchors;
    const item = this.#newItemOf(resolved, line);
    this.#anchors -= anchors;
    return item;
  }

  #newItemOf(resolved: unknown, line: number): Item {
    if (isMap(resolved)) {
      const map: MapItem = {
        type: "map",
        line: this.#lineOf(resolved, line),
        flow: resolved.flow === true,
        start: this.#inside ? undefined : resolved.range?.[0],
        entries: [],
      };
      // Known before its children are read, because an alias inside may name it.
      this.#known.set(resolved, map);
      map.entries = this.#entriesOf(resolved.items, map.line);
      return map;
    }
    if (isSeq(resolved)) {
      const list: Item = { type: "list", line: this.#lineOf(resolved, line), items: [] };
      this.#known.set(resolved, list);
      list.items = resolved.items.map((item) => this.itemOf(item, list.line));
      return list;
    }
    if (!isScalar(resolved)) return { type: "scalar", line, value: null, quote: "plain" };
    const { range, type, anchor } = resolved;
    const quote =
      type === "QUOTE_DOUBLE"
        ? "double"
        : type === "QUOTE_SINGLE"
          ? "single"
          : type === "BLOCK_FOLDED" || type === "BLOCK_LITERAL"
            ? "block"
            : "plain";
    const item: Item = {
      type: "scalar",
      line: this.#lineOf(resolved, line),
      value: resolved.value,
      quote,
      // A change of a number with an anchor would also change what its aliases say.
      ...(range &&
        range[1] > range[0] &&
        !this.#inside &&
        anchor === undefined && { span: { start: range[0], end: range[1] } }),
      ...(this.#anchors > 0 && { shared: true }),
    };
    this.#known.set(resolved, item);
    return item;
  }

  #nodeOf(alias: Alias): Node | undefined {
    this.#named ??= nodesByAlias(this.#document);
    return this.#named.get(alias);
  }

  /** A value that only the program knows that reads the file. */
  #openOf(node: Node, line: number): Item {
    const item: Item = { type: "scalar", line: this.#lineOf(node, line), value: undefined, quote: "plain" };
    this.#known.set(node, item);
    return item;
  }

  #entriesOf(pairs: readonly { readonly key: unknown; readonly value: unknown }[], line: number): readonly Entry[] {
    const own: Entry[] = [];
    const merged: Entry[] = [];
    const keys = new Set<unknown>();
    for (const { key, value } of pairs) {
      if (!isScalar(key)) continue;
      const at = this.#lineOf(key, line);
      if (keys.has(key.value)) throw this.#errorAt(at, "Map keys must be unique");
      keys.add(key.value);
      const item = this.itemOf(value, at);
      const start = this.#inside ? -1 : (key.range?.[0] ?? -1);
      if (key.value !== "<<") {
        own.push({ key: String(key.value), line: at, start, column: this.#columnOf(start), item });
        continue;
      }
      // A map that is still being read holds itself: it has no entries yet, and so the circle ends.
      for (const source of item.type === "list" ? item.items : [item])
        if (source.type === "map") {
          this.#merged += source.entries.length;
          if (this.#merged > MOST_MERGED) throw this.#errorAt(at, `the merges (<<) copy more than ${MOST_MERGED} keys`);
          for (const entry of source.entries) merged.push(entry);
        }
    }
    const names = new Set(own.map((entry) => entry.key));
    for (const entry of merged)
      if (!names.has(entry.key)) {
        names.add(entry.key);
        own.push(entry);
      }
    return own;
  }

  #lineOf(node: { readonly range?: readonly number[] | null | undefined }, otherwise: number): number {
    const offset = node.range?.[0];
    return offset === undefined ? otherwise : (this.#lines.linePos(offset).line || 1) + this.#firstLine - 1;
  }

  #columnOf(offset: number): number {
    return Math.max(0, this.#lines.linePos(offset).col - 1);
  }
}

/** The node that each alias names. The library searches the whole document again for each of them. */
function nodesByAlias(document: Document): ReadonlyMap<Alias, Node> {
  const latest = new Map<string, Node>();
  const named = new Map<Alias, Node>();
  visit(document, {
    Node(_, node) {
      const target = isAlias(node) ? latest.get(node.source) : undefined;
      if (isAlias(node) && target) named.set(node, target);
      if (!isAlias(node) && node.anchor !== undefined) latest.set(node.anchor, node);
    },
  });
  return named;
}

/**
 * The documents of a YAML or JSON text.
 *
 * @param firstLine the line of the file on which the text begins, if it stands inside another file
 * @throws UsageError with file, line and reason for what is neither
 */
export function yamlTreesOf(file: string, text: string, firstLine = 1): readonly Tree[] {
  const lines = new LineCounter();
  const documents = [
    ...parseAllDocuments(text, {
      lineCounter: lines,
      // Compares each key with all others of its map. The reader below finds a repeated key at once.
      uniqueKeys: false,
      version: "1.2",
      merge: false,
      logLevel: "silent",
    }),
  ];
  const errorAt: ErrorAt = (line, reason) =>
    new UsageError(`${file}:${line}: ${reason}${text.includes("{{") ? RENDER : ""}`);
  for (const { errors } of documents)
    for (const { message, pos } of errors)
      throw errorAt((lines.linePos(pos[0]).line || 1) + firstLine - 1, reasonOf(message));
  return documents.flatMap((document) => {
    if (document.contents === null) return [];
    const root = new Reader(document, lines, firstLine, errorAt).itemOf(document.contents, firstLine);
    return [new Tree({ file, line: root.line, field: "" }, root)];
  });
}

/** Whether a text is INI or TOML, as of systemd: a section alone on its line, and a key with an equals sign. */
export function isIni(text: string): boolean {
  return /^\[{1,2}[\w.-]+\]{1,2}[ \t]*$/m.test(text) && /^[\w.-]+[ \t]*=/m.test(text);
}

/** Kinds of Kubernetes that have no pod: parsing them is most of the time, and says nothing. */
const WITHOUT_POD =
  /^kind:\s*["']?(Service|ConfigMap|Secret|Namespace|ServiceAccount|PersistentVolumeClaim|PersistentVolume|StorageClass|Role|RoleBinding|ClusterRole|ClusterRoleBinding|Ingress|IngressClass|NetworkPolicy|PodDisruptionBudget|HorizontalPodAutoscaler|CustomResourceDefinition|ServiceMonitor|PodMonitor|PrometheusRule|Certificate|Issuer|ClusterIssuer|VirtualService|DestinationRule|Gateway|HTTPRoute|Endpoints|LimitRange|ResourceQuota|PriorityClass|ValidatingWebhookConfiguration|MutatingWebhookConfiguration|APIService|AppProject)["']?\s*$/m;

/** A file of Kubernetes whose documents without a pod are blank lines; every line keeps its number and offset. */
export function withoutIdleDocuments(text: string): string {
  if (!/^apiVersion:/m.test(text)) return text;
  return text
    .split(/^(?=---)/m)
    .map((part) => {
      const isIdle = WITHOUT_POD.test(part) && !/^apiVersion:\s*["']?serving\.knative/m.test(part);
      return isIdle ? part.replace(/[^\n]/g, " ").replace(/^ {3}/, part.startsWith("---") ? "---" : "$&") : part;
    })
    .join("");
}

/** What to do with a template. */
export const RENDER = " (if this is a template, render it first: helm template ... | health-state doctor -)";

/** The first line of the parser's message, without the place that we say ourselves. */
function reasonOf(message: string): string {
  const [first = ""] = message.split("\n");
  return /call stack/.test(first) ? "is nested too deeply" : first.replace(/ at line \d+.*$/, "");
}
