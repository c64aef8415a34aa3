import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProgram, freePort, until } from "../source/kit/process.ts";
import { RUNTIMES } from "./runtimes.ts";
import { startService } from "./service.ts";

const haproxy = findProgram("haproxy");

/** HAProxy asks the thread, and says on its own port which of the two probes it has seen up. */
const configOf = (probes: number, front: number): string => `
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
  option httpchk
frontend says
  bind 127.0.0.1:${front}
  http-request return status 200 content-type text/plain string "alive ready" if { nbsrv(alive) gt 0 } { nbsrv(ready) gt 0 }
  http-request return status 200 content-type text/plain string "alive" if { nbsrv(alive) gt 0 }
  http-request return status 200 content-type text/plain string "none"
backend alive
  http-check send meth GET uri /status/live
  http-check expect string I-AM-ALIVE
  server app 127.0.0.1:${probes} check inter 100ms fall 2 rise 1
backend ready
  http-check send meth GET uri /status ver HTTP/1.0
  http-check expect status 200
  server app 127.0.0.1:${probes} check inter 100ms fall 2 rise 1
`;

test("HAProxy leaves a blocked service out, calls it dead when it is WEDGED, and takes it back", async ({ skip }) => {
  const [node] = RUNTIMES;
  if (haproxy === undefined || !node) return skip("haproxy is not installed");
  const service = await startService(node, ["3s", "500ms"]);
  const folder = mkdtempSync(join(tmpdir(), "health-state-haproxy-"));
  const front = await freePort();
  writeFileSync(join(folder, "haproxy.cfg"), configOf(service.port, front));
  const child = spawn(haproxy, ["-f", join(folder, "haproxy.cfg"), "-db"], { stdio: "ignore" });
  const seen: string[] = [];
  const says = (word: string): Promise<void> =>
    until(`HAProxy says ${word}`, async () => {
      const said = await fetch(`http://127.0.0.1:${front}/`).then(
        (answer) => answer.text(),
        () => "down",
      );
      if (said !== seen.at(-1) && said !== "down") seen.push(said);
      return said === word;
    });
  try {
    await says("alive");
    await service.tell("/load");
    await says("alive ready");
    await service.tell("/block");
    await says("none");
    service.release();
    await says("alive ready");
    await service.tell("/drain");
    await says("alive");
    // While blocked it was alive first, and not ready; before the first check HAProxy takes every server for up.
    expect(seen.slice(seen.indexOf("alive")).join()).toMatch(
      /^alive,alive ready,alive,none,(alive,)?alive ready,alive$/,
    );
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
