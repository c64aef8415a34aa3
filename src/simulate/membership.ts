import { createDue } from "./queue.ts";
import type { MetFate, Rotation, Router } from "./router.ts";
import type { Stage } from "./stage.ts";

/** Where a router has one replica, and what a request to it meets. */
export class Membership {
  /** Where the router has it now. */
  rotation: Rotation = "out";
  /** It will not come back; once it is out it is no member any more. */
  over = false;
  readonly #stage: Stage;
  readonly #router: Router;
  readonly #replica: number;
  readonly #moved: () => void;
  /** Where it will be once the news is everywhere. */
  #told: Rotation = "out";
  #fate: MetFate = "lost";

  constructor(stage: Stage, router: Router, replica: number, moved: () => void) {
    this.#stage = stage;
    this.#router = router;
    this.#replica = replica;
    this.#moved = moved;
    router.set(replica, { rotation: "out", fate: "lost" }, stage.queue.now);
  }

  /** The platform says where it belongs; the router follows later. */
  tell(rotation: Rotation): void {
    if (rotation === this.#told) return;
    this.#told = rotation;
    const { queue, world } = this.#stage;
    const due = createDue(0, this.#stage.order(), () => this.#place(rotation));
    queue.put(due, queue.now + world.propagationMs);
  }

  /** The router itself decides. */
  place(rotation: Rotation): void {
    this.#told = rotation;
    this.#place(rotation);
  }

  /** What requests meet from now on. */
  meet(fate: MetFate): void {
    if (fate === this.#fate) return;
    this.#fate = fate;
    this.#write();
  }

  /** The replica is gone for good. */
  end(): void {
    this.over = true;
    this.#write();
  }

  #place(rotation: Rotation): void {
    if (rotation === this.rotation) return;
    this.rotation = rotation;
    this.#write();
    this.#stage.record.ready(this.#router.ready, this.#stage.queue.now);
    this.#moved();
  }

  #write(): void {
    const isOut = this.over && this.rotation === "out";
    const standing = isOut ? undefined : { rotation: this.rotation, fate: this.#fate };
    this.#router.set(this.#replica, standing, this.#stage.queue.now);
  }
}
