import type { Probe } from "health-state";
import type { Setup } from "../../simulate/index.ts";

/** The platform of a file. */
export type Platform = "kubernetes" | "swarm" | "compose" | "haproxy" | "ecs";

/** The simulated part of a workload: the numbers from the file and from the service. */
export interface Spec {
  readonly replicas: number;
  readonly router: Setup["router"];
  readonly check?: Setup["check"];
  readonly replacing?: Setup["replacing"];
  readonly probes: Setup["probes"];
  /** The time from SIGTERM to SIGKILL. On Kubernetes it begins with the preStop hook. */
  readonly graceSeconds: number;
  /** The time from the decision to stop a replica until SIGTERM. */
  readonly preStopSeconds: number;
  /** Whether the platform removes a replica from the routing before SIGTERM. */
  readonly told: boolean;
  /** How long the service continues to serve after SIGTERM. */
  readonly drainSeconds: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  /** Readiness fails when data is older than this. `null` means never. */
  readonly refuseAfterSeconds: number | null;
}

/** A number or a path in the file, with its line. */
export interface Knob {
  /** The line of the value, or the line where it would be added. */
  readonly line: number;
  /** The text in the file. Missing if the platform uses its default. */
  readonly written?: string | undefined;
}

/** The values that a change can affect. */
export type KnobName =
  | "replicas"
  | "grace"
  | "preStop"
  | "surge"
  | "unavailable"
  | `${"startup" | "readiness" | "liveness"}.${"here" | "path" | "period" | "timeout" | "failures"}`
  | `check.${"path" | "period" | "timeout" | "failures" | "start"}`;

/** One workload of a file. */
export interface Workload {
  readonly file: string;
  readonly line: number;
  /** The name with the kind, such as `Deployment search`. */
  readonly name: string;
  readonly platform: Platform;
  /** The kind in the file, such as `StatefulSet`. For a Compose service, its mode. */
  readonly kind?: string | undefined;
  /** The port of the service, if the file contains it. */
  readonly port?: number | undefined;
  /** Whether the service uses the paths of the library. */
  readonly ours: boolean;
  readonly spec: Omit<Spec, "drainSeconds" | "refuseAfterSeconds">;
  readonly knobs: { readonly [K in KnobName]?: Knob };
  /** The handler of the probes as in the file, such as `httpGet: { path: /healthz, port: 8080 }`. */
  readonly handlers: { readonly [N in "startup" | "readiness" | "liveness"]?: string };
  /** The path of each probe or check, if it has one. */
  readonly paths: { readonly [N in "startup" | "readiness" | "liveness" | "check"]?: string };
  /** The assumptions that were needed to read the workload. Each is a sentence. */
  readonly assumed: readonly string[];
}

/** The options about the service, with their defaults. */
export interface Facts {
  readonly loadSeconds: number;
  readonly refreshSeconds: number;
  readonly staleSeconds: number;
  readonly slowFactor: number;
  /** Whether the user chose the factor. If not, a slow load is only a warning. @default false */
  readonly isSlowAsked?: boolean;
  readonly outageSeconds: number;
  readonly stallSeconds: number;
  readonly nodes: number;
  readonly requestsPerSecond: number;
  /** The share of requests on connections that clients keep. */
  readonly keptShare: number;
  readonly seed: number;
}

/** The settings of a reader: the meaning of paths, and defaults. */
export interface Reading {
  /** Paths that answer as soon as the process listens, which their names do not say. */
  readonly alive: readonly string[];
  readonly replicas?: number | undefined;
  /** The names of the simulated workloads. Empty means all. */
  readonly only: readonly string[];
  /** The name of the simulated container. */
  readonly container?: string | undefined;
  /** The balancer of ECS tasks. */
  readonly router?: Setup["router"] | undefined;
  readonly checkers?: number | undefined;
}

/** A question of a prober: which probe it asks, and how. */
export interface Question {
  readonly asks: Probe;
  readonly by: "http" | "grpc" | "tcp";
}
