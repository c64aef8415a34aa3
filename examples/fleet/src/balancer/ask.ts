import { Agent, request } from "node:http";

/** An answer to one request. */
export interface Answer {
  /** 0 where nobody answers. */
  readonly status: number;
  readonly body: string;
}

const AGENT = new Agent({ keepAlive: true });

/** Asks a server of this machine. It never rejects. */
export function ask(port: number, path: string, timeout = 10_000): Promise<Answer> {
  return new Promise((resolve) => {
    const none = (): void => resolve({ status: 0, body: "" });
    const asked = request({ host: "127.0.0.1", port, path, timeout, agent: AGENT }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", none);
    });
    asked.on("error", none);
    asked.on("timeout", () => asked.destroy());
    asked.end();
  });
}

/** The JSON of a page of one of our own servers; `undefined` where it does not answer with 200. */
export async function askJson<T>(port: number, path: string): Promise<T | undefined> {
  const { status, body } = await ask(port, path, 1_500);
  if (status !== 200) return undefined;
  const json: T = JSON.parse(body);
  return json;
}
