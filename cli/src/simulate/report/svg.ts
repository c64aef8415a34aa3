import { BUCKETS, REQUEST_OUTCOMES, REPLICA_STATUSES } from "../model/recorder.ts";
import { spanOf } from "../model/span.ts";
import type { Played, PlayedVariant } from "../scenario/scenario.ts";
import { OUTCOME_INKS, STATUS_INKS, patternsOf, styleOf, type Ink } from "./svg-style.ts";
import { columnsOf, LEGEND, REQUEST_LEGEND, requestsOf, sentenceOf } from "./wording.ts";
import { WIDTH, LEFT, PLOT, ROW, BANDS, LOADS, Page, wrapped, short, escaped } from "./svg-page.ts";

/**
 * Draws a simulated scenario as an SVG of 800 px width. It supports light and dark mode, and has a name for screen
 * readers. It uses patterns as well as colours.
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
      requestsOf(variant.timeline, BUCKETS).map((outcome) => outcome && OUTCOME_INKS[outcome]),
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

function drawRows(page: Page, { timeline }: PlayedVariant, until: number): void {
  for (const row of timeline.rows) {
    const statuses = columnsOf(row, until, BUCKETS);
    // Each part with restarts gets one mark, for any number of restarts.
    const parts = new Set(row.restartsAt.map((at) => Math.floor((at / until) * BUCKETS)));
    const marks = [...parts].map((part) => LEFT + ((part + 0.5) / BUCKETS) * PLOT);
    drawStrip(
      page,
      `replica ${row.replica}`,
      statuses.map((status) => status && STATUS_INKS[status]),
      marks,
    );
  }
}

/** Draws one row. Equal neighbours become one box. */
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

/** Draws the number of replicas in each status as a stack, and the concurrent loads as a line. */
function drawBands(page: Page, { timeline, setup }: PlayedVariant): void {
  const width = PLOT / BUCKETS;
  const heights = Array.from({ length: BUCKETS }, () => 0);
  const most = Math.max(
    setup.replicas,
    ...heights.map((_, bucket) =>
      REPLICA_STATUSES.reduce((sum, status) => sum + (timeline.replicas[status][bucket] ?? 0), 0),
    ),
  );
  page.label(LEFT - 8, page.y + 10, `${setup.replicas}`, "m", "end");
  page.label(LEFT - 8, page.y + BANDS / 2 + 4, "replicas", "m", "end");
  page.label(LEFT - 8, page.y + BANDS, "0", "m", "end");
  for (const status of REPLICA_STATUSES) {
    const parts = timeline.replicas[status];
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
    page.add(`<polygon points="${thinned([...upper, ...lower]).join(" ")}" fill="url(#${STATUS_INKS[status]})"/>`);
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

/** Removes the points between two points of the same height. */
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
  const statuses = REPLICA_STATUSES.filter((status) =>
    variants.some(({ timeline }) => timeline.replicas[status].some((part) => part > 0)),
  );
  const outcomes = REQUEST_OUTCOMES.filter((outcome) =>
    variants.some(({ timeline }) => timeline.requests[outcome].some((part) => part > 0)),
  );
  drawLegend(
    page,
    "replicas",
    statuses.map((status) => [STATUS_INKS[status], LEGEND[status]]),
    variants.some(({ timeline }) => timeline.rows.some(({ restartsAt }) => restartsAt.length > 0)),
  );
  drawLegend(
    page,
    "requests",
    outcomes.map((outcome) => [OUTCOME_INKS[outcome], REQUEST_LEGEND[outcome]]),
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
