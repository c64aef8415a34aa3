import { checkFunction, checkHealth, invalidOption } from "../../src/internal.ts";

/**
 * Checks the arguments of `probes(health, handler)`, so that a wrong argument is found before the first request.
 *
 * @param name what this platform calls the handler
 * @param accepted what this platform takes for one
 * @throws TypeError for what is no health, or no function
 */
export function checkProbes(health: unknown, name: string, handler: unknown, accepted: string): void {
  checkHealth(health);
  if (handler !== undefined) checkFunction(name, handler, accepted);
}

/**
 * Checks the arguments of a `probes(health)` that takes nothing else. Somebody may pass options here, or an application.
 *
 * @param more what was passed after the health
 * @throws TypeError for what is no health, or for a second argument
 */
export function checkAlone(health: unknown, more: readonly unknown[]): void {
  checkHealth(health);
  if (more[0] !== undefined) invalidOption("the second argument", more[0], "the health alone");
}

/**
 * Checks that a server has what a drain calls.
 *
 * @throws TypeError for what is no server of this platform
 */
export function checkServer(server: unknown, methods: readonly string[], accepted: string): void {
  if (!isServer(server, methods)) invalidOption("server", server, accepted);
}

function isServer(server: unknown, methods: readonly string[]): boolean {
  const given = Object(server) as Readonly<Record<string, unknown>>; // SAFETY: each field is checked
  try {
    // An application of NestJS hands on to its adapter what it has not itself.
    return !("getHttpServer" in given) && methods.every((method) => typeof given[method] === "function");
  } catch {
    // A Proxy may throw what it likes.
    return false;
  }
}
