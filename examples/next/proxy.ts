import { NextResponse } from "next/server";

// The probes come before anything else: no session, rate limit or redirect stands in a prober's way.
export const config = { matcher: "/((?!status(?:/|$)).*)" };

/** Stands for sessions and rate limits. */
export function proxy(): NextResponse {
  const response = NextResponse.next();
  response.headers.set("x-later", "yes");
  return response;
}
