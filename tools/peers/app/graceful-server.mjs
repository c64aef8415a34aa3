import { createServer } from "node:http";
import GracefulServer from "@gquittet/graceful-server";
import { announce } from "../../../bench/servers/listen.mjs";

const server = createServer((_request, response) => response.end("app"));
const graceful = GracefulServer(server);
server.listen(0, "127.0.0.1", () => {
  graceful.setReady();
  announce(server.address().port);
});
