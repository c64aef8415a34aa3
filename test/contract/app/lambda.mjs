// Lambda, by direct call: one handler, four shapes of event.
import { guard, probes } from "../../../dist/adapters/aws-lambda.js";
import { createScene, guardsOf } from "../fixture/scene.mjs";

const methodOf = ({ httpMethod, requestContext }) => requestContext.http?.method ?? httpMethod;
const ok = (body) => ({ statusCode: 200, headers: { "content-type": "text/plain" }, body, isBase64Encoded: false });

/** Gives the handler of a scene. */
export async function handlerOf(scene, limits) {
  const stage = await createScene(scene, limits, "request");
  const guards = guardsOf(stage, guard, limits);
  const handlers = {
    "/data": guards ? guards.data(async () => ok("data")) : async () => ok("data"),
    "/young": guards ? guards.young(async () => ok("young")) : async () => ok("young"),
  };
  return probes(stage.health, async (event, context) => {
    const result = await (handlers[event.rawPath ?? event.path] ?? (async () => ok("app")))(event, context);
    // The fronts take the body of HEAD away from whatever is not ours.
    return result.body === "data" || result.body === "young"
      ? { ...result, body: methodOf(event) === "HEAD" ? "" : result.body }
      : result;
  });
}

const split = (target) => {
  const [path, query = ""] = target.split("?");
  return { path, query, pairs: [...new URLSearchParams(query)] };
};

/** The events that each front makes of a request. */
export const EVENTS = {
  "HTTP API v2": ({ method, target, headers }) => {
    const { path, query } = split(target);
    return {
      version: "2.0",
      routeKey: "$default",
      rawPath: path,
      rawQueryString: query,
      headers,
      requestContext: { domainName: "api.example", stage: "$default", http: { method, path, protocol: "HTTP/1.1" } },
      isBase64Encoded: false,
    };
  },
  "Function URL": ({ method, target, headers }) => {
    const { path, query } = split(target);
    return {
      version: "2.0",
      rawPath: path,
      rawQueryString: query,
      headers,
      requestContext: { domainName: "x.lambda-url.example", http: { method, path } },
      isBase64Encoded: false,
    };
  },
  "REST v1": ({ method, target, headers }) => {
    const { path, pairs } = split(target);
    return {
      resource: "/{proxy+}",
      path,
      httpMethod: method,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
          value,
        ]),
      ),
      multiValueHeaders: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
          [value],
        ]),
      ),
      queryStringParameters: pairs.length ? Object.fromEntries(pairs) : null,
      multiValueQueryStringParameters: pairs.length
        ? Object.fromEntries(pairs.map(([name, value]) => [name, [value]]))
        : null,
      requestContext: { stage: "prod", path: `/prod${path}`, httpMethod: method },
      body: null,
      isBase64Encoded: false,
    };
  },
  "load balancer": ({ method, target, headers }) => {
    const { path, pairs } = split(target);
    return {
      requestContext: { elb: { targetGroupArn: "arn" } },
      httpMethod: method,
      path,
      queryStringParameters: Object.fromEntries(pairs),
      headers,
      body: "",
      isBase64Encoded: false,
    };
  },
};
