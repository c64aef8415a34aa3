import type { Balancer } from "./balancer.ts";

/** What became of the requests of one second. */
export interface Second {
  sold: number;
  /** Bread was given away, because of a bad revision. */
  givenAway: number;
  refused: number;
}

/** A steady load, as customers make it. */
export interface Traffic {
  /** The last minute, the oldest second first. */
  readonly seconds: readonly Second[];
  /** Since the start. */
  readonly total: Second;
  stop(): Promise<void>;
}

const BUYERS = 3;
const PAUSE_MS = 40;
const MINUTE = 60;

/** Buys bread through the balancer, some fifty times a second. */
export function startTraffic(balancer: Balancer): Traffic {
  const none = (): Second => ({ sold: 0, givenAway: 0, refused: 0 });
  const total = none();
  const seconds: Second[] = [none()];
  let isOver = false;
  /** Nobody comes before the shop has opened for the first time. */
  let isOpen = false;

  const buy = async (): Promise<void> => {
    while (!isOver) {
      const { status, body } = await balancer.ask("/bread");
      isOpen ||= status === 200;
      const kind = status !== 200 ? "refused" : body.includes('"price":0') ? "givenAway" : "sold";
      const now = seconds.at(-1);
      if (isOpen) total[kind]++;
      if (isOpen && now) now[kind]++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const buyers = Array.from({ length: BUYERS }, buy);
  const timer = setInterval(() => {
    seconds.push(none());
    if (seconds.length > MINUTE) seconds.shift();
  }, 1_000);
  return {
    seconds,
    total,
    async stop() {
      isOver = true;
      clearInterval(timer);
      await Promise.all(buyers);
    },
  };
}
