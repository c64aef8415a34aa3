// The load's signal is obeyed at every stage, to the last byte, and nothing is left.
import { contextOf } from "../kit/context.ts";
import { check, same, type Case } from "./kit.ts";
import { bare, head } from "./wire.ts";

const REASON = new Error("the load is over");

/** Aborts once the server has seen the request and the pause is over; the reason is what the load fails with. */
const aborted = (name: string, reply: Case["answer"], options: object = {}): Case => ({
  name: `abort: ${name}`,
  answer: reply,
  async run({ fromHttp, url, connections, seen }) {
    const controller = new AbortController();
    const load = Promise.resolve(
      fromHttp(url, { as: "bytes", ...options })(contextOf({ signal: controller.signal })),
    ).then(
      () => "no error",
      (error: unknown) => error,
    );
    while (!(await seen()).length) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 80));
    controller.abort(REASON);
    const error = await load;
    check(error === REASON, `it failed with ${String(error)}`);
    same(await connections(0), 0, "connections left");
  },
});

export const ABORT_CASES: readonly Case[] = [
  {
    name: "abort: before the load begins, nothing is asked",
    answer: bare(200),
    async run({ fromHttp, url, seen }) {
      const controller = new AbortController();
      controller.abort(REASON);
      const error: unknown = await Promise.resolve(fromHttp(url)(contextOf({ signal: controller.signal }))).catch(
        (thrown: unknown) => thrown,
      );
      check(error === REASON, `it failed with ${String(error)}`);
      same((await seen()).length, 0);
    },
  },
  aborted("before the head", () => {}),
  aborted("in the middle of the head", (wire) => wire.write("HTTP/1.1 200 X\r\nx: ")),
  aborted("after a redirect", (wire, { target }) =>
    target.includes("/next") ? undefined : bare(302, "location: next")(wire),
  ),
  aborted("after the head", (wire) => wire.write(head(200, "content-length: 9"))),
  aborted("before the last byte", (wire) => wire.write(`${head(200, "content-length: 9")}12345678`)),
  aborted("before the last chunk", (wire) => wire.write(`${head(200, "transfer-encoding: chunked")}5\r\nhello\r\n`)),
  aborted("in a stream", (wire) => wire.write(`${head(200, "content-length: 9")}hello`), {
    as: "stream",
    parse: async (stream: ReadableStream<Uint8Array>) => new Response(stream).text(),
  }),
  {
    name: "abort: a fetch that knows no signal is left, and its late answer is cancelled",
    answer: () => {},
    async run({ fromHttp, url }) {
      const controller = new AbortController();
      let cancelled = 0;
      let answerLate = (_response: Response): void => {};
      const late = new Promise<Response>((resolve) => (answerLate = resolve));
      const load = Promise.resolve(
        fromHttp(url, { fetch: () => late })(contextOf({ signal: controller.signal })),
      ).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort(REASON);
      check((await load) === REASON, "it failed with the reason");
      answerLate(new Response(new ReadableStream({ cancel: () => void (cancelled += 1) })));
      await new Promise((resolve) => setTimeout(resolve, 20));
      same(cancelled, 1, "bodies cancelled");
    },
  },
];
