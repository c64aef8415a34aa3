import type { Api, Case, Client, Seen } from "./kit.ts";

/** Runs one case; gives why it failed. */
export async function runCase(
  api: Api,
  one: Case,
  index: number,
  base: string,
  other: string,
): Promise<string | undefined> {
  const client: Client = {
    ...api,
    url: `${base}/${index}/data?token=secret`,
    otherUrl: `${other}/${index}/data`,
    seen: async () => (await (await fetch(`${base}/__seen/${index}`)).json()) as readonly Seen[],
    connections: async (count) => Number(await (await fetch(`${base}/__open/${index}/${count}`)).text()),
  };
  try {
    await one.run(client);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
