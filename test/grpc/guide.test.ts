import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProject, freePort, run } from "../recipe/kit.ts";
import { read } from "../repo/tree.ts";
import { missing } from "../seeing/kit.ts";
import { asIs, grpc, requestOf, statusOf } from "./kit.ts";

const SERVING = 1;
const NOT_SERVING = 2;

describe.skipIf(missing !== undefined)("the program of docs/guide/grpc.md", () => {
  const [, program = ""] = [...read("docs/guide/grpc.md").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].at(-1) ?? [];

  test("tells every Watch NOT_SERVING on a signal, and ends", { timeout: 60_000 }, async () => {
    const port = await freePort();
    const code = program.replace("0.0.0.0:50051", `127.0.0.1:${port}`).replace('"10s"', '"1s"').replace("<void>", "");
    expect(code).toContain(`127.0.0.1:${port}`);
    const project = createProject("seeing");
    onTestFinished(() => project.remove());
    const running = await run(project.folder, code);
    onTestFinished(() => running.stop());
    expect((await running.get("/status")).status).toBe(200);
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    onTestFinished(() => client.close());
    const watches = ["", "liveness"].map((service) => {
      const call = client.makeServerStreamRequest("/grpc.health.v1.Health/Watch", asIs, statusOf, requestOf(service));
      call.on("error", () => {});
      const iterator = call[Symbol.asyncIterator]();
      return async (): Promise<number | undefined> => (await iterator.next()).value;
    });
    for (const next of watches) expect(await next()).toBe(SERVING);
    const ended = once(running.child, "exit");
    running.child.kill("SIGTERM");
    for (const next of watches) expect([await next(), await next()]).toEqual([NOT_SERVING, undefined]);
    expect(await ended).toEqual([0, null]);
    expect(running.output()).toBe("");
  });
});
