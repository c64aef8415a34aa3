import type { HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse } from "./service.ts";

/** The part of a unary call of `@grpc/grpc-js` that the library reads. */
export interface UnaryCallLike<Q> {
  /** The request of the client. */
  readonly request: Q;
}

/** The part of a server stream of `@grpc/grpc-js` that the library uses. */
export interface WatchCallLike {
  /** The request of the client. */
  readonly request: HealthCheckRequest;
  /** Sends a message. */
  write(response: HealthCheckResponse): unknown;
  /** Ends the stream without an error. */
  end(): unknown;
  /** Adds a listener for the end of the call. */
  on(event: "cancelled" | "close" | "error", listener: () => void): unknown;
}

/** Answers a unary call. */
export type Callback<A> = (error: { readonly code: number; readonly details: string } | null, answer?: A) => void;

/** The functions that answer `grpc.health.v1.Health`. It is a type, because an interface has no index signature. */
export type HealthImplementation = {
  readonly Check: (call: UnaryCallLike<HealthCheckRequest>, callback: Callback<HealthCheckResponse>) => void;
  readonly List: (call: UnaryCallLike<HealthListRequest>, callback: Callback<HealthListResponse>) => void;
  readonly Watch: (call: WatchCallLike) => void;
};
