// The three forms of RFC 9110, 5.6.7. Date.parse alone takes "5" and much else for a date.
const FORM = /^[A-Z][a-z]{2,8},? [\w -]+ \d\d:\d\d:\d\d(?: GMT| \d{4})$/;

/** An HTTP date in epoch ms; `undefined` where it is none. */
export function toInstant(text: string | null): number | undefined {
  // The oldest form names no zone, and means GMT.
  const ms = text !== null && FORM.test(text) ? Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
