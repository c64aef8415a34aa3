import { toMs } from "health-state";
import { EXIT, UsageError, type Io } from "../io/io.ts";
import { changesOf } from "../watch/change.ts";
import { draw } from "../watch/screen.ts";
import { look, type Seen } from "../watch/seen.ts";

/** The options of `watch`, as written. */
export interface WatchFlags {
  readonly every?: string | undefined;
  readonly once?: boolean | undefined;
}

/** How many lines of the past are kept. */
const MOST_LINES = 200;

/** A screen of its own without a cursor, and back. */
const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";

/**
 * Shows a running service until it is interrupted: as a screen in a terminal, as lines elsewhere. With `--once` it says
 * what there is and ends: 0 if the service is ready, 1 if it is not, 2 if it cannot be reached.
 */
export async function runWatch(targets: readonly string[], flags: WatchFlags, io: Io): Promise<number> {
  const [url, ...more] = targets;
  if (url === undefined || more.length > 0)
    throw new UsageError("watch needs one URL, such as http://localhost:5100/status");
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(`watch ${JSON.stringify(url)}: must be a URL, such as http://localhost:5100/status`);
  const everyMs = toMs("--every", flags.every ?? "1s", 100);
  const { terminal } = io;
  const hasScreen = terminal !== undefined && !flags.once;
  const lines: string[] = [];
  let before: Seen | undefined;
  try {
    for (;;) {
      const seen = await look(url, io);
      if (hasScreen && before === undefined) io.out(ENTER);
      const clock = io.now().toISOString().slice(11, 19);
      const changes = changesOf(before, seen).map((line) => `${clock} ${line}`);
      lines.push(...changes);
      lines.splice(0, lines.length - MOST_LINES);
      if (hasScreen) io.out(screenOf(draw({ url: withoutSecrets(url), seen, clock, lines }, terminal())));
      else if (changes.length > 0) io.out(`${changes.join("\n")}\n`);
      before = seen;
      if (flags.once) return seen.failure === undefined ? (seen.isReady ? EXIT.clean : EXIT.findings) : EXIT.unreadable;
      if (!(await io.pause(everyMs))) return EXIT.clean;
    }
  } finally {
    if (hasScreen) io.out(LEAVE);
  }
}

/** Each line is written over the old one, so that nothing flickers. */
function screenOf(lines: readonly string[]): string {
  return `\u001b[H${lines.map((line) => `${line}\u001b[K`).join("\r\n")}\u001b[J`;
}

/** The query and the user of a URL may hold a key, and a screen is seen by others. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
