// Sends cases over HTTP.
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { MARKER } from "./contract.mjs";

/** How long an answer may take. */
const PATIENCE_MS = 10_000;

/**
 * Sends cases to a base URL, and scenes to its control channel.
 *
 * @param {string} base such as "http://127.0.0.1:8080"
 */
export function httpSender(base) {
  const { hostname, port } = new URL(base);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = ({ method, target, headers, body }) =>
    new Promise((resolve, reject) => {
      // A connection that ends with its answer is not one to keep.
      const kept = headers.connection !== "close" && agent;
      const sent = request(
        { host: hostname, port, agent: kept, method, path: target, headers, timeout: PATIENCE_MS },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
          response
            .on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: text }))
            .on("error", reject);
        },
      );
      sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer in time")));
      sent.end(body);
    });
  return {
    send: (one) =>
      one.version === "1.0"
        ? askOld(hostname, port, one)
        : ask({ ...one, headers: { ...one.headers, "x-marker": MARKER } }),
    async setScene(message) {
      const body = JSON.stringify(message);
      const { status, body: text } = await ask({
        method: "POST",
        target: "/__scene",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        body,
      });
      if (status !== 200) throw new Error(`the fixture cannot set the scene: ${status} ${text}`);
    },
    end: () => agent.destroy(),
  };
}

/** HTTP/1.0 without a Host, as old probers speak it: the answer ends with the connection. */
function askOld(host, port, { method, target }) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS }, () =>
      socket.write(`${method} ${target} HTTP/1.0\r\n\r\n`),
    );
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      // Some servers leave the connection open even so.
      const [head, body] = text.split("\r\n\r\n", 2);
      const length = /^content-length: *(\d+)/im.exec(head)?.[1];
      if (body !== undefined && length !== undefined && (method === "HEAD" || Buffer.byteLength(body) >= +length))
        socket.end();
    });
    socket.on("timeout", () => socket.destroy(new Error("no answer in time"))).on("error", reject);
    socket.on("close", () => {
      const [head = "", body = ""] = text.split("\r\n\r\n", 2);
      const [line = "", ...fields] = head.split("\r\n");
      const headers = Object.fromEntries(
        fields.map((field) => [
          field.slice(0, field.indexOf(":")).toLowerCase(),
          field.slice(field.indexOf(":") + 1).trim(),
        ]),
      );
      resolve({ status: Number(line.split(" ")[1]), headers, body });
    });
  });
}
