/** A message of the builder about its load. */
export type BuildStatus =
  | { readonly type: "building" }
  | { readonly type: "published" }
  /** The load failed. The text is safe to print. */
  | { readonly type: "failed"; readonly message: string }
  /** The builder cannot write to the folder. */
  | { readonly type: "unwritable" };

/** Reads a message from another process. Returns `undefined` if it is not one of these. */
export function toBuildStatus(message: unknown): BuildStatus | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  const { type } = message;
  if (type === "building" || type === "published" || type === "unwritable") return { type };
  if (type !== "failed") return undefined;
  return { type, message: "message" in message && typeof message.message === "string" ? message.message : "" };
}
