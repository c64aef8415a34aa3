export { grpcHealth, type GrpcHealth, type GrpcHealthOptions } from "./grpc-health.ts";
export type { Callback, HealthImplementation, UnaryCallLike, WatchCallLike } from "./call.ts";
export type {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthListRequest,
  HealthListResponse,
  HealthService,
  MethodDefinition,
} from "./service.ts";
export { SERVING_STATUS, type ServingStatus } from "./service.ts";
