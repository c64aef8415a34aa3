import type { Place } from "../model/report.ts";

/** A directive and where it stands. */
export interface Directive extends Place {
  readonly words: readonly string[];
}

/** A section and its directives. */
export interface Section {
  readonly kind: string;
  readonly name: string | undefined;
  /** The defaults that it takes, if it names them. */
  readonly from: string | undefined;
  readonly directives: Directive[];
}

const SECTION =
  /^(global|defaults|frontend|backend|listen|resolvers|peers|userlist|cache|mailers|program|ring|http-errors|log-forward|fcgi-app|crt-store|traces)$/;

/** Whether a text is a haproxy.cfg: a section begins with its name alone, without a brace, colon or equals sign. */
export function isHaproxy(text: string): boolean {
  return (
    /^(global|defaults|backend|listen|frontend)\b[^:={\n]*$/m.test(text) &&
    !/^\s*[{[]/.test(text) &&
    !/^(apiVersion|services):/m.test(text)
  );
}

/** The words of all `default-server` lines. A backend overrides its defaults, so the last line stands first. */
export function defaultServerOf(directives: readonly Directive[]): readonly string[] {
  return directives
    .filter(({ words }) => words[0] === "default-server")
    .reverse()
    .flatMap(({ words }) => words.slice(1));
}

/** The sections of a haproxy.cfg, in order. */
export function sectionsOf(file: string, text: string): readonly Section[] {
  const sections: Section[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const words = (raw.replace(/(^|\s)#.*$/, "").match(/(?:\\.|"[^"]*"|'[^']*'|[^\s])+/g) ?? []).map((word) =>
      word.replaceAll(/^["']|["']$/g, ""),
    );
    const [head = ""] = words;
    if (head === "") return;
    if (SECTION.test(head) && !/^\s/.test(raw)) {
      const from = wordAfter(words, "from");
      sections.push({ kind: head, name: words[1] === "from" ? undefined : words[1], from, directives: [] });
    } else {
      const shown = /^(server|option|http-check|timeout)$/.test(head) ? 2 : 1;
      sections.at(-1)?.directives.push({ file, line: index + 1, field: words.slice(0, shown).join(" "), words });
    }
  });
  return sections;
}

/** The word after a name. */
export function wordAfter(words: readonly string[], name: string): string | undefined {
  const index = words.indexOf(name);
  return index < 0 ? undefined : words[index + 1];
}
