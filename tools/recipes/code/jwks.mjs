import { createLocalJWKSet, errors, jwtVerify } from "jose";
import { fromHttp } from "health-state/http";

/** The keys of an issuer, and a function that verifies a token with them. */
export function tokensOf(health, url) {
  const keys = health.resource("keys", {
    load: fromHttp(url, { parse: (body) => createLocalJWKSet(body) }),
    refreshEvery: "10m",
    refuseAfter: "1d",
  });
  const verify = async (token, options) => {
    try {
      return await jwtVerify(token, await keys.get(), options);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The issuer may have a new key. All callers share one load, and the keys are not loaded again for a minute.
      return jwtVerify(token, await keys.get({ maxAge: "1m" }), options);
    }
  };
  return { keys, verify };
}
