import { connect, type ClientHttp2Session } from "node:http2";

/** How the requests of a client went. */
export interface Tally {
  answered: number;
  /** Errors of requests that were sent. */
  readonly lost: string[];
}

/**
 * A client that keeps four requests in flight on one session, until the server says that it goes. It asks
 * on a new session then, as long as it gets one.
 */
export async function keepAsking(url: string, tally: Tally, enough: () => void): Promise<void> {
  for (;;) {
    const session = connect(url, { rejectUnauthorized: false });
    session.on("error", () => {});
    const connected = await new Promise<boolean>((resolve) =>
      session.once("connect", () => resolve(true)).once("close", () => resolve(false)),
    );
    if (!connected) return;
    const closed = new Promise((resolve) => session.once("close", resolve));
    await Promise.all(Array.from({ length: 4 }, () => askOn(session, tally, enough)));
    await closed;
  }
}

async function askOn(session: ClientHttp2Session, tally: Tally, enough: () => void): Promise<void> {
  while (!session.closed && !session.destroyed) {
    const stream = session.request({ ":path": "/work" });
    const outcome = await new Promise<string>((resolve) => {
      let status = 0;
      stream.on("response", (headers) => (status = headers[":status"] ?? 0));
      stream.on("error", (error) =>
        resolve(`${error.message}, stream ${stream.id}, ${session.closed ? "after" : "before"} GOAWAY`),
      );
      stream.on("close", () => resolve(`${status}`));
      stream.resume();
    });
    if (outcome === "200") tally.answered++;
    else tally.lost.push(outcome);
    if (tally.answered === 50) enough();
  }
}
