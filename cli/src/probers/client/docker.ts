import { fit, LIVENESS } from "../model/fit.ts";
import type { Configuration, Plan } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import { comment, curl, linesOf, LOOPBACK, withoutCurl } from "../model/text.ts";

/** Docker's HEALTHCHECK, Compose and Swarm; names as in the Dockerfile reference. */
export const docker: Prober<"interval" | "timeout" | "retries" | "start-period" | "start-interval"> = {
  name: "docker",
  title: "Docker (HEALTHCHECK, Compose, Swarm)",
  sent: { method: "command", httpVersion: "none", host: "depends on the command", headers: {}, connection: "unknown" },
  passes: { statuses: [] },
  body: { match: "script", limit: 4_096 },
  redirects: "script",
  settings: {
    interval: { value: 30 },
    timeout: { value: 30 },
    retries: { value: 3, least: 1 },
    "start-period": { value: 0 },
    "start-interval": { value: 5 },
  },
  checks: [
    ["waits", "reports"],
    ["routes", "replaces"],
  ],
  onFailure:
    "plain Docker only reports; Swarm replaces the task; Compose does not start services with depends_on: service_healthy",
  allDown: { traffic: "unaffected", text: "Docker does not route traffic; only Swarm routes to healthy tasks" },
  notes: [
    "Only exit code 0 is healthy. Without -f, curl exits with 0 after a 503.",
    "The first pass ends the start period.",
    "The first check comes one interval after the start. With a start period, it comes after one start-interval.",
  ],
  sources: ["moby/moby daemon/health.go", "Dockerfile reference"],
  sure: ["src", "run", "mem"],
  configure: configureDocker,
};

/** The start period: one and a half loads. */
export function startPeriodOf(plan: Plan): number {
  return Math.max(5, Math.ceil(1.5 * plan.loadSeconds));
}

/** A service of a Compose file. */
interface ComposeService {
  readonly name: string;
  readonly path: string;
  readonly numbers: Readonly<Record<string, string | number>>;
  /** Seconds that curl waits for the answer. */
  readonly curlSeconds: number;
  /** What the comment says. */
  readonly why: readonly string[];
}

function configureDocker(plan: Plan): readonly Configuration[] {
  const { period, timeout, failures } = LIVENESS;
  const start = startPeriodOf(plan);
  const startWhy = `Start period: 1.5 x ${plan.loadSeconds} s load = ${start} s. No failure counts during this time.`;
  const ready = fit("docker", plan, { interval: { best: 5, least: 1 }, timeout: { best: 3, least: 2 } });
  const grace = plan.drainSeconds + 15;
  const command = curl(plan, plan.paths.liveness, timeout - 1);
  const dockerfile = linesOf(
    comment(
      "#",
      "Liveness, because Swarm and autohealers replace an unhealthy container. A container that loads or has stale data must not be replaced.",
      `${LIVENESS.why}. curl gives up after ${timeout - 1} s, before Docker kills it after ${timeout} s.`,
      startWhy,
      LOOPBACK,
      withoutCurl(plan, plan.paths.liveness),
    ),
    `HEALTHCHECK --interval=${period}s --timeout=${timeout}s --retries=${failures} --start-period=${start}s \\`,
    `  CMD ${command} || exit 1`,
  );
  const service = ({ name, path, numbers, curlSeconds, why }: ComposeService): string[] => [
    `  ${name}:`,
    "    image: example.test/app:1",
    ...comment("    #", ...why),
    "    healthcheck:",
    `      test: ["CMD-SHELL", "${curl(plan, path, curlSeconds)} || exit 1"]`,
    ...Object.entries(numbers).map(([field, value]) => `      ${field}: ${value}`),
    ...comment(
      "    #",
      `${plan.drainSeconds} s drain + 15 s for open requests = ${grace} s. Docker's default of 10 s is too short.`,
    ),
    `    stop_grace_period: ${grace}s`,
  ];
  const compose = linesOf(
    comment("#", LOOPBACK),
    "services:",
    service({
      name: "app",
      path: plan.paths.readiness,
      numbers: {
        interval: `${ready.interval}s`,
        timeout: `${ready.timeout}s`,
        retries: ready.failures,
        start_period: `${start}s`,
      },
      curlSeconds: ready.timeout - 1,
      why: [
        "Readiness, because only depends_on below uses this check. On Swarm, use the liveness check, because Swarm replaces unhealthy containers.",
        `${ready.why}. curl gives up after ${ready.timeout - 1} s, before Docker kills it.`,
        startWhy,
      ],
    }),
    "  client:",
    "    image: example.test/client:1",
    "    depends_on:",
    "      app:",
    "        condition: service_healthy",
  );
  const swarm = linesOf(
    comment("#", LOOPBACK),
    "services:",
    service({
      name: "app",
      path: plan.paths.liveness,
      numbers: { interval: `${period}s`, timeout: `${timeout}s`, retries: failures, start_period: `${start}s` },
      curlSeconds: timeout - 1,
      why: [
        "Liveness, because Swarm replaces an unhealthy container. It also routes by this check.",
        `${LIVENESS.why}.`,
        startWhy,
      ],
    }),
    "    deploy:",
    "      replicas: 2",
    "      update_config:",
    "        order: start-first",
  );
  return [
    { file: "Dockerfile", format: "dockerfile", text: dockerfile, warnings: [] },
    { file: "compose.yaml", format: "compose", text: compose, warnings: [] },
    {
      file: "stack.yaml",
      format: "swarm",
      text: swarm,
      warnings: [
        "Swarm uses one check for routing and for replacing. This must be liveness, so the service itself must answer 503 while it loads: use guard() of the library.",
      ],
    },
  ];
}
