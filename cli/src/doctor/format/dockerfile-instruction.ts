/** An instruction with its continuation lines joined, and the line it begins on. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
  readonly line: number;
}

/** The words that end the texts after an instruction. In a shell, <<< begins no such text. */
function heredocsOf(rest: string): readonly string[] {
  return [...rest.matchAll(/(?:^|\s)\d*<<-?(["']?)([A-Za-z_]\w*)\1(?=\s|$)/g)].map(([, , word = ""]) => word);
}

/** The instructions of a Dockerfile, in order. */
export function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let open: { start: number; parts: string[] } | undefined;
  let heredocs: readonly string[] = [];
  const escape = /^#\s*escape=`/im.test(text.split("\n", 3).join("\n")) ? "`" : "\\";
  const close = (): void => {
    const [, name = "", rest = ""] = /^\s*(\w+)\s+(.*)$/s.exec(open?.parts.join(" ") ?? "") ?? [];
    heredocs = /^(ONBUILD\s+)?(RUN|COPY|ADD)\s/i.test(`${name} ${rest}`) ? heredocsOf(rest) : [];
    if (open && name !== "") found.push({ name: name.toUpperCase(), rest: rest.trim(), line: open.start });
    open = undefined;
  };
  text.split(/\r?\n/).forEach((raw, index) => {
    if (heredocs.length > 0) {
      if (raw.trim() === heredocs[0]) heredocs = heredocs.slice(1);
      return;
    }
    if (/^\s*#/.test(raw) || (open && raw.trim() === "")) return;
    open ??= { start: index + 1, parts: [] };
    const goesOn = raw.trimEnd().endsWith(escape);
    open.parts.push(goesOn ? raw.trimEnd().slice(0, -1) : raw);
    if (!goesOn) close();
  });
  // The end of the file ends an instruction that would go on.
  close();
  return found;
}
