// The three forms of RFC 9110, 5.6.7. Date.parse alone takes "5" and much else for a date.
const FORM = /^[A-Z][a-z]{2,8},? [\w -]+ \d\d:\d\d:\d\d(?: GMT| \d{4})$/;

/** An HTTP date in epoch ms; NaN where it is none. */
export function toInstant(text: string): number {
  // The oldest form names no zone, and means GMT.
  return FORM.test(text) ? Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) : NaN;
}

/** When an answer was sent by the clock of its server, or else by ours. */
export function dateOf(headers: Headers): number {
  const at = toInstant(headers.get("date") ?? "");
  return Number.isNaN(at) ? Date.now() : at;
}
