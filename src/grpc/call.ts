import type { HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse } from "./service.ts";

/** The part of a unary call of `@grpc/grpc-js` that is read. */
export interface UnaryCallLike<Q> {
  /** What the client asks. */
  readonly request: Q;
}

/** The part of a server stream of `@grpc/grpc-js` that is used. */
export interface WatchCallLike {
  /** What the client asks. */
  readonly request: HealthCheckRequest;
  /** Sends a message. */
  write(response: HealthCheckResponse): unknown;
  /** Ends the stream well. */
  end(): unknown;
  /** Listens to `cancelled`. */
  on(event: "cancelled" | "close" | "error", listener: () => void): unknown;
}

/** Answers a unary call. */
export type Callback<A> = (error: { readonly code: number; readonly details: string } | null, answer?: A) => void;

/** What answers the calls of `grpc.health.v1.Health`. A type and not an interface, so that it has an index. */
export type HealthImplementation = {
  readonly Check: (call: UnaryCallLike<HealthCheckRequest>, callback: Callback<HealthCheckResponse>) => void;
  readonly List: (call: UnaryCallLike<HealthListRequest>, callback: Callback<HealthListResponse>) => void;
  readonly Watch: (call: WatchCallLike) => void;
};
