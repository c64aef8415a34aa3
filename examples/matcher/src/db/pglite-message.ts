import type { Parameter } from "./database.ts";

/** What the main thread asks of the embedded database. */
export type Request = { readonly id: number } & (
  | { readonly verb: "query"; readonly sql: string; readonly parameters: readonly Parameter[] }
  | { readonly verb: "listen" }
  | { readonly verb: "close" }
);

/** What the thread of the embedded database tells: the end of a request, or that a build was recorded. */
export type Message =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly error: unknown }
  | { readonly build: string | undefined };

/** The number of the message that says that the database is open. */
export const OPENED = 0;
