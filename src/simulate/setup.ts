import type { Probe } from "../answer/paths.ts";
import type { ResourceLimits } from "../resource/options.ts";
import type { BalancerName } from "./balancer.ts";

/** How a probe of the kubelet is configured; field names as in the Probe API object, times in seconds. */
export interface KubeletProbe {
  /** Which of the three it asks: `/status`, `/status/live` or `/status/startup`. */
  readonly asks: Probe;
  /** How long after its start a container is left alone. @default 0 */
  readonly initialDelaySeconds?: number;
  /** From question to question. @default 10 */
  readonly periodSeconds?: number;
  /** How long it waits for an answer. @default 1 */
  readonly timeoutSeconds?: number;
  /** Passes in a row that turn the verdict. @default 1 */
  readonly successThreshold?: number;
  /** Failures in a row that turn it. @default 3 */
  readonly failureThreshold?: number;
}

/** A time in which the source does not do what it should. */
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
  /** The share by which each is shorter or longer, drawn evenly. @default 0.1 */
  readonly spread?: number;
}

/** One situation, whole: what runs, who asks it, and what goes wrong. Times are seconds from the start. */
export interface Setup {
  /** How many replicas are wanted. */
  readonly replicas: number;
  /** How long to look at them, in seconds. */
  readonly durationSeconds: number;
  /** How long a load takes. */
  readonly load: LoadTime;
  /** The limits given to `health.resource()`; `refreshEvery`, `staleAfter`, `refuseAfter`, `jitter`, `timeout`. */
  readonly limits: ResourceLimits;
  /** Who routes: `kubernetes` (readiness and endpoints), or a balancer with checks of its own. */
  readonly router: "kubernetes" | BalancerName;
  /** The kubelet's probes; without one it does not ask. */
  readonly probes: {
    /** Decides who is an endpoint, where `router` is `kubernetes`. */
    readonly readiness?: KubeletProbe;
    /** Kills. */
    readonly liveness?: KubeletProbe;
    /** Holds the other two back, and kills when its budget is used up. */
    readonly startup?: KubeletProbe;
  };
  /** What the source does wrong, and when. @default nothing */
  readonly troubles?: readonly Trouble[];
  /** Stalls of the event loop: about every so many seconds, each so many seconds long. @default none */
  readonly stall?: { readonly everySeconds: number; readonly seconds: number };
  /** A rolling deploy: a quarter may be missing and a quarter too many, as is a Deployment's default. @default none */
  readonly deploy?: {
    /** When it begins. */
    readonly atSeconds: number;
    /** Whether the router is told before SIGTERM; Kubernetes always is. */
    readonly told: boolean;
  };
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
export interface World {
  readonly setup: Setup;
  readonly untilMs: number;
  readonly drainMs: number;
  readonly graceMs: number;
  readonly spreadMs: number;
  readonly bootMs: number;
  readonly propagationMs: number;
  readonly requestsPerMs: number;
  readonly requestsFromMs: number;
}

/** Fills in the defaults. */
export function worldOf(setup: Setup): World {
  const ms = (seconds: number): number => Math.round(seconds * 1_000);
  return {
    setup,
    untilMs: ms(setup.durationSeconds),
    drainMs: ms(setup.drainSeconds ?? 10),
    graceMs: ms(setup.graceSeconds ?? 30),
    spreadMs: ms(setup.spreadSeconds ?? 10),
    bootMs: ms(setup.bootSeconds ?? 1),
    propagationMs: ms(setup.propagationSeconds ?? 2),
    requestsPerMs: (setup.requestsPerSecond ?? 100) / 1_000,
    requestsFromMs: ms(setup.requestsFromSeconds ?? 0),
  };
}
