import type { Health } from "../../src/index.ts";
import { grpcHealth, type GrpcHealth, type GrpcHealthOptions } from "../../src/grpc/index.ts";
import { load, missing } from "../seeing/kit.ts";
import type { Grpc, GrpcServer } from "../seeing/shape.ts";

// SAFETY: without it no test that uses it runs.
export const grpc: Grpc = missing === undefined ? load<Grpc>("@grpc/grpc-js") : ({} as Grpc);

/** Starts a server on a port of its own. */
export function bind(server: GrpcServer): Promise<string> {
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    ),
  );
}

/** A server that answers for a health. */
export interface Served extends GrpcHealth {
  readonly server: GrpcServer;
  readonly address: string;
}

export async function serve(health: Health, options?: GrpcHealthOptions): Promise<Served> {
  const server = new grpc.Server();
  const made = grpcHealth(health, options);
  server.addService(made.service, made.implementation);
  return { ...made, server, address: await bind(server) };
}

/** A request of Check or Watch. The client's description is its own, so that both sides cannot be wrong alike. */
export function requestOf(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return name;
  const length: number[] = [];
  let rest = name.length;
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([0x0a, ...length, rest]), name]);
}

/** The status in an answer. Proto3 leaves 0 out. */
export function statusOf(bytes: Buffer): number {
  return bytes.length === 0 ? 0 : (bytes[1] ?? -1);
}

/** What is sent is bytes already. */
export const asIs = (bytes: Buffer): Buffer => bytes;
