import type { Answer } from "./ask.ts";

/** What stands in front of the replicas. It asks each of them for `/status`, and sends requests to those with 200. */
export interface Balancer {
  /** What it is, for people. */
  readonly name: string;
  /** Its own page, if it has one. */
  readonly page?: string;
  /** Sends a request to one of the replicas. */
  ask(path: string): Promise<Answer>;
  /** The names of the replicas that get requests. */
  servers(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** A replica, as a balancer needs it. */
export interface Server {
  readonly name: string;
  readonly port: number;
}

/** How often a replica is asked, in ms. */
export const CHECK_MS = 300;
/** After so many bad answers in a row a replica gets no requests. One good answer brings it back. */
export const FALL = 2;
