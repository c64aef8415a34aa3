import { describe, expect, onTestFinished, test } from "vitest";
import { createProject, freePort, run, type Running } from "../recipe/kit.ts";
import { read } from "../repo/tree.ts";

const [OWN_PORT = "", SAME_PORT = ""] = [...read("docs/guide/page.md").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
  ([, code = ""]) => code.replace(/, type \w+/g, "").replace(/(request|response): \w+/g, "$1"),
);

async function start(code: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const project = createProject();
  onTestFinished(() => project.remove());
  const running = await run(project.folder, code, env);
  onTestFinished(() => running.stop());
  return running;
}

describe("docs/guide/page.md", () => {
  test("its first program shows the page on a port of this machine, and nothing but probes on the other", async () => {
    const port = await freePort();
    expect(OWN_PORT).toContain('listen(5101, "127.0.0.1")');
    const { get } = await start(OWN_PORT.replace("5101", `${port}`));
    expect((await get("/status")).status).toBe(200);
    expect((await get("/")).status).toBe(404);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Readiness answers 200")]);
  });

  test("its second program asks for a password, and shows the page to the operator", async () => {
    const { get, url } = await start(SAME_PORT, { STATUS_PASSWORD: "secret" });
    expect((await get("/status")).status).toBe(200);
    const refused = await get("/status/page");
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="status"']);
    const ask = (password: string): Promise<Response> =>
      fetch(`${url}/status/page?part=1`, {
        headers: { authorization: `Basic ${Buffer.from(`operator:${password}`).toString("base64")}` },
      });
    expect((await ask("wrong")).status).toBe(401);
    expect((await ask("secret")).status).toBe(200);
    expect((await get("/else")).status).toBe(404);
  });

  test("its second program does not start without a password", async () => {
    const { printed } = await start(SAME_PORT);
    expect(await printed(/STATUS_PASSWORD is not set/)).toBeDefined();
  });
});
