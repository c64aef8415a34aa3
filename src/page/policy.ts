import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

let made: string | undefined;

/**
 * The Content Security Policy. It allows only the script and the style of the page, by their hashes. The text is kept,
 * and not its promise: on Workers, a request that ends may leave its promises pending for ever.
 */
export async function policyOf(): Promise<string> {
  return (made ??= await makePolicy());
}

async function makePolicy(): Promise<string> {
  const [script, style] = await Promise.all([hashOf(SCRIPT), hashOf(STYLE)]);
  return [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The hash of a text in the format of a policy (https://www.w3.org/TR/CSP3/#match-element-to-source-list). */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}
