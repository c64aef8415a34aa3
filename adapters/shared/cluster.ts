/** The part of `node:cluster` that is used. */
interface ClusterLike {
  readonly isWorker?: boolean;
  readonly worker?: { disconnect(): unknown } | undefined;
}

/** The part of `process` that is used. */
interface GlobalLike {
  readonly process?: {
    /** Whether there is a channel to a parent, as every worker has one. */
    readonly connected?: boolean;
    getBuiltinModule?(name: string): ClusterLike | undefined;
  };
}

/** In a variable, because a bundler for the edge must not look for it. */
const CLUSTER: string = "node:cluster";

/** The worker of `node:cluster` that this process is; `undefined` if it is none. */
export async function findClusterWorker(): Promise<{ disconnect(): unknown } | undefined> {
  const { process } = globalThis as GlobalLike; // SAFETY: each field is optional, and read as what it may be
  if (!process?.connected) return undefined;
  try {
    const cluster =
      process.getBuiltinModule?.(CLUSTER) ??
      // SAFETY: Node before 20.16 has no other way, and what it gives is read as what it may be.
      ((await import(CLUSTER)) as { readonly default?: ClusterLike }).default;
    return cluster?.isWorker ? cluster.worker : undefined;
  } catch {
    return undefined;
  }
}
