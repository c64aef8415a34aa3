import type { Seen, SeenResource } from "./seen.ts";

/** The terminal, at this moment. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly hasColour: boolean;
}

/** What the screen shows. */
export interface Shown {
  readonly url: string;
  readonly seen: Seen;
  /** The time of the day. */
  readonly clock: string;
  /** What has happened, the newest last. */
  readonly lines: readonly string[];
}

const COLOURS: Readonly<Record<string, number>> = { READY: 32, STALE: 33, LOADING: 36, NOT_LOADED: 31 };

/** From this width on, a resource has one line. */
const WIDE = 90;

/** The screen as lines, none of them wider than the terminal. */
export function draw({ url, seen, clock, lines }: Shown, terminal: Terminal): readonly string[] {
  const { columns, rows } = terminal;
  const head = [
    cut(`${url}  ${clock}`, columns),
    seen.failure === undefined
      ? paint(cut(probesOf(seen), columns), seen.isReady ? 32 : 31, terminal)
      : paint(cut(`cannot be reached: ${seen.failure}`, columns), 31, terminal),
    "",
  ];
  const body = bodyOf(seen, terminal);
  // The newest events fill the rest. One row is for the cursor.
  const room = Math.max(0, rows - head.length - body.length - 2);
  const shown = room > 0 ? lines.slice(-room) : [];
  return [...head, ...body, "", ...shown.map((line) => cut(line, columns))].slice(0, Math.max(1, rows - 1));
}

function probesOf({ readiness, liveness }: Seen): string {
  return [`readiness ${readiness}`, ...(liveness === undefined ? [] : [`liveness ${liveness}`])].join("   ");
}

function bodyOf({ resources, failure }: Seen, terminal: Terminal): readonly string[] {
  if (failure !== undefined) return [];
  if (resources === undefined) return [cut("The service sends no details.", terminal.columns)];
  const longest = Math.max(8, ...resources.map(({ name }) => name.length));
  return terminal.columns >= WIDE
    ? resources.map((resource) => wideLine(resource, Math.min(longest, 24), terminal))
    : resources.flatMap((resource) => narrowLines(resource, terminal));
}

function wideLine(resource: SeenResource, width: number, terminal: Terminal): string {
  const name = cut(resource.name, width).padEnd(width);
  const age = ageOf(resource.age).padStart(8);
  const left = `${name}  `;
  const right = `  ${age}  ${barOf(resource, 20)}  `;
  const rest = terminal.columns - left.length - 10 - right.length;
  return (
    left + paint(resource.state.padEnd(10), COLOURS[resource.state], terminal) + right + cut(noteOf(resource), rest)
  );
}

function narrowLines(resource: SeenResource, terminal: Terminal): readonly string[] {
  const { columns } = terminal;
  const name = cut(resource.name, Math.max(8, columns - 20));
  const note = noteOf(resource);
  const bar = barOf(resource, Math.max(5, Math.min(20, columns - 12)));
  return [
    `${name} ${paint(resource.state, COLOURS[resource.state], terminal)}`,
    cut(`  ${ageOf(resource.age)} ${bar}`, columns),
    ...(note === "" ? [] : [cut(`  ${note}`, columns)]),
  ];
}

function noteOf({ revision, isRefreshing, isRequired, attempt, error }: SeenResource): string {
  return [
    ...(isRefreshing ? ["loading"] : []),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(error === undefined ? [] : [error]),
    ...(revision === undefined ? [] : [`revision ${revision}`]),
    ...(isRequired ? [] : ["informative"]),
  ].join(", ");
}

/** The age on its way to the limit: `#` is the past, `|` is staleAfter, and the end of the bar is refuseAfter. */
function barOf({ age, staleAfter, refuseAfter }: SeenResource, width: number): string {
  const most = refuseAfter ?? (staleAfter === undefined ? undefined : staleAfter * 2);
  if (age === undefined || most === undefined) return " ".repeat(width + 2);
  const place = (seconds: number): number => Math.min(width, Math.round((seconds / most) * width));
  const cells = Array.from({ length: width }, (_, n): string => (n < place(age) ? "#" : "-"));
  if (staleAfter !== undefined && staleAfter < most) cells[Math.min(width - 1, place(staleAfter))] = "|";
  return `[${cells.join("")}]`;
}

function ageOf(seconds: number | undefined): string {
  if (seconds === undefined) return "no value";
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

function cut(text: string, width: number): string {
  if (width <= 0) return "";
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function paint(text: string, colour: number | undefined, { hasColour }: Terminal): string {
  return hasColour && colour !== undefined ? `\u001b[${colour}m${text}\u001b[0m` : text;
}
