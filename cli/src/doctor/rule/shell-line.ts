/** An end that succeeds after every failure. */
const NEVER_FAILS =
  /(?<!\s)\s*(?:\|\||;|\n)\s*(exit\s+0|true|\/bin\/true|:|(?:echo|printf)\b[^|;&]*?|[({]\s*(?:echo|printf)\b[^|;&)}]*;?\s*[)}])\s*(['"]?)\s*$/;
/** Programs that say something and look at nothing. */
const ASKS_NOTHING =
  /^\s*(true|\/bin\/true|exit\s+0|:|((\/usr)?\/bin\/)?(echo|printf|sleep|date|hostname|whoami|uptime|pwd)\b[^|;&<>$`]*)\s*$/;
/** Both branches of an if print, and none exits. */
const ONLY_PRINTS = /\bthen\s+(?:echo|printf)\b[^;]*;\s*else\s+(?:echo|printf)\b[^;]*;\s*fi\s*['"]?\s*$/;
/** A list of processes is searched, and the search is one of them. */
const FINDS_ITSELF =
  /\bps\b[^|;&]*\|\s*(?:\/bin\/)?[ef]?grep\s+(?!(?:-\w+\s+)*-\w*v)(?!(?:-\w+\s+)*['"]?[^|;&'"]*\[)[^|;&]*/;
/** An `&` in a URL without quotes ends the command: what follows is another one. */
const CUT_URL = /(?:^|\s)(https?:\/\/[^\s'"&]*\?[^\s'"&]*)&(?=[\w.-]+=)/;

/** Why a command cannot fail. */
export interface NeverFails {
  readonly what: string;
  readonly why: string;
  /** Writes the line so that it can fail, if that is certain. */
  readonly change?: (line: string) => string;
  /** The advice, where the line cannot be corrected. */
  readonly fix?: string;
  /** Whether the request in the line is still worth a look. */
  readonly asks: boolean;
}

/** Why a line, or a list of words without a shell, always passes; `undefined` if it can fail. */
export function neverFails(words: readonly string[], shell: boolean): NeverFails | undefined {
  const line = words.join(" ");
  if (ASKS_NOTHING.test(shell ? (words.at(-1) ?? "") : line))
    return {
      what: `The command is ${JSON.stringify(line)}.`,
      why: "It sends nothing to the service, so the check always passes.",
      fix: "a command that sends a request to the service, or no check",
      asks: false,
    };
  if (!shell) return undefined;
  const end = NEVER_FAILS.exec(line);
  if (end && !decidesBefore(line))
    return {
      what: `The command ends in ${JSON.stringify(end[1] ?? "")}.`,
      why: "That turns every failure into a success, so the check always passes.",
      change: (text) => text.replace(NEVER_FAILS, " || exit 1$2"),
      asks: true,
    };
  if (ONLY_PRINTS.test(line))
    return {
      what: "Both branches of the if only print, so the command never fails.",
      why: "So the check always passes.",
      change: (text) => text.replace(/\becho\s+(\d+)\s*;/g, "exit $1;"),
      asks: true,
    };
  const url = CUT_URL.exec(line)?.[1];
  if (url !== undefined)
    return {
      what: "The URL contains & and has no quotes.",
      why: "The shell ends the command at &, and the rest of the line always passes.",
      change: (text) => text.replace(/(https?:\/\/[^\s'"]*\?[^\s'"]*)/, "'$1'"),
      asks: true,
    };
  const search = FINDS_ITSELF.exec(line)?.[0];
  if (search === undefined || /\bgrep\s+(-\w+\s+)*-\w*v|-v\b/.test(line.slice(line.indexOf(search)))) return undefined;
  return {
    what: "grep searches the list of processes, and the list contains grep.",
    why: "So grep finds itself, and the check always passes.",
    fix: "a request that the service must answer, or pgrep -x NAME",
    asks: false,
  };
}

/** Whether the line exits by itself before its end, so that the last words do not decide. */
function decidesBefore(line: string): boolean {
  return /\b(if|case|while|for)\b[\s\S]*\bexit\b|\bset\s+-\w*e|&&[^|;]*;\s*exit|\bexit\s+[1-9][^;]*;/.test(line);
}
