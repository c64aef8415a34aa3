/** The program of the answering thread. The build converts it to a text (`program.ts`). */
import { createServer, type IncomingMessage } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { answerOf, METHOD_NOT_ALLOWED, NOT_FOUND, type Answer } from "../../answer/answer.ts";
import { pathOf, type Probe } from "../../answer/paths.ts";
import { toPlainError } from "./message.ts";
import { nextWaitMs, type FromProber, type ProbeOrder } from "./probe-message.ts";
import { afterTick, packVerdict, PLACES, unpackVerdict, verdictIn, type Silence } from "./silence.ts";

// SAFETY: probeThread() created this data.
const { shared, port, host, words, routes, limits } = workerData as ProbeOrder;
const memory = new Int32Array(shared);

/** How long to wait before the next attempt to listen, in ms. The wait doubles up to the second number. */
const FIRST_WAIT_MS = 250;
const MOST_WAIT_MS = 5_000;

let silence: Silence = { beats: -1, ms: 0 };
let tickedAt = performance.now();
let hasProbed = false;

/** For each probe, the answers by packed verdict. */
const answers = new Map<string, Answer>();

function tell(message: FromProber): void {
  parentPort?.postMessage(message);
}

function answerTo(probe: Probe): Answer {
  // A beat since the last tick ends the silence at once.
  const beats = Atomics.load(memory, PLACES.beats);
  const silentMs = beats === silence.beats ? silence.ms : 0;
  const last = {
    readiness: unpackVerdict(Atomics.load(memory, PLACES.readiness)),
    liveness: unpackVerdict(Atomics.load(memory, PLACES.liveness)),
    startup: unpackVerdict(Atomics.load(memory, PLACES.startup)),
  };
  const verdict = verdictIn(probe, last, silentMs, limits);
  const key = `${probe} ${packVerdict(verdict)}`;
  const known = answers.get(key);
  if (known) return known;
  const body = words[verdict.outcome];
  const answer = answerOf(probe, verdict, { body, contentType: "text/plain; charset=utf-8" });
  answers.set(key, answer);
  return answer;
}

function answerFor({ method, url = "/" }: IncomingMessage): Answer {
  const route = routes.get(pathOf(url));
  if (!route) return NOT_FOUND;
  if (!hasProbed) {
    hasProbed = true;
    tell({ type: "probed" });
  }
  const answer = method === "GET" || method === "HEAD" ? answerTo(route.probe) : METHOD_NOT_ALLOWED;
  const headers = { ...route.headers, ...answer.headers };
  return { ...answer, headers, body: method === "HEAD" ? "" : answer.body };
}

setInterval(() => {
  const now = performance.now();
  silence = afterTick(silence, Atomics.load(memory, PLACES.beats), now - tickedAt, limits.tickMs);
  tickedAt = now;
}, limits.tickMs);

function listen(waitMs: number): void {
  // A prober that sends HTTP/1.1 without a Host header also gets an answer.
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    const { status, headers, body } = answerFor(request);
    response.writeHead(status, headers);
    response.end(body);
  });
  let isListening = false;
  server.on("error", (error) => {
    // An error of one connection does not end the server.
    if (isListening) return;
    tell({ type: "failed", error: toPlainError(error) });
    setTimeout(listen, waitMs, nextWaitMs(waitMs, MOST_WAIT_MS));
  });
  server.listen({ port, ...(host !== undefined && { host }) }, () => {
    isListening = true;
    const address = server.address();
    tell({ type: "listening", port: typeof address === "object" && address ? address.port : port });
  });
}

// The thread itself tries again, because the main thread may be busy.
listen(FIRST_WAIT_MS);
