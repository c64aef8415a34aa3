import type { Probe } from "health-state";
import type { ResourceLimits } from "health-state";
import type { BalancerName } from "./balancer.ts";
import type { CheckNumbers } from "./check-numbers.ts";

/** The configuration of a kubelet probe. The fields have the names of the Probe API. Times are in seconds. */
export interface KubeletProbe {
  /** Which of the three probes it sends: `/status`, `/status/live` or `/status/startup`. */
  readonly asks: Probe;
  /**
   * How it asks. `grpc` asks the gRPC health service, which gives the same answer as the path. `tcp` only opens a
   * connection. The kernel accepts it even while the event loop is blocked.
   * @default "http"
   */
  readonly by?: "http" | "grpc" | "tcp";
  /** How long to wait after the start of a container. @default 0 */
  readonly initialDelaySeconds?: number;
  /** The interval between probes. @default 10 */
  readonly periodSeconds?: number;
  /** How long to wait for an answer. @default 1 */
  readonly timeoutSeconds?: number;
  /** The passes in a row that change the verdict. @default 1 */
  readonly successThreshold?: number;
  /** The failures in a row that change the verdict. @default 3 */
  readonly failureThreshold?: number;
}

/** A time in which the source does not work as it should. */
export interface Trouble {
  /** In seconds from the start. */
  readonly fromSeconds: number;
  /** In seconds from the start. */
  readonly untilSeconds: number;
  /** `down` refuses, `hangs` never answers, `slow` takes `factor` times as long. */
  readonly kind: "down" | "hangs" | "slow";
  /** How many times as long a load takes while it is slow. @default 10 */
  readonly factor?: number;
  /** Only these replicas, counted from 0. @default all */
  readonly replicas?: readonly number[];
}

/** How long a load takes, in seconds. */
export interface LoadTime {
  /** The first of a process. */
  readonly firstSeconds: number;
  /** The later ones. @default as the first */
  readonly refreshSeconds?: number;
  /** The largest random share by which each load is shorter or longer. @default 0.1 */
  readonly spread?: number;
}

/** A platform that replaces unhealthy tasks: Swarm and Amazon ECS. Times are in seconds. */
export interface Replacing {
  /** Which probe the check asks. */
  readonly asks: Probe;
  /** How it asks. @default "http" */
  readonly by?: "http" | "tcp";
  /** The time from the end of a check to the next check. */
  readonly intervalSeconds: number;
  /** How long a check waits for its answer. */
  readonly timeoutSeconds: number;
  /** Failures in a row that make it unhealthy. */
  readonly retries: number;
  /** How long after the start failures do not count, unless a check has passed. */
  readonly startSeconds: number;
  /** The interval while it starts, until a check has passed. @default `intervalSeconds` */
  readonly startIntervalSeconds?: number;
  /** From the end of a task to the start of the one that replaces it: 5 with Swarm. */
  readonly delaySeconds: number;
}

/** The settings of the fleet (`health-state/fleet`). Its store answers at once. */
export interface FleetSetup {
  /** How many replicas may be out at once because of old data: a share or a number. @default "10%" */
  readonly leave?: string | number;
  /** How many replicas may load at once. @default no limit */
  readonly loads?: number;
  /**
   * How a new revision goes round, where there are `revisions`; each further step takes a quarter more.
   * @default every replica takes it at once
   */
  readonly rollout?: {
    /** How many replicas take it first. @default 1 */
    readonly first?: number;
    /** For how long a step must be well before the next. @default 600 */
    readonly soakSeconds?: number;
  };
}

/** A revision that the source announces from a time on. */
export interface AnnouncedRevision {
  /** In seconds from the start. */
  readonly fromSeconds: number;
  /** Its name. */
  readonly revision: string;
  /** `rejected` is loaded, and `validate` refuses it. The load of `failing` fails when it is over. @default "good" */
  readonly kind?: "good" | "rejected" | "failing";
}

