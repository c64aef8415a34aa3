import { UsageError, type Io } from "../io/io.ts";
import type { Service } from "./model/report.ts";

const ACCEPT = "application/health+json";

/**
 * Asks a running service for its limits: the strictest `refuseAfter` of what is required, and the longest
 * load, where it tells one.
 *
 * @throws UsageError for what cannot be reached, gives no details, or is no health+json
 */
export async function serviceFrom(url: string, io: Io): Promise<Service> {
  const answer = await io.fetch(url, ACCEPT).catch((error: unknown) => {
    throw new UsageError(`--from ${url}: cannot be reached (${reasonOf(error)})`);
  });
  if (!answer.contentType.includes("json"))
    throw new UsageError(
      `--from ${url}: sends no details (content-type ${answer.contentType || "missing"}). Allow them in the service: createHealth({ details: details(...) })`,
    );
  const checks = checksOf(answer.body);
  if (!checks) throw new UsageError(`--from ${url}: the answer is not health+json with checks`);
  const required = checks.filter((check) => check["required"] !== false);
  const limits = required.map((check) => field(check["limits"], "refuseAfter")).filter((limit) => limit !== undefined);
  const loads = required.map((check) => field(check, "longestLoad")).filter((load) => typeof load === "number");
  return {
    ...(limits.length > 0 && {
      refuseAfterSeconds: Math.min(...limits.map((limit) => (typeof limit === "number" ? limit : Infinity))),
    }),
    ...(loads.length > 0 && { loadSeconds: Math.ceil(Math.max(...loads)) }),
  };
}

type Json = Readonly<Record<string, unknown>>;

function checksOf(body: string): readonly Json[] | undefined {
  try {
    const checks = field(JSON.parse(body), "checks");
    return isObject(checks) ? Object.values(checks).flat().filter(isObject) : undefined;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
