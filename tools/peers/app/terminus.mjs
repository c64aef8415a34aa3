import { createServer } from "node:http";
import terminus from "@godaddy/terminus";
import { listen } from "../../../bench/servers/listen.mjs";

const server = createServer((_request, response) => response.end("app"));
terminus.createTerminus(server, { healthChecks: { "/healthcheck": () => Promise.resolve() } });
listen(server);
