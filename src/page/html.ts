import { toSafeText } from "../option/invalid-option.ts";

/** A text that is already HTML. All other texts are escaped. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | undefined | readonly (string | number | Html | undefined)[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a text for use between tags or in quotes. Control characters become visible. Long text is cut. */
function escape(text: string | number): string {
  return toSafeText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function toHtml(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escape(part);
  return "html" in part ? part.html : part.map(toHtml).join("");
}

/**
 * A template tag for HTML. It escapes each value, unless the value comes from this tag. It removes the indentation of
 * the source. The tag is not called `html`, because formatters rewrite such templates. Then the hashes in the policy
 * would be wrong.
 */
export function markup(strings: readonly string[], ...parts: readonly Part[]): Html {
  return { html: strings.map((text, index) => text.replace(/\n\s+/g, "\n") + toHtml(parts[index])).join("") };
}

/** Marks a text of the library, such as the style sheet, that must not be escaped. */
export function raw(text: string): Html {
  return { html: text };
}
