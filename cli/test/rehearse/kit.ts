import { expect } from "vitest";
import type { Rehearsal } from "../../src/rehearse/index.ts";
import { say } from "../kit/command.ts";

/** What one run says of each workload, as JSON and as a page. */
export async function played(
  text: string,
  ...flags: readonly string[]
): Promise<{ readonly found: readonly Rehearsal[]; readonly page: string }> {
  const args = ["simulate", "-", "--load-time", "20s", ...flags];
  const [json, page] = [await say([...args, "--json"], { "-": text }), await say(args, { "-": text })];
  expect([json.err, page.err]).toEqual(["", ""]);
  return { found: JSON.parse(json.out), page: page.out.replaceAll(/\n +(?=[^ ])/g, " ") };
}

export const deployment = (pod: string, spec = "replicas: 2"): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  ${spec}
  template:
    spec:
${pod.replaceAll(/^/gm, "      ")}
`;
