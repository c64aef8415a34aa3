import type { Health } from "../handler/health.ts";
import { registryOf } from "../health/registry-of.ts";
import { createLookup, type Registered } from "../observe/ended-load.ts";
import { checkOptions } from "../option/check-options.ts";
import { invalidOption } from "../option/invalid-option.ts";
import type { HealthImplementation } from "./call.ts";
import { HEALTH_SERVICE, SERVING_STATUS, type HealthCheckResponse, type HealthService } from "./service.ts";
import { Watches } from "./watches.ts";

/** The options of `grpcHealth()`. */
export interface GrpcHealthOptions {
  /**
   * Whether each resource is also a service, under its name. The names show how your service is built.
   * @default false
   */
  readonly resources?: boolean | undefined;
}

/** The arguments for `server.addService()` of `@grpc/grpc-js`, and a function that ends it. */
export interface GrpcHealth {
  /** The definition of the service: the first argument of `addService()`. */
  readonly service: HealthService;
  /** The implementation: the second argument of `addService()`. */
  readonly implementation: HealthImplementation;
  /**
   * Sends NOT_SERVING to every Watch of a known service. Then it ends every Watch, so that `server.tryShutdown()` does
   * not wait for clients. `health.close()` does the same.
   */
  readonly end: () => void;
}

/** The gRPC status code for an unknown service: https://grpc.io/docs/guides/status-codes/. */
const NOT_FOUND = 5;

/**
 * Implements `grpc.health.v1.Health` for a server of `@grpc/grpc-js`: Check, List and Watch. The gRPC probes of
 * Kubernetes, Envoy and `grpc_health_probe` use it. The service `""` is readiness. `liveness` and `startup` are
 * services too.
 *
 * For an unknown service, Check returns NOT_FOUND, and Watch sends SERVICE_UNKNOWN until that resource exists. If the
 * health was not started, the first Check of a known service starts the loads. Check itself does no I/O, and waits for
 * no load.
 *
 * @throws TypeError if `health` is not a health, or for a wrong option
 * @example
 * const { service, implementation } = grpcHealth(health);
 * server.addService(service, implementation);
 */
export function grpcHealth(health: Health, options: GrpcHealthOptions = {}): GrpcHealth {
  const registry = registryOf(health);
  const { resources = false } = checkOptions("grpcHealth()", options, ["resources"], []);
  if (typeof resources !== "boolean") invalidOption("resources", resources, "true or false");
  const lookUp = createLookup(registry);
  const resourceOf = (service: string): Registered | undefined =>
    resources && !isProbe(service) ? lookUp(service) : undefined;
  const statusOf = (service: string): number | undefined => {
    if (isProbe(service)) return toStatus(registry[PROBES[service]]().ok);
    const resource = resourceOf(service);
    if (!resource) return undefined;
    // As for a probe: otherwise a client that asks only for this resource would wait for ever.
    registry.begin();
    return toStatus(isServing(resource));
  };
  const watches = new Watches({
    registry,
    statusOf: (service) => statusOf(service) ?? SERVING_STATUS.SERVICE_UNKNOWN,
    changesIn: (service) => msUntilRefused(resourceOf(service)),
    dependsOn: (service, resource) => isProbe(service) || service === resource,
  });
  const implementation: HealthImplementation = {
    Check({ request }, callback) {
      const status = statusOf(request.service);
      if (status === undefined) callback({ code: NOT_FOUND, details: "the service is not known" });
      else callback(null, { status });
    },
    List(_call, callback) {
      const statuses: Record<string, HealthCheckResponse> = {};
      for (const [name, probe] of Object.entries(PROBES)) statuses[name] = { status: toStatus(registry[probe]().ok) };
      if (resources)
        for (const resource of registry.resources)
          // A resource may be called `liveness`. Then the probe has the name.
          if (!isProbe(resource.name)) statuses[resource.name] = { status: toStatus(isServing(resource)) };
      callback(null, { statuses });
    },
    Watch: (call) => watches.add(call),
  };
  return { service: HEALTH_SERVICE, implementation, end: () => watches.endAll() };
}

/** Returns the probe that answers for a service. */
const PROBES = { "": "readiness", liveness: "liveness", startup: "startup" } as const;

function isProbe(service: string): service is keyof typeof PROBES {
  return Object.hasOwn(PROBES, service);
}

function toStatus(isServing: boolean): number {
  return isServing ? SERVING_STATUS.SERVING : SERVING_STATUS.NOT_SERVING;
}

/** A resource serves while it has a value that is young enough for readiness. */
function isServing(resource: Registered): boolean {
  const { age } = resource.snapshot();
  return age !== undefined && age <= resource.limits.refuseAfter;
}

/** Returns after how many ms time alone changes the status of a resource. No event reports such a change. */
function msUntilRefused(resource: Registered | undefined): number {
  const age = resource?.snapshot().age;
  if (!resource || age === undefined || age > resource.limits.refuseAfter) return Infinity;
  return resource.limits.refuseAfter - age + 1;
}
