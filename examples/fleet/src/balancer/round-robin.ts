import { ask } from "./ask.ts";
import { CHECK_MS, FALL, type Balancer, type Server } from "./balancer.ts";

/** The same in a few lines, for machines without HAProxy. */
export function startRoundRobin(servers: readonly Server[]): Balancer {
  const failures = new Map<string, number>();
  let turn = 0;
  const isUp = ({ name }: Server): boolean => (failures.get(name) ?? FALL) < FALL;
  const check = async ({ name, port }: Server): Promise<void> => {
    const { status } = await ask(port, "/status");
    failures.set(name, status === 200 ? 0 : (failures.get(name) ?? FALL) + 1);
  };
  const timer = setInterval(() => void Promise.all(servers.map(check)), CHECK_MS);
  return {
    name: "the demo itself, because HAProxy is not installed",
    async ask(path) {
      const up = servers.filter(isUp);
      for (let tries = 0; tries < up.length; tries++) {
        const server = up[turn++ % up.length];
        const answer = server && (await ask(server.port, path));
        // One that is killed loses what it was asked. The next one is asked then.
        if (answer?.status) return answer;
      }
      return { status: 503, body: "no replica is in" };
    },
    servers: () => Promise.resolve(new Set(servers.filter(isUp).map(({ name }) => name))),
    close() {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}
