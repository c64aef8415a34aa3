import { describe, expect, test } from "vitest";
import { say } from "../kit/command.ts";
import { played } from "./kit.ts";

describe("the servers of a haproxy.cfg", () => {
  test("a template counts for all it makes, and a backup for none", async () => {
    const { found, page } = await played(`defaults
  default-server inter 5s fastinter 1s
backend web
  option httpchk GET /readyz
  server a 10.0.0.1:80 check
  server-template more 1-4 app.example:80 check
  server spare 10.0.0.9:80 check backup
`);
    expect(found[0]?.spec.replicas).toBe(5);
    expect(page).toContain("the backup server gets no requests");
    expect(page).toContain("fastinter and downinter are not simulated");
    expect(page).toContain("default-server: inter 5s fall 3 -> default-server: inter 2s fall 2");
  });

  test("the default-server of a backend and its own request count before those of defaults", async () => {
    const { found } = await played(`defaults
  option httpchk
  http-check send meth GET uri /readyz
  default-server inter 10s fall 1
backend web
  http-check send meth GET uri /livez
  default-server inter 3s fall 4
  server a 10.0.0.1:80 check
`);
    expect(found[0]?.workload.paths).toEqual({ check: "/livez" });
    expect(found[0]?.spec.check).toMatchObject({ intervalSeconds: 3, fall: 4 });
  });

  test("a backend of Varnish is none of HAProxy", async () => {
    const { code, err } = await say(["simulate", "-"], { "-": 'backend default {\n  .host = "127.0.0.1";\n}\n' });
    expect([code, err.includes("haproxy.cfg:")]).toEqual([2, false]);
  });
});
