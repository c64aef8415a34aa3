import { expect, test } from "vitest";
import { say } from "../kit/command.ts";

/** What to write instead, for the finding of a rule. */
async function adviceOn(rule: string, file: string, text: string): Promise<string | undefined> {
  const { out } = await say(["doctor", "--json", file], { [file]: text });
  const findings: readonly { readonly rule: string; readonly fix: string }[] = JSON.parse(out).findings;
  return findings.find((finding) => finding.rule === rule)?.fix;
}

test.each([
  [
    "HAProxy refuses a decimal point",
    "timeout-over-period",
    "haproxy.cfg",
    "backend web\n  timeout check 1s\n  server a 10.0.0.1:80 check inter 500ms\n",
    "timeout check 500ms",
  ],
  [
    "a comment that silences a name which is no rule keeps its reason and its other names",
    "silence-without-reason",
    "Dockerfile",
    'FROM a\n# health-state: ignore no-shel, tcp-check because the broker speaks no HTTP\nHEALTHCHECK CMD ["/probe"]\n',
    "# health-state: ignore no-shell, tcp-check because the broker speaks no HTTP",
  ],
  [
    "a comment without a reason asks for one",
    "silence-without-reason",
    "Dockerfile",
    'FROM a\n# health-state: ignore tcp-check\nHEALTHCHECK CMD ["/probe"]\n',
    "# health-state: ignore tcp-check because …",
  ],
  [
    "a line for a shell stays one word of the list",
    "curl-without-fail",
    "a.yaml",
    'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: b\n      readinessProbe: { exec: { command: [sh, -c, "curl http://127.0.0.1/ready"] } }\n',
    'command: ["sh","-c","curl -f http://127.0.0.1/ready"]',
  ],
  [
    "the same in a Dockerfile",
    "curl-without-fail",
    "Dockerfile",
    'FROM a\nHEALTHCHECK CMD ["sh", "-c", "curl http://127.0.0.1/ready"]\n',
    'HEALTHCHECK CMD ["sh","-c","curl -f http://127.0.0.1/ready"]',
  ],
  [
    "a list in a Dockerfile ends with its bracket",
    "wrong-type",
    "Dockerfile",
    'FROM a\nHEALTHCHECK CMD ["curl", "-f", "http://127.0.0.1/ready"] || exit 1\n',
    'HEALTHCHECK CMD ["curl","-f","http://127.0.0.1/ready"]',
  ],
  [
    "an option of a Dockerfile has an equals sign",
    "missing-field",
    "Dockerfile",
    "FROM a\nHEALTHCHECK --interval=5s --timeout 3s CMD curl -f http://127.0.0.1/ready\n",
    "HEALTHCHECK --timeout=3s CMD curl -f http://127.0.0.1/ready",
  ],
  [
    "CloudFormation spells its fields with capitals",
    "out-of-range",
    "stack.yaml",
    "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: a\n          HealthCheck: { Command: [CMD, /check], Retries: 11 }\n",
    "Retries: 10",
  ],
  [
    "CloudFormation has no matcher with an equals sign",
    "success-range-3xx",
    "stack.yaml",
    'Resources:\n  G:\n    Type: AWS::ElasticLoadBalancingV2::TargetGroup\n    Properties:\n      HealthCheckPath: /status\n      Matcher: { HttpCode: "200-399" }\n',
    'HttpCode: "200"',
  ],
])("%s", async (_, rule, file, text, advice) => {
  expect(await adviceOn(rule, file, text)).toBe(advice);
});
