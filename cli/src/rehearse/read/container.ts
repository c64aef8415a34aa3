import type { Tree } from "../../doctor/model/tree.ts";
import type { Reading } from "../model/spec.ts";
import type { Assumptions } from "./question.ts";

/** The rules that select a container. */
export interface Choice {
  /** The name of the main container, if the file names one. */
  readonly named?: string | undefined;
  readonly nameOf: (container: Tree) => Tree;
  readonly imageOf: (container: Tree) => Tree;
  readonly hasCheck: (container: Tree) => boolean;
  readonly hasPorts: (container: Tree) => boolean;
}

/** Proxies and agents that run beside a service. They load no data. */
const BESIDE =
  /(^|[/-])(istio-proxy|proxyv2|linkerd-proxy|envoy|envoy-sidecar|cloud-?sql-?proxy|oauth2-proxy|kube-rbac-proxy|vault-agent|vault|fluent-?bit|fluentd|filebeat|promtail|datadog-agent|daprd|xray-daemon|aws-xray-daemon|aws-otel-collector|otel-collector|opentelemetry-collector|consul-dataplane|kuma-dp|cloudwatch-agent|log_router)(:|@|$)/;

/**
 * Selects the simulated container. It is the one that an option or the file names. Otherwise it is the first one with a
 * check, or with a port, or the first of all. Proxies and agents come last.
 */
export function mainOf(
  containers: readonly Tree[],
  reading: Reading,
  { named, nameOf, imageOf, hasCheck, hasPorts }: Choice,
): Tree | undefined {
  const wanted = (name: string | undefined): Tree | undefined =>
    name === undefined ? undefined : containers.find((container) => nameOf(container).written === name);
  const isBeside = (container: Tree): boolean =>
    BESIDE.test(nameOf(container).text ?? "") || BESIDE.test(imageOf(container).text ?? "");
  const own = containers.filter((container) => !isBeside(container));
  const among = own.length > 0 ? own : containers;
  return wanted(reading.container) ?? wanted(named) ?? among.find(hasCheck) ?? among.find(hasPorts) ?? among[0];
}

/** Names the containers beside the simulated one. */
export function assumeAlone(containers: readonly Tree[], main: Tree, { nameOf }: Choice, assumed: Assumptions): void {
  const others = containers
    .filter((each) => nameOf(each).written !== nameOf(main).written)
    .map((each) => nameOf(each).written ?? "one without a name");
  if (others.length > 0)
    assumed.add(
      `only the container ${nameOf(main).written ?? ""} is simulated (--container), and not ${others.join(", ")}`,
    );
}
