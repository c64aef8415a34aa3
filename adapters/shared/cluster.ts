/** The part of `node:cluster` that is used. */
interface ClusterLike {
  readonly isWorker?: boolean;
  readonly worker?: { disconnect(): unknown } | undefined;
}

/** The part of `process` that is used. */
interface GlobalLike {
  readonly process?: {
    /** Whether there is a channel to a parent process. Every worker has one. */
    readonly connected?: boolean;
    getBuiltinModule?(name: string): ClusterLike | undefined;
  };
}

/** The name is in a variable, so that a bundler for edge platforms does not try to include the module. */
const CLUSTER: string = "node:cluster";

/** Returns this process as a worker of `node:cluster`. Returns `undefined` if it is not a worker. */
export async function findClusterWorker(): Promise<{ disconnect(): unknown } | undefined> {
  const { process } = globalThis as GlobalLike; // SAFETY: each field is optional, and read as what it may be
  if (!process?.connected) return undefined;
  try {
    const cluster =
      process.getBuiltinModule?.(CLUSTER) ??
      // Node before 20.16 has no other way. SAFETY: the field is optional, and each use checks it.
      ((await import(CLUSTER)) as { readonly default?: ClusterLike }).default;
    return cluster?.isWorker ? cluster.worker : undefined;
  } catch {
    return undefined;
  }
}
