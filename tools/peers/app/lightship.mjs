import { createServer } from "node:http";
import { createLightship } from "lightship";
import { announce } from "../../../bench/servers/listen.mjs";

// It takes 0 for its default, 9000.
const free = createServer();
await new Promise((resolve) => free.listen(0, resolve));
const { port } = free.address();
await new Promise((resolve) => free.close(resolve));
const lightship = await createLightship({ detectKubernetes: false, port });
lightship.signalReady();
announce(lightship.server.address().port);
