import type { FleetAnswer, FleetMember, FleetNote, FleetReading, FleetStore } from "../../fleet/fleet-store.ts";
import { nextVersion } from "../../fleet/next-version.ts";
import { toFleetAnswer } from "../../fleet/read-answer.ts";
import { textOf } from "./body.ts";
import { knownRedis, type RedisClientLike } from "./client.ts";
import { evaluateWith } from "./evaluate.ts";
import { BEAT_SCRIPT, READ_SCRIPT, WRITE_SCRIPT } from "./fleet-script.ts";
import { hearErrors } from "./hear-errors.ts";

const KEYS = ["meta", "report", "seen", "out", "leave", "ask", "notes", "serial"];
/** The keys for each turn. */
const TURN_KEYS = ["wait", "until", "load"];
/** The number of texts for each member, and for each note, in the result of the read script. */
const MEMBER_TEXTS = 5;
const NOTE_TEXTS = 3;

/**
 * Creates a fleet store in Redis or Valkey. Each report of a replica (a beat) is one script. The keys of a group begin
 * with `health-state:{group}:`, so that a cluster stores them on one node. All keys expire. All times come from the
 * server. The library adds a listener for `error` to the client.
 *
 * Set `maxRetriesPerRequest` of ioredis to 1, so that a call fails fast if the server does not answer.
 *
 * @param client a `Redis` or `Cluster` of ioredis, or a connected client or cluster of redis
 * @throws TypeError with code HS_INVALID_OPTION for a wrong client
 * @example
 * const health = createHealth({ fleet: fleet(redisFleet(redis), { group: "matcher" }) });
 */
export function redisFleet(client: RedisClientLike): FleetStore {
  const known = knownRedis("redisFleet()", client);
  hearErrors(client);
  // evaluateWith() remembers the SHA-1 of one script, so each script needs its own.
  const [beat, read, write] = [evaluateWith(known), evaluateWith(known), evaluateWith(known)];
  return {
    async beat(group, { report, ...rest }): Promise<FleetAnswer> {
      const turns = rest.turns.flatMap(({ resource }) => TURN_KEYS.map((kind) => `${kind}:${resource}`));
      const keys = [...KEYS, ...turns].map((name) => keyOf(group, name));
      const [answer] = await beat(BEAT_SCRIPT, keys, [JSON.stringify(rest), report]);
      return toFleetAnswer(JSON.parse(textOf(answer)));
    },
    async read(group) {
      const said = await read(
        READ_SCRIPT,
        KEYS.map((name) => keyOf(group, name)),
        [],
      );
      return toReading(said.map(textOf));
    },
    async write(group, { name, version, text }) {
      const next = nextVersion(version, text);
      const [done] = await write(WRITE_SCRIPT, [keyOf(group, "notes")], [name, ...[version, next].map(String), text]);
      return textOf(done) === "1";
    },
  };
}

function keyOf(group: string, name: string): string {
  return `health-state:{${group}}:${name}`;
}

function toReading([now = "", born = "", count = "", ...rest]: readonly string[]): FleetReading {
  const nowMs = Number(now);
  const texts = Number(count) * MEMBER_TEXTS;
  const members = chunksOf(rest.slice(0, texts), MEMBER_TEXTS).map(
    ([replica = "", out, leave, left, report = ""]): FleetMember => ({
      replica,
      isOut: out === "1" || leave === "1",
      hasLeave: leave === "1",
      leftMs: Number(left),
      report,
    }),
  );
  const notes = chunksOf(rest.slice(texts), NOTE_TEXTS).map(([name = "", version, text = ""]): FleetNote => ({
    name,
    version: Number(version),
    text,
  }));
  return { nowMs, knownForMs: born === "" || !members.length ? undefined : nowMs - Number(born), members, notes };
}

function chunksOf(list: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: list.length / size }, (_, at) => list.slice(at * size, (at + 1) * size));
}
