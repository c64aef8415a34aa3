// Answers 304 to who holds the tag; ends with its standard input.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  if (request.headers["if-none-match"] === '"1"') response.writeHead(304, { etag: '"1"' }).end();
  else response.writeHead(200, { etag: '"1"' }).end("{}");
});
server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
