/** A configuration, and what the doctor must say about it. */
export interface Case {
  readonly title: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly text: string;
  readonly code: number | undefined;
  readonly unread: number;
}

/**
 * The cases of a page. Each begins with a line `==== file name: what it shows`, which options may follow:
 * `| args --ours`, `| exit 3`, `| unread 1`.
 */
export function casesOf(page: string): readonly Case[] {
  return page
    .split(/^==== /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      const [head = "", ...options] = part.slice(0, end).split(" | ");
      const option = (name: string): string | undefined =>
        options.find((each) => each.startsWith(`${name} `))?.slice(name.length + 1);
      const file = head.slice(0, head.indexOf(":"));
      const code = option("exit");
      return {
        title: head,
        file,
        args: option("args")?.split(" ") ?? [],
        text: part.slice(end + 1),
        code: code === undefined ? undefined : Number(code),
        unread: Number(option("unread") ?? 0),
      };
    });
}

/** The findings that a text names: `# ! rule, rule` at the end of a line, or on a line of its own about the next. */
export function expectedOf(text: string): readonly string[] {
  return text.split("\n").flatMap((line, index) => {
    const rules = /(?:#|\/\/) ! ([\w-]+(?:, [\w-]+)*)/.exec(line)?.[1]?.split(", ") ?? [];
    return rules.map((rule) => `${/^\s*(#|\/\/) !/.test(line) ? index + 2 : index + 1} ${rule}`);
  });
}
