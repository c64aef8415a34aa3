import { BUCKETS, FATES, LOOKS } from "./record.ts";
import type { Played, PlayedVariant } from "./scenario.ts";
import { FATE_INKS, LOOK_INKS, patternsOf, styleOf, type Ink } from "./svg-style.ts";
import { columnsOf, LEGEND, REQUEST_LEGEND, requestsOf, sentenceOf, spanOf } from "./wording.ts";

const WIDTH = 800;
const LEFT = 92;
const PLOT = 688;
const ROW = 12;
const BANDS = 96;
const LOADS = 36;
/** As many characters as fit into the width, in the system's own type. */
const LINE = 112;

/**
 * A played scenario as one SVG of its own, 800 px wide: it follows the reader's light or dark scheme, names
 * itself to a screen reader, and tells what it tells by pattern as well as by colour.
 */
export function toSvg(played: Played): string {
  const { scenario, shows, replicas, durationSeconds, loadSeconds, seed, variants } = played;
  const drawn: string[] = [];
  const page = new Page(drawn);
  page.text(`${scenario}`, "t", 20);
  for (const line of wrapped(shows)) page.text(line, "", 18);
  page.text(
    `${replicas} replica${replicas === 1 ? "" : "s"}, ${spanOf(durationSeconds)}, a load takes ${spanOf(loadSeconds)}, seed ${seed}`,
    "m",
    18,
  );
  variants.forEach((variant, index) => {
    page.down(14);
    page.text(`${String.fromCharCode(65 + index)}  ${variant.title}`, "t", 20);
    for (const line of wrapped(`${sentenceOf(variant)}.`)) page.text(line, "m", 16);
    page.down(4);
    if (variant.timeline.rows.length > 0) drawRows(page, variant, durationSeconds);
    else drawBands(page, variant);
    drawStrip(
      page,
      "requests",
      requestsOf(variant.timeline, BUCKETS).map((fate) => fate && FATE_INKS[fate]),
    );
    drawAxis(page, durationSeconds);
  });
  page.down(12);
  drawLegends(page, variants);
  const said = [shows, ...variants.map((variant) => `${variant.title}: ${sentenceOf(variant)}.`)].join(" ");
  const height = page.y + 12;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">\n` +
    `<title id="title">${escaped(scenario)}</title>\n<desc id="desc">${escaped(said)}</desc>\n` +
    `<style>${styleOf()}</style>\n<defs>${patternsOf()}</defs>\n<rect width="${WIDTH}" height="${height}" class="b"/>\n` +
    `${drawn.join("\n")}\n</svg>\n`
  );
}

/** Where the drawing has come to. */
class Page {
  y = 14;
  readonly #drawn: string[];

  constructor(drawn: string[]) {
    this.#drawn = drawn;
  }

  down(by: number): void {
    this.y += by;
  }

  add(element: string): void {
    this.#drawn.push(element);
  }

  text(text: string, style: string, height: number): void {
    this.label(12, this.y + height - 6, text, style);
    this.down(height);
  }

  label(x: number, y: number, text: string, style: string, anchor?: "middle" | "end"): void {
    const attributes = `${style === "" ? "" : ` class="${style}"`}${anchor ? ` text-anchor="${anchor}"` : ""}`;
    this.add(`<text x="${short(x)}" y="${short(y)}"${attributes}>${escaped(text)}</text>`);
  }

  box(x: number, width: number, height: number, ink: Ink): void {
    this.add(
      `<rect x="${short(x)}" y="${short(this.y)}" width="${short(width)}" height="${height}" fill="url(#${ink})"/>`,
    );
  }
}

function drawRows(page: Page, { timeline }: PlayedVariant, until: number): void {
  for (const row of timeline.rows) {
    const looks = columnsOf(row, until, BUCKETS);
    // One for each part of the time, however many there were.
    const parts = new Set(row.restartsAt.map((at) => Math.floor((at / until) * BUCKETS)));
    const marks = [...parts].map((part) => LEFT + ((part + 0.5) / BUCKETS) * PLOT);
    drawStrip(
      page,
      `replica ${row.replica}`,
      looks.map((look) => look && LOOK_INKS[look]),
      marks,
    );
  }
}

/** One row: equal neighbours are one box. */
function drawStrip(page: Page, name: string, inks: readonly (Ink | null)[], marks: readonly number[] = []): void {
  page.label(LEFT - 8, page.y + ROW - 2, name, "m", "end");
  const width = PLOT / inks.length;
  let from = 0;
  inks.forEach((ink, index) => {
    if (inks[index + 1] === ink && index + 1 < inks.length) return;
    if (ink) page.box(LEFT + from * width, (index + 1 - from) * width, ROW, ink);
    from = index + 1;
  });
  for (const x of marks)
    page.add(
      `<polygon points="${short(x - 3)},${page.y} ${short(x + 3)},${page.y} ${short(x)},${page.y + 6}" class="r"/>`,
    );
  page.add(`<rect x="${LEFT}" y="${page.y}" width="${PLOT}" height="${ROW}" class="o"/>`);
  page.down(ROW + 3);
}

