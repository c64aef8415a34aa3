import { isOurPath, plainPath, roleOf } from "../../doctor/rule/path.ts";
import { urlIn } from "../../doctor/rule/url.ts";
import type { Question, Reading } from "../model/spec.ts";

/** Collects the assumptions, each sentence once. */
export class Assumptions {
  readonly #sentences = new Set<string>();

  add(sentence: string): void {
    this.#sentences.add(sentence);
  }

  get all(): readonly string[] {
    return [...this.#sentences];
  }
}

/** Returns the probe of a path. An unknown name counts as readiness, which is stricter. */
export function questionOfPath(path: string, reading: Reading, assumed: Assumptions): Question {
  const plain = plainPath(path);
  if (reading.alive.includes(plain)) return { asks: "liveness", by: "http" };
  const role = roleOf(plain);
  if (role === undefined)
    assumed.add(
      `${plain} fails while the service loads or drains. If it passes as soon as the process listens, use --alive ${plain}`,
    );
  return { asks: role ?? "readiness", by: "http" };
}

/** Returns the probe of a service of the gRPC health protocol, by its name. */
export function questionOfGrpc(service: string, reading: Reading, assumed: Assumptions): Question {
  const name = service === "" ? "grpc" : service;
  if (/live/i.test(service) || reading.alive.includes(name)) return { asks: "liveness", by: "grpc" };
  if (/start/i.test(service)) return { asks: "startup", by: "grpc" };
  if (!/ready|readiness/i.test(service))
    assumed.add(
      `the gRPC health of ${service === "" ? "the whole server" : service} is not SERVING while the service loads or drains. If it is SERVING as soon as the process listens, use --alive ${name}`,
    );
  return { asks: "readiness", by: "grpc" };
}

/** Returns the question of a check command: its URL, or only whether the process runs. */
export function questionOfCommand(
  words: readonly string[],
  reading: Reading,
  assumed: Assumptions,
): { readonly question: Question; readonly path: string | undefined } {
  const path = urlIn(words.join(" "))?.path;
  if (path !== undefined) return { question: questionOfPath(path, reading, assumed), path };
  const [first = "the command"] = words;
  assumed.add(
    `the check by ${JSON.stringify(first)} passes as soon as the process runs, because the command contains no URL`,
  );
  return { question: { asks: "liveness", by: "tcp" }, path: undefined };
}

/** Whether only the library uses this path. */
export function isOurs(paths: readonly (string | undefined)[]): boolean {
  return paths.some((path) => path !== undefined && isOurPath(path));
}
