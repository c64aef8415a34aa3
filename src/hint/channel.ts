import { toSafeText } from "../option/invalid-option.ts";
import type { PartHost } from "../resource/part.ts";
import { backoffOf } from "../state/schedule.ts";
import type { SubscribeHints } from "./subscribe-hints.ts";

/** An echo that takes longer counts as a loss, in ms. */
const ECHO_MS = 10_000;
/** A channel that takes longer to open counts as lost, in ms, because the other end may never answer. */
const OPEN_MS = 30_000;
/** The longest wait before a lost channel is opened again, in ms. */
const MOST_WAIT_MS = 30_000;

/** The parts of a channel. */
export interface ChannelParts {
  readonly subscribe: SubscribeHints;
  /** `Infinity` for never. */
  readonly echoEveryMs: number;
  readonly hint: (revision?: unknown) => void;
}

/** A channel that is opened again after each loss. */
export interface Channel {
  /** Opens it. A second call does nothing. */
  begin(): void;
  end(): void;
}

/** Creates a channel. Nothing is opened before `begin()`. */
export function openChannel<T>(resource: PartHost<T>, { subscribe, echoEveryMs, hint }: ChannelParts): Channel {
  const { host } = resource;
  const { clock } = host;
  let isBegun = false;
  let isEnded = false;
  let attempts = 0;
  let current: AbortController | undefined;
  let condition: "connected" | "lost" | undefined;
  let cancel = (): void => {};

  const tell = (result: "connected" | "lost", reason?: string): void => {
    if (condition === result) return;
    condition = result;
    resource.note({ hints: result });
    resource.announce({ type: "hints", result, ...(reason !== undefined && { reason }) }, resource.now());
  };

  /** Closes a lost channel, and opens it again later. */
  const lose = (channel: AbortController, connectedAt: number | undefined, reason: unknown): void => {
    if (current !== channel || isEnded) return;
    current = undefined;
    cancel();
    channel.abort();
    tell("lost", toSafeText(reason instanceof Error ? reason.message : reason));
    // If a channel is lost soon after it opened, the pauses must keep growing.
    if (connectedAt !== undefined && resource.now() - connectedAt > MOST_WAIT_MS) attempts = 0;
    const waitMs = backoffOf(++attempts, MOST_WAIT_MS, clock.random());
    cancel = clock.setTimer(() => host.defer(open), waitMs, false);
  };

  const watchEcho = (channel: AbortController, echo: () => Promise<unknown>, connectedAt: number): void => {
    if (echoEveryMs === Infinity || current !== channel) return;
    cancel = clock.setTimer(
      () => {
        if (current !== channel) return;
        cancel = clock.setTimer(() => lose(channel, connectedAt, "the echo took longer than 10 s"), ECHO_MS, false);
        host.defer(() => void answer());
      },
      echoEveryMs,
      false,
    );
    const answer = async (): Promise<void> => {
      try {
        await echo();
      } catch (error) {
        return lose(channel, connectedAt, error);
      }
      if (current !== channel) return;
      cancel();
      watchEcho(channel, echo, connectedAt);
    };
  };

  const connect = async (channel: AbortController): Promise<void> => {
    const heard = (revision?: unknown): void => {
      if (current === channel) hint(revision);
    };
    cancel = clock.setTimer(() => lose(channel, undefined, "it did not open within 30 s"), OPEN_MS, false);
    try {
      const { closed, echo } = (await subscribe(heard, { signal: channel.signal })) ?? {};
      if (current !== channel) return;
      cancel();
      const connectedAt = resource.now();
      tell("connected");
      // Messages may have been lost before the connection.
      hint();
      if (closed) {
        const over = (reason: unknown): void =>
          lose(channel, connectedAt, reason instanceof Error ? reason : "the channel was closed");
        Promise.resolve(closed).then(over, over);
      }
      if (echo) watchEcho(channel, echo, connectedAt);
    } catch (error) {
      lose(channel, undefined, error);
    }
  };

  const open = (): void => {
    if (isEnded) return;
    const channel = new AbortController();
    current = channel;
    void connect(channel);
  };

  return {
    begin() {
      if (isBegun || isEnded) return;
      isBegun = true;
      host.defer(open);
    },
    end() {
      isEnded = true;
      cancel();
      current?.abort();
      current = undefined;
    },
  };
}
