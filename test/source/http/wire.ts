import type { Wire } from "./kit.ts";

/** The head of an answer: a status, and lines of headers as they go over the wire. */
export function head(status: number, ...lines: readonly string[]): string {
  return [`HTTP/1.1 ${status} X`, ...lines, "", ""].join("\r\n");
}

/** A whole answer with a length. */
export function answer(wire: Wire, status: number, lines: readonly string[], body = ""): void {
  wire.write(head(status, ...lines, `content-length: ${new TextEncoder().encode(body).length}`) + latin(body));
}

/** UTF-8 as latin1, because the wire is written byte by byte. */
export function latin(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** Answers every request with JSON and these headers. */
export const json =
  (...lines: readonly string[]) =>
  (wire: Wire): void =>
    answer(wire, 200, lines, '{"n":1}');

/** Answers every request with a status and these headers, and no body. */
export const bare =
  (status: number, ...lines: readonly string[]) =>
  (wire: Wire): void =>
    wire.write(head(status, ...lines, ...(status === 304 || status === 204 ? [] : ["content-length: 0"])));

/** An HTTP date, so many seconds from now. */
export function date(seconds = 0): string {
  return new Date(Math.floor(Date.now() / 1_000) * 1_000 + seconds * 1_000).toUTCString();
}
