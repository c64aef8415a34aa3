import { toSafeText } from "../../option/invalid-option.ts";
import { SourceError, type SourceErrorKind } from "../source-error.ts";

/** The kind of failure by the first characters of the SQLSTATE. The first entry that fits counts. */
const KINDS: readonly (readonly [state: string, kind: SourceErrorKind])[] = [
  ["57014", "timeout"], // query_canceled: statement_timeout, or somebody's pg_cancel_backend()
  ["25P03", "timeout"], // idle_in_transaction_session_timeout
  ["25P04", "timeout"], // transaction_timeout
  ["40", "moving"], // a standby gives up a snapshot whose rows the primary has removed
  ["08", "network"], // connection exceptions
  ["57P", "network"], // shut down, crashed, starting up
];

/** Converts the error of a client to a SourceError. A SourceError is returned unchanged. */
export function toFailure(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  // SAFETY: the parts are only read, and their types are checked.
  const { code, message, severity } = Object(error) as { readonly [name: string]: unknown };
  const state = typeof code === "string" && typeof severity === "string" ? code : undefined;
  // Only errors of the server have a severity. All others come from the client or its connection.
  const kind = state === undefined ? "network" : (KINDS.find(([begin]) => state.startsWith(begin))?.[1] ?? "refused");
  const text = toSafeText(typeof message === "string" && message !== "" ? message : (code ?? error));
  return new SourceError(kind, `PostgreSQL: ${text}${state === undefined ? "" : ` (SQLSTATE ${toSafeText(state)})`}`, {
    cause: error,
  });
}

/** Whether the connection is lost. Nothing may be sent on a lost connection. */
export function isConnectionLost(error: unknown): boolean {
  // SAFETY: the parts are only read, and their types are checked.
  const { code, severity, syscall } = Object(error) as { readonly [name: string]: unknown };
  if (severity !== undefined) return severity === "FATAL" || severity === "PANIC";
  return syscall !== undefined || (typeof code === "string" && /^CONNECT|^E[A-Z]+$/.test(code));
}