/** The input of a simulation: the service, its probers, and the troubles. Times are seconds from the start. */
export interface Setup {
  /** The number of replicas. */
  readonly replicas: number;
  /** The simulated time, in seconds. */
  readonly durationSeconds: number;
  /** How long a load takes. */
  readonly load: LoadTime;
  /** The limits given to `health.resource()`; `refreshEvery`, `staleAfter`, `refuseAfter`, `jitter`, `timeout`. */
  readonly limits: ResourceLimits;
  /**
   * The router: `kubernetes` (readiness and endpoints), a balancer with its own checks, or `direct`. With `direct`
   * there are no checks, and every replica gets traffic.
   */
  readonly router: "kubernetes" | "direct" | BalancerName;
  /** The numbers of the balancer's check. @default as `health-state config` writes them */
  readonly check?: CheckNumbers;
  /** The platform that replaces unhealthy tasks, besides the kubelet. @default none */
  readonly replacing?: Replacing;
  /** The probes of the kubelet. It does not send a missing one. */
  readonly probes: {
    /** Decides which pods are endpoints if `router` is `kubernetes`. */
    readonly readiness?: KubeletProbe;
    /** Kills the container after failures. */
    readonly liveness?: KubeletProbe;
    /** Holds the other two back, and kills when its budget is used up. */
    readonly startup?: KubeletProbe;
  };
  /** The troubles of the source. @default none */
  readonly troubles?: readonly Trouble[];
  /**
   * The revisions of the source, the earliest first. A replica asks for the revision, and loads it if it differs from
   * its own. The question takes no time.
   * @default a new value with each load
   */
  readonly revisions?: readonly AnnouncedRevision[];
  /** The fleet of the replicas. @default no fleet */
  readonly fleet?: FleetSetup;
  /** Stalls of the event loop: about every so many seconds, each so many seconds long. @default none */
  readonly stall?: { readonly everySeconds: number; readonly seconds: number };
  /** A rolling deploy. @default none */
  readonly deploy?: {
    /** When it begins. */
    readonly atSeconds: number;
    /** Whether the router is told before SIGTERM; Kubernetes always is. */
    readonly told: boolean;
    /** How many more than wanted there may be. @default a quarter, rounded up */
    readonly maxSurge?: number;
    /** How many fewer than wanted may be available. @default a quarter, rounded down */
    readonly maxUnavailable?: number;
  };
  /** A node that is drained: its replicas are deleted at once, and others are made elsewhere. @default none */
  readonly nodeDrain?: {
    /** When it happens. */
    readonly atSeconds: number;
    /** Whether the router is told before SIGTERM; Kubernetes always is. */
    readonly told?: boolean;
    /** Which replicas it holds, counted from 0. */
    readonly replicas: readonly number[];
  };
  /** How long the preStop hook keeps SIGTERM back; it counts as part of the grace. @default 0 */
  readonly preStopSeconds?: number;
  /**
   * Requests on connections that clients keep open: this share goes on to a replica that left the rotation, for so
   * many seconds or until its process ends.
   * @default none
   */
  readonly kept?: { readonly share: number; readonly seconds: number };
  /** The begin and end of the trouble, for the separate figures. @default from `troubles`, `stall` and the like */
  readonly phase?: { readonly fromSeconds: number; readonly untilSeconds: number };
  /** How long a process serves on after SIGTERM. @default 10 */
  readonly drainSeconds?: number;
  /** When SIGKILL follows SIGTERM. @default 30 */
  readonly graceSeconds?: number;
  /** In how many seconds the first replicas are created. @default 10 */
  readonly spreadSeconds?: number;
  /** From the start of a container until its process listens. @default 1 */
  readonly bootSeconds?: number;
  /** From a change of readiness until every node routes by it (endpoints, kube-proxy). @default 2 */
  readonly propagationSeconds?: number;
  /** Requests to the whole service. @default 100 */
  readonly requestsPerSecond?: number;
  /** When they begin to be counted. @default 0 */
  readonly requestsFromSeconds?: number;
}

/** A setup with the defaults in place; instants and spans in ms. */
export interface ResolvedSetup {
  readonly setup: Setup;
  readonly untilMs: number;
  readonly drainMs: number;
  readonly preStopMs: number;
  readonly graceMs: number;
  readonly spreadMs: number;
  readonly bootMs: number;
  readonly propagationMs: number;
  readonly requestsPerMs: number;
  readonly requestsFromMs: number;
}

/** Fills in the defaults. */
export function resolveSetup(setup: Setup): ResolvedSetup {
  const ms = (seconds: number): number => Math.round(seconds * 1_000);
  return {
    setup,
    untilMs: ms(setup.durationSeconds),
    drainMs: ms(setup.drainSeconds ?? 10),
    preStopMs: ms(setup.preStopSeconds ?? 0),
    graceMs: ms(setup.graceSeconds ?? 30),
    spreadMs: ms(setup.spreadSeconds ?? 10),
    bootMs: ms(setup.bootSeconds ?? 1),
    propagationMs: ms(setup.propagationSeconds ?? 2),
    requestsPerMs: (setup.requestsPerSecond ?? 100) / 1_000,
    requestsFromMs: ms(setup.requestsFromSeconds ?? 0),
  };
}

/** When a deploy or a drain of a node happens: not before there is something to replace. */
export function eventMs(atSeconds: number, { spreadMs }: ResolvedSetup): number {
  return Math.max(Math.round(atSeconds * 1_000), spreadMs + 1);
}
