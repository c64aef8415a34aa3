// A program that shares a value and tells its group of it, and has nothing else to do: it ends by itself.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHealth } from "../../dist/src/index.js";
import { json } from "../../dist/src/source/file/index.js";
import { shared, workers } from "../../dist/src/cluster/index.js";

const folder = mkdtempSync(join(tmpdir(), "hs-"));
const health = createHealth();
const load = shared(join(folder, "value"), () => ({ a: 1 }), { codec: json() });
const index = health.resource("index", { load, refreshEvery: "30s" });
workers(health, { folder: join(folder, "workers") });
console.log(JSON.stringify([await index.get(), load.role]));
