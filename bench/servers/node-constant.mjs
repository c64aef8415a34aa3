import { createServer } from "node:http";
import { ALIVE, BODY, READY } from "./answers.mjs";
import { listen } from "./listen.mjs";

const headers = process.argv[2] === "/status" ? READY : ALIVE;
listen(
  createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(BODY);
  }),
);
