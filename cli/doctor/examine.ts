import { UsageError } from "../io.ts";
import { judgeCompose } from "./compose.ts";
import { judgeConsul } from "./consul.ts";
import { judgeDockerfile } from "./dockerfile.ts";
import { judgeEcs } from "./ecs.ts";
import { judgeEnvoy } from "./envoy.ts";
import type { Finding, Report, Service } from "./finding.ts";
import { judgeHaproxy } from "./haproxy.ts";
import { judgeKubernetes } from "./kubernetes.ts";
import { treesOf, type Tree } from "./tree.ts";

/** What one file holds. */
export interface Examined {
  readonly kind: string;
  /** How many checks were read. */
  readonly checks: number;
  readonly findings: readonly Finding[];
}

const KINDS: readonly {
  readonly kind: string;
  readonly is: (root: Tree) => boolean;
  readonly judge: (report: Report, root: Tree) => void;
}[] = [
  { kind: "kubernetes", is: (root) => root.get("apiVersion").here && root.get("kind").here, judge: judgeKubernetes },
  {
    kind: "ecs",
    is: (root) => root.get("containerDefinitions").isList || root.get("taskDefinition", "containerDefinitions").isList,
    judge: judgeEcs,
  },
  { kind: "compose", is: (root) => root.get("services").isMap, judge: judgeCompose },
  {
    kind: "envoy",
    is: (root) => ["static_resources", "clusters", "resources", "health_checks"].some((key) => root.get(key).here),
    judge: judgeEnvoy,
  },
  {
    kind: "consul",
    is: (root) =>
      ["service", "Service", "check", "Check"].some((key) => root.get(key).isMap) ||
      ["services", "Services", "checks", "Checks"].some((key) => root.get(key).isList),
    judge: judgeConsul,
  },
];

const ACCEPTED =
  "Kubernetes manifest, Compose file, Dockerfile, haproxy.cfg, Envoy YAML, Consul JSON or ECS task definition";

/**
 * Reads a file for what it is and judges its health checks.
 *
 * @throws UsageError with the reason, for what is none of the kinds known
 */
export function examine(file: string, text: string, service: Service): Examined {
  const findings: Finding[] = [];
  let checks = 0;
  const report: Report = {
    service,
    add: (rule, severity, { file, line, field }, message, fix) => {
      findings.push({ rule, severity, file, line, field, message, fix });
    },
    seen: () => {
      checks += 1;
    },
  };
  const kind = judgeByKind(report, file, text);
  return { kind, checks, findings: findings.sort((a, b) => a.line - b.line) };
}

function judgeByKind(report: Report, file: string, text: string): string {
  if (text.includes("\0")) throw new UsageError(`${file}: is binary; wanted is a ${ACCEPTED}`);
  if (text.trim() === "") throw new UsageError(`${file}: is empty; wanted is a ${ACCEPTED}`);
  const name = file.replace(/^.*[/\\]/, "");
  if (/^(Dockerfile|Containerfile)|\.dockerfile$/i.test(name) || /^\s*(FROM|HEALTHCHECK)\s+\S/m.test(stripped(text))) {
    judgeDockerfile(report, file, text);
    return "dockerfile";
  }
  if (/^(global|defaults|backend|listen|frontend)\b[^:]*$/m.test(text) && !/^\s*[{[]/.test(text)) {
    judgeHaproxy(report, file, text);
    return "haproxy";
  }
  if (/\.(hcl|tf|nomad)$/.test(name)) throw new UsageError(`${file}: HCL is not read; wanted is a ${ACCEPTED}`);
  const trees = treesOf(file, text);
  const known = trees.flatMap((root) =>
    KINDS.filter(({ is }) => is(root))
      .slice(0, 1)
      .map((each) => ({ root, ...each })),
  );
  const [first] = known;
  if (!first) throw new UsageError(`${file}: is no ${ACCEPTED} that this command knows`);
  for (const { root, judge } of known) judge(report, root);
  return first.kind;
}

/** The first lines that say something, for telling a Dockerfile without a name. */
function stripped(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"))
    .slice(0, 5)
    .filter((line, index) => index === 0 || /^ARG/.test(line))
    .join("\n");
}
