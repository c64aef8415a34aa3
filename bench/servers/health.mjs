import { createHealth } from "../../dist/src/index.js";

/** A health with one loaded resource that refreshes in the background. */
export async function loadedHealth(options) {
  const health = createHealth(options);
  const index = health.resource("index", { load: () => new Map([["a", 1]]), refreshEvery: "30s", staleAfter: "65s" });
  await index.get();
  return { health, index };
}
