import type { RequestOutcome, ReplicaStatus } from "../model/recorder.ts";

/** A fill and a pattern, so that no information is in the colour alone. */
export type Ink = "good" | "old" | "idle" | "stall" | "wait" | "dead" | "lost";

/** The style of each status. */
export const STATUS_INKS: { readonly [L in ReplicaStatus]: Ink } = {
  fresh: "good",
  stale: "old",
  out: "idle",
  stalled: "stall",
  loading: "wait",
  backoff: "dead",
};

/** The style of each outcome of requests. */
export const OUTCOME_INKS: { readonly [F in RequestOutcome]: Ink } = {
  fresh: "good",
  stale: "old",
  stalled: "stall",
  unloaded: "wait",
  lost: "lost",
  refused: "dead",
};

/** The colours in light and dark mode. The stroke is the colour of the pattern. */
const INKS: readonly (readonly [ink: Ink, light: string, lightStroke: string, dark: string, darkStroke: string])[] = [
  ["good", "#2f7d4f", "#2f7d4f", "#4fae78", "#4fae78"],
  ["old", "#e3b341", "#7a5600", "#c99a2e", "#3b2c00"],
  ["idle", "#ffffff", "#5b6b80", "#161b22", "#93a4ba"],
  ["stall", "#a371d6", "#4b1f80", "#8957c4", "#efe3ff"],
  ["wait", "#d5e3f5", "#2c5f9e", "#1d3557", "#8fbcf2"],
  ["dead", "#c9302c", "#ffffff", "#d8504b", "#2a0605"],
  ["lost", "#c9302c", "#ffffff", "#d8504b", "#2a0605"],
];

/** The patterns over the fill, in a tile of 6 by 6. */
const TILES: { readonly [I in Ink]: string } = {
  good: "",
  old: `<path d="M-1 7 7 -1" class="s-old"/>`,
  idle: `<path d="M0 3H6" class="s-idle"/>`,
  stall: `<path d="M0 0 6 6M0 6 6 0" class="s-stall"/>`,
  wait: `<circle cx="3" cy="3" r="1" class="d-wait"/>`,
  dead: `<path d="M3 0V6" class="s-dead"/>`,
  lost: `<path d="M0 3H6" class="s-lost"/>`,
};

/** The style sheet for light and dark mode. */
export function styleOf(): string {
  const rules = (scheme: 0 | 1): string =>
    INKS.map(([ink, ...colours]) => {
      const [fill, stroke] = colours.slice(2 * scheme);
      return `.f-${ink}{fill:${fill}}.s-${ink}{stroke:${stroke}}.d-${ink}{fill:${stroke}}`;
    }).join("");
  return (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600;font-size:14px}.m{fill:#57606a}" +
    ".b{fill:#ffffff}.a{stroke:#8c959f}.r{fill:#1f2328}path{stroke-width:1.2;fill:none}" +
    ".o{fill:none;stroke:#8c959f;stroke-width:.6}.l{fill:none;stroke:#1f2328;stroke-width:1.2}" +
    rules(0) +
    "@media (prefers-color-scheme:dark){text,.r{fill:#e6edf3}.m{fill:#9aa6b2}.b{fill:#0d1117}.a,.o{stroke:#6e7681}" +
    `.l{stroke:#e6edf3}${rules(1)}}`
  );
}

/** The patterns of the fills. */
export function patternsOf(): string {
  return INKS.map(
    ([ink]) =>
      `<pattern id="${ink}" width="6" height="6" patternUnits="userSpaceOnUse">` +
      `<rect width="6" height="6" class="f-${ink}"/>${TILES[ink]}</pattern>`,
  ).join("");
}
