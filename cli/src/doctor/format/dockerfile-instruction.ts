/** An instruction with its continuation lines joined, and the line it begins on. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
  readonly line: number;
}

/** The instructions of a Dockerfile, in order. */
export function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let open: { start: number; parts: string[] } | undefined;
  let heredoc: string | undefined;
  const escape = /^#\s*escape=`/im.test(text.split("\n", 3).join("\n")) ? "`" : "\\";
  text.split(/\r?\n/).forEach((raw, index) => {
    if (heredoc !== undefined) {
      if (raw.trim() === heredoc) heredoc = undefined;
      return;
    }
    if (/^\s*#/.test(raw) || (open && raw.trim() === "")) return;
    open ??= { start: index + 1, parts: [] };
    const goesOn = raw.trimEnd().endsWith(escape);
    open.parts.push(goesOn ? raw.trimEnd().slice(0, -1) : raw);
    if (goesOn) return;
    const [, name = "", rest = ""] = /^\s*(\w+)\s+(.*)$/s.exec(open.parts.join(" ")) ?? [];
    heredoc = /^(RUN|COPY|ADD)$/i.test(name) ? /<<-?["']?(\w+)["']?/.exec(rest)?.[1] : undefined;
    if (name !== "") found.push({ name: name.toUpperCase(), rest: rest.trim(), line: open.start });
    open = undefined;
  });
  return found;
}
