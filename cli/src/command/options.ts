/** The commands and their options. */
export const COMMANDS = {
  doctor: {
    "load-time": "string",
    drain: "string",
    "refuse-after": "string",
    from: "string",
    ours: "boolean",
    only: "string",
    skip: "string",
    config: "string",
    fix: "boolean",
    diff: "boolean",
    "allow-unread": "boolean",
    json: "boolean",
    sarif: "boolean",
    github: "boolean",
  },
  config: {
    port: "string",
    base: "string",
    paths: "string",
    words: "string",
    from: "string",
    "load-time": "string",
    reaction: "string",
    drain: "string",
    "serve-stale": "boolean",
    format: "string",
  },
  simulate: {
    replicas: "string",
    duration: "string",
    "load-time": "string",
    seed: "string",
    "refresh-every": "string",
    "refuse-after": "string",
    drain: "string",
    outage: "string",
    stall: "string",
    slow: "string",
    nodes: "string",
    requests: "string",
    kept: "string",
    checkers: "string",
    router: "string",
    alive: "string",
    only: "string",
    container: "string",
    html: "string",
    json: "boolean",
    svg: "string",
    fleet: "boolean",
    leave: "string",
  },
  watch: { every: "string", once: "boolean" },
  fleet: {
    redis: "string",
    postgres: "string",
    group: "string",
    resource: "string",
    watch: "boolean",
    json: "boolean",
  },
  probers: { markdown: "boolean" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, "string" | "boolean">>>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** Whether a word is the name of a command. */
export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}
