import type { ReactNode } from "react";
import { Outlet } from "react-router";

type Next = () => Promise<Response>;

/** Stands for sessions and rate limits. */
export const middleware = [
  async (_args: unknown, next: Next): Promise<Response> => {
    const response = await next();
    response.headers.set("x-later", "yes");
    return response;
  },
];

export default function Later(): ReactNode {
  return <Outlet />;
}
