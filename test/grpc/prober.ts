import { asIs, grpc, requestOf, statusOf } from "./kit.ts";

const CHECK = "/grpc.health.v1.Health/Check";

/** The names that a prober prints: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
const STATUS_NAMES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** The flags of `grpc_health_probe` that are played. */
export interface ProbeFlags {
  readonly addr?: string;
  readonly service?: string;
  readonly userAgent?: string;
  readonly connectTimeoutMs?: number;
  readonly rpcTimeoutMs?: number;
  /** Both directions are compressed. */
  readonly gzip?: boolean;
}

/** How the program ended. */
export interface Ended {
  readonly exitCode: number;
  readonly said: string;
}

/**
 * Plays `grpc_health_probe`, as its `main.go` is written (https://github.com/grpc-ecosystem/grpc-health-probe). It
 * connects and waits until the connection stands. It then calls Check once. Each of the two has a timeout of its own, of
 * one second. It exits with 1 for wrong flags, 2 without a connection, 3 for an error of the call, 4 for an answer that
 * is not SERVING, and 0 otherwise.
 */
export async function playHealthProbe(flags: ProbeFlags): Promise<Ended> {
  const { addr = "", service = "", connectTimeoutMs = 1_000, rpcTimeoutMs = 1_000 } = flags;
  const { userAgent = "grpc_health_probe", gzip = false } = flags;
  if (addr === "") return { exitCode: 1, said: "error: -addr not specified" };
  if (connectTimeoutMs <= 0) return { exitCode: 1, said: "error: -connect-timeout must be greater than zero" };
  const client = new grpc.Client(addr, grpc.credentials.createInsecure(), {
    "grpc.primary_user_agent": userAgent,
    ...(gzip && { "grpc.default_compression_algorithm": 2 }),
  });
  try {
    if (!(await isConnected(client, connectTimeoutMs)))
      return { exitCode: 2, said: `timeout: failed to connect service "${addr}" within ${connectTimeoutMs}ms` };
    const answer = await check(client, service, rpcTimeoutMs);
    if (answer.code === grpc.status.UNIMPLEMENTED)
      return { exitCode: 3, said: "error: this server does not implement the grpc health protocol" };
    if (answer.code === grpc.status.DEADLINE_EXCEEDED)
      return { exitCode: 3, said: `timeout: health rpc did not complete within ${rpcTimeoutMs}ms` };
    if (answer.code !== undefined) return { exitCode: 3, said: `error: health rpc failed: ${answer.details}` };
    const name = STATUS_NAMES[answer.status] ?? "";
    if (name !== "SERVING") return { exitCode: 4, said: `service unhealthy (responded with "${name}")` };
    return { exitCode: 0, said: `status: ${name}` };
  } finally {
    client.close();
  }
}

/** What the kubelet makes of a gRPC probe. */
export interface KubeletResult {
  readonly result: "success" | "failure";
  readonly output: string;
}

/**
 * Plays the gRPC probe of the kubelet, as `pkg/probe/grpc/grpc.go` of Kubernetes is written. It differs from the program:
 * one timeout, `timeoutSeconds`, is for the connection and the call together. There is no TLS, and any failure is one.
 */
export async function playKubelet(addr: string, service: string, timeoutMs = 1_000): Promise<KubeletResult> {
  const endsAt = Date.now() + timeoutMs;
  const client = new grpc.Client(addr, grpc.credentials.createInsecure(), {
    "grpc.primary_user_agent": "kube-probe/1.34",
  });
  try {
    if (!(await isConnected(client, timeoutMs)))
      return { result: "failure", output: `timeout: failed to connect service "${addr}" within ${timeoutMs}ms` };
    const answer = await check(client, service, Math.max(1, endsAt - Date.now()));
    if (answer.code === grpc.status.UNIMPLEMENTED)
      return { result: "failure", output: "error: this server does not implement the grpc health protocol" };
    if (answer.code === grpc.status.DEADLINE_EXCEEDED)
      return { result: "failure", output: `timeout: health rpc did not complete within ${timeoutMs}ms` };
    if (answer.code !== undefined)
      return { result: "failure", output: `error: health rpc probe failed: ${answer.details}` };
    const name = STATUS_NAMES[answer.status] ?? "";
    if (name !== "SERVING") return { result: "failure", output: `service unhealthy (responded with "${name}")` };
    return { result: "success", output: "service healthy" };
  } finally {
    client.close();
  }
}

type Client = InstanceType<typeof grpc.Client>;

/** What a client that dials and blocks does: it tries again until its time is over. */
function isConnected(client: Client, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => client.waitForReady(Date.now() + withinMs, (error) => resolve(error === undefined)));
}

interface Checked {
  /** Only of a call that failed. */
  readonly code?: number;
  readonly details?: string;
  readonly status: number;
}

function check(client: Client, service: string, withinMs: number): Promise<Checked> {
  const deadline = Date.now() + withinMs;
  return new Promise((resolve) =>
    client.makeUnaryRequest(
      CHECK,
      asIs,
      asIs,
      requestOf(service),
      new grpc.Metadata(),
      { deadline },
      (error, answer) => {
        if (error) resolve({ code: error.code, details: error.details, status: -1 });
        else resolve({ status: statusOf(answer) });
      },
    ),
  );
}
