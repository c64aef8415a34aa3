// edge-runtime: the same within an event.
import { answer } from "./worker.mjs";

addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
