/** Something that can be killed and started again. */
export interface Breakable {
  readonly isUp: boolean;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, if it is down. */
  heal(): Promise<void>;
}

/** Changes one thing, one change after the other: what is being started cannot be started again. */
export function changesOf(thing: Breakable, tell: (what: string) => void): (how: "kill" | "heal") => Promise<void> {
  let last = Promise.resolve();
  const change = async (how: "kill" | "heal"): Promise<void> => {
    if (thing.isUp === (how === "heal")) return;
    tell(how === "kill" ? "is killed" : "is started again");
    await thing[how]();
  };
  return (how) => {
    const next = last.then(() => change(how));
    last = next.catch(() => {});
    return next;
  };
}