/** How many replicas look like what, one on top of the other; and the loads at once, as a line. */
function drawBands(page: Page, { timeline, setup }: PlayedVariant): void {
  const width = PLOT / BUCKETS;
  const heights = Array.from({ length: BUCKETS }, () => 0);
  const most = Math.max(
    setup.replicas,
    ...heights.map((_, bucket) => LOOKS.reduce((sum, look) => sum + (timeline.replicas[look][bucket] ?? 0), 0)),
  );
  page.label(LEFT - 8, page.y + 10, `${setup.replicas}`, "m", "end");
  page.label(LEFT - 8, page.y + BANDS / 2 + 4, "replicas", "m", "end");
  page.label(LEFT - 8, page.y + BANDS, "0", "m", "end");
  for (const look of LOOKS) {
    const parts = timeline.replicas[look];
    if (!parts.some((part) => part > 0)) continue;
    const lower: string[] = [];
    const upper: string[] = [];
    parts.forEach((part, bucket) => {
      const [left, right] = [short(LEFT + bucket * width), short(LEFT + (bucket + 1) * width)];
      const before = heights[bucket] ?? 0;
      const [low, high] = [before, before + part].map((count) => short(page.y + BANDS - (count / most) * BANDS));
      lower.unshift(`${right},${low}`, `${left},${low}`);
      upper.push(`${left},${high}`, `${right},${high}`);
      heights[bucket] = before + part;
    });
    page.add(`<polygon points="${thinned([...upper, ...lower]).join(" ")}" fill="url(#${LOOK_INKS[look]})"/>`);
  }
  page.add(`<rect x="${LEFT}" y="${page.y}" width="${PLOT}" height="${BANDS}" class="o"/>`);
  page.down(BANDS + 6);
  const peak = Math.max(1, ...timeline.loads);
  page.label(LEFT - 8, page.y + 10, `${peak} loads`, "m", "end");
  page.label(LEFT - 8, page.y + LOADS, "0", "m", "end");
  const points = timeline.loads.flatMap((count, bucket) => {
    const y = short(page.y + LOADS - (count / peak) * LOADS);
    return [`${short(LEFT + bucket * width)},${y}`, `${short(LEFT + (bucket + 1) * width)},${y}`];
  });
  page.add(`<polyline points="${thinned(points).join(" ")}" class="l"/>`);
  page.add(`<rect x="${LEFT}" y="${page.y}" width="${PLOT}" height="${LOADS}" class="o"/>`);
  page.down(LOADS + 6);
}

/** Points without those that lie between two of the same height. */
function thinned(points: readonly string[]): readonly string[] {
  const height = (point: string | undefined): string | undefined => point?.split(",")[1];
  return points.filter(
    (point, index) => height(points[index - 1]) !== height(point) || height(points[index + 1]) !== height(point),
  );
}

function drawAxis(page: Page, until: number): void {
  const parts = 4;
  for (let part = 0; part <= parts; part += 1) {
    const x = LEFT + (part / parts) * PLOT;
    page.add(`<path d="M${short(x)} ${page.y}v4" class="a"/>`);
    const anchor = part === parts ? "end" : part === 0 ? undefined : "middle";
    page.label(x, page.y + 17, part === 0 ? "0" : spanOf((until * part) / parts), "m", anchor);
  }
  page.down(22);
}

function drawLegends(page: Page, variants: readonly PlayedVariant[]): void {
  const looks = LOOKS.filter((look) =>
    variants.some(({ timeline }) => timeline.replicas[look].some((part) => part > 0)),
  );
  const fates = FATES.filter((fate) =>
    variants.some(({ timeline }) => timeline.requests[fate].some((part) => part > 0)),
  );
  drawLegend(
    page,
    "replicas",
    looks.map((look) => [LOOK_INKS[look], LEGEND[look]]),
    variants.some(({ timeline }) => timeline.rows.some(({ restartsAt }) => restartsAt.length > 0)),
  );
  drawLegend(
    page,
    "requests",
    fates.map((fate) => [FATE_INKS[fate], REQUEST_LEGEND[fate]]),
    false,
  );
}

function drawLegend(page: Page, name: string, entries: readonly (readonly [Ink, string])[], restarts: boolean): void {
  page.label(LEFT - 8, page.y + ROW - 2, name, "m", "end");
  let x = LEFT;
  const room = (text: string): number => {
    const width = 22 + text.length * 6.4 + 18;
    if (x + width > LEFT + PLOT) {
      x = LEFT;
      page.down(18);
    }
    const at = x;
    x += width;
    return at;
  };
  for (const [ink, text] of entries) {
    const at = room(text);
    page.box(at, 16, ROW, ink);
    page.add(`<rect x="${short(at)}" y="${page.y}" width="16" height="${ROW}" class="o"/>`);
    page.label(at + 22, page.y + ROW - 2, text, "");
  }
  if (restarts) {
    const at = room("restarted");
    page.add(
      `<polygon points="${short(at + 5)},${page.y} ${short(at + 11)},${page.y} ${short(at + 8)},${page.y + 6}" class="r"/>`,
    );
    page.label(at + 22, page.y + ROW - 2, "restarted", "");
  }
  page.down(20);
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
