/** What happened to a resource; `asOf` is on the reference's own clock. */
export type Entry<V> =
  | { type: "loaded"; value: V; asOf?: number | undefined }
  | { type: "unchanged"; asOf?: number | undefined; refused?: boolean }
  | { type: "start" | "failed" | "invalidate" | "unload" };
