import type { Buffer } from "node:buffer";
import { bytesOf, readField, readFields, textOf, writeFields } from "./wire.ts";

/** The statuses of `grpc.health.v1`, with their numbers in the protocol. */
export const SERVING_STATUS: Readonly<Record<"UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN", number>> = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
};

/** The name of a status. */
export type ServingStatus = keyof typeof SERVING_STATUS;

/** The request of Check and Watch. */
export interface HealthCheckRequest {
  /** The name of the service. The empty name means readiness. */
  readonly service: string;
}

/** The answer of Check and Watch. */
export interface HealthCheckResponse {
  /** One of `SERVING_STATUS`. */
  readonly status: number;
}

/** The request of List. It has no fields. */
export type HealthListRequest = Readonly<Record<string, never>>;

/** The answer of List. */
export interface HealthListResponse {
  /** The status of each service by its name. */
  readonly statuses: Readonly<Record<string, HealthCheckResponse>>;
}

/** The definition of one method, in the form that `@grpc/grpc-js` accepts. */
export interface MethodDefinition<Q, A> {
  /** The path of the call. */
  readonly path: string;
  /** Whether the client sends a stream. */
  readonly requestStream: boolean;
  /** Whether the server sends a stream. */
  readonly responseStream: boolean;
  /** Writes a request. */
  readonly requestSerialize: (request: Q) => Buffer;
  /** Reads a request. */
  readonly requestDeserialize: (bytes: Buffer) => Q;
  /** Writes an answer. */
  readonly responseSerialize: (answer: A) => Buffer;
  /** Reads an answer. */
  readonly responseDeserialize: (bytes: Buffer) => A;
}

/** The definition of `grpc.health.v1.Health`. It is a type, because an interface has no index signature. */
export type HealthService = {
  readonly Check: MethodDefinition<HealthCheckRequest, HealthCheckResponse>;
  readonly List: MethodDefinition<HealthListRequest, HealthListResponse>;
  readonly Watch: MethodDefinition<HealthCheckRequest, HealthCheckResponse>;
};

/** In bytes. No service has a longer name. A Watch keeps the name that it was asked for, and a message may have 4 MB. */
const MOST_NAME = 100;

const CHECK = {
  requestSerialize: ({ service }: HealthCheckRequest): Buffer =>
    writeFields(service === "" ? [] : [{ number: 1, value: bytesOf(service) }]),
  requestDeserialize: (bytes: Uint8Array): HealthCheckRequest => ({
    service: textOf(readField(bytes, 1), MOST_NAME),
  }),
  responseSerialize: ({ status }: HealthCheckResponse): Buffer => writeFields([{ number: 1, value: status }]),
  responseDeserialize: (bytes: Uint8Array): HealthCheckResponse => ({ status: statusIn(bytes) }),
};

function statusIn(bytes: Uint8Array): number {
  const value = readField(bytes, 1);
  return typeof value === "number" ? value : 0;
}

/** The service (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
export const HEALTH_SERVICE: HealthService = {
  Check: { path: "/grpc.health.v1.Health/Check", requestStream: false, responseStream: false, ...CHECK },
  List: {
    path: "/grpc.health.v1.Health/List",
    requestStream: false,
    responseStream: false,
    requestSerialize: () => writeFields([]),
    requestDeserialize: () => ({}),
    // A protobuf map is a list of messages. Field 1 is the key, and field 2 is the value.
    responseSerialize: ({ statuses }) =>
      writeFields(
        Object.entries(statuses).map(([name, answer]) => ({
          number: 1,
          value: writeFields([
            { number: 1, value: bytesOf(name) },
            { number: 2, value: CHECK.responseSerialize(answer) },
          ]),
        })),
      ),
    responseDeserialize: (bytes) => ({
      statuses: Object.fromEntries(
        readFields(bytes).flatMap(({ number, value }) => {
          if (number !== 1 || !(value instanceof Uint8Array)) return [];
          const entry = readFields(value);
          const held = entry.find((field) => field.number === 2)?.value;
          const status = held instanceof Uint8Array ? statusIn(held) : 0;
          return [[textOf(entry.find((field) => field.number === 1)?.value), { status }]];
        }),
      ),
    }),
  },
  Watch: { path: "/grpc.health.v1.Health/Watch", requestStream: false, responseStream: true, ...CHECK },
};
