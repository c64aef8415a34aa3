import { checkFunction, checkHealth, invalidOption } from "../../src/internal.ts";

/**
 * Checks the arguments of `probes(health, handler)`, so that a wrong argument is found before the first request.
 *
 * @param name the name of the argument `handler` on this platform, for the error
 * @param accepted the accepted handlers of this platform, for the error
 * @throws TypeError if `health` is not a health, or if `handler` is not a function
 */
export function checkProbes(health: unknown, name: string, handler: unknown, accepted: string): void {
  checkHealth(health);
  if (handler !== undefined) checkFunction(name, handler, accepted);
}

/**
 * Checks the arguments of a `probes(health)` that has no other argument. Without this check, options or an application
 * that somebody passes would be ignored.
 *
 * @param more the arguments after the health
 * @throws TypeError if `health` is not a health, or if there is a second argument
 */
export function checkAlone(health: unknown, more: readonly unknown[]): void {
  checkHealth(health);
  if (more[0] !== undefined) invalidOption("the second argument", more[0], "the health alone");
}

/**
 * Checks that a server has the methods that a drain calls.
 *
 * @throws TypeError if it is not a server of this platform
 */
export function checkServer(server: unknown, methods: readonly string[], accepted: string): void {
  if (!isServer(server, methods)) invalidOption("server", server, accepted);
}

function isServer(server: unknown, methods: readonly string[]): boolean {
  const given = Object(server) as Readonly<Record<string, unknown>>; // SAFETY: each field is checked
  try {
    // An application of NestJS is not a server. It forwards unknown methods to its adapter, so it seems to have them.
    return !("getHttpServer" in given) && methods.every((method) => typeof given[method] === "function");
  } catch {
    // A Proxy may throw any error.
    return false;
  }
}
