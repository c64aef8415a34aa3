import type { Report } from "../model/report.ts";
import type { Tree } from "../model/tree.ts";
import { judgeEcs } from "./ecs.ts";
import { judgeTarget } from "./load-balancer.ts";
import { judgeTargetGroup } from "./target-group.ts";

/** Whether a tree is a template of CloudFormation. */
export function isCloudFormation(root: Tree): boolean {
  const resources = root.get("Resources").entries();
  return resources.some(([, resource]) => /^(AWS|Custom|Alexa)::/.test(resource.get("Type").text ?? ""));
}

/** Judges the task definitions and target groups of a template. */
export function judgeCloudFormation(report: Report, root: Tree): void {
  for (const [, resource] of root.get("Resources").entries()) {
    const properties = resource.get("Properties");
    const type = resource.get("Type").text;
    if (type === "AWS::ECS::TaskDefinition") judgeEcs(report, properties);
    if (type === "AWS::ElasticLoadBalancingV2::TargetGroup" && hasCheck(properties))
      judgeTargetGroup(report, {
        at: properties,
        path: properties.get("HealthCheckPath"),
        protocol: properties.get("HealthCheckProtocol"),
        traffic: properties.get("Protocol"),
        interval: properties.get("HealthCheckIntervalSeconds"),
        timeout: properties.get("HealthCheckTimeoutSeconds"),
        unhealthy: properties.get("UnhealthyThresholdCount"),
        matcher: properties.get("Matcher", "HttpCode"),
      });
    if (type === "AWS::ElasticLoadBalancing::LoadBalancer" && properties.get("HealthCheck").isMap) {
      const check = properties.get("HealthCheck");
      const isHttp = properties
        .get("Listeners")
        .items()
        .some((listener) => /^https?$/i.test(listener.any("InstanceProtocol", "Protocol").text ?? ""));
      judgeTarget(report, check, check.get("Target"), isHttp);
    }
  }
}

function hasCheck(properties: Tree): boolean {
  return properties.entries().some(([key]) => key.startsWith("HealthCheck"));
}
