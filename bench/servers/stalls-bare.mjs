// The same with nothing but node:http.
import { createServer } from "node:http";

const server = createServer((_, response) => response.end("I-AM-ALIVE")).listen(0, "127.0.0.1", () =>
  console.log(server.address().port),
);
