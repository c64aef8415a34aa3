import { isMap, isScalar, isSeq, type Node } from "yaml";

/** Tags that leave the value as it is: a text with variables in it, and a value of Compose that replaces another. */
const PLAIN_TAGS = new Set(["!Sub", "!override"]);

/** Whether a function of CloudFormation, or of another program, gives the value: `!Ref Port`, `{ "Ref": "Port" }`. */
export function isFunction(node: Node): boolean {
  const { tag } = node;
  if (tag !== undefined && /^![A-Za-z]/.test(tag)) return !PLAIN_TAGS.has(tag);
  const name = functionOf(node);
  return name !== undefined && name !== "Fn::Sub";
}

/** The text inside `Fn::Sub`, in each of its forms; every other node as it is. */
export function withoutFunction(node: unknown): unknown {
  if (isSeq(node) && node.tag === "!Sub") return node.items[0];
  if (!isMap(node) || functionOf(node) !== "Fn::Sub") return node;
  const value = node.items[0]?.value;
  return isSeq(value) ? value.items[0] : value;
}

/** The name of the function that a map with one key calls. */
function functionOf(node: Node): string | undefined {
  if (!isMap(node) || node.items.length !== 1) return undefined;
  const key = node.items[0]?.key;
  const name = isScalar(key) ? key.value : undefined;
  return typeof name === "string" && /^(Ref|Fn::\w+)$/.test(name) ? name : undefined;
}
