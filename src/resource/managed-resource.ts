import { handled } from "../option/call-safely.ts";
import { bindMethods, keepSelf } from "./bind-methods.ts";
import { checkGetOptions, checkReloadOptions } from "./check-call.ts";
import { LoadingResource } from "./loading-resource.ts";
import type { Host } from "./host.ts";
import type { ResourceOptions } from "./options.ts";
import type { GetOptions, Resource } from "./resource.ts";
import { snapshotOf, type Snapshot } from "./snapshot.ts";
import type { ReloadOptions } from "./waiters.ts";

const METHODS = ["get", "peek", "snapshot", "reload", "invalidate", "unload", "subscribe", "close"] as const;

/**
 * One resource. Users see it as `Resource`. It is the last of four classes. It is a class, because ten thousand
 * resources must need less than 1 KiB each.
 */
export class ManagedResource<T> extends LoadingResource<T> implements Resource<T> {
  constructor(name: string, options: ResourceOptions<T>, host: Host) {
    super(name, options, host);
    keepSelf(this);
    // At the first resource, because a static block would keep the class in every bundle.
    bindMethods(ManagedResource.prototype, METHODS);
  }

  /** Marks a resource, because `instanceof` fails with two copies of the package in one process. */
  get kind(): "health-state.resource" {
    return "health-state.resource";
  }

  get(options?: GetOptions): Promise<T> {
    if (options === undefined) {
      const resolved = this.resolved;
      if (resolved) return resolved;
    }
    const checked = checkGetOptions(options);
    if (this.resolved && checked.maxAge === Infinity) return this.resolved;
    return handled(this.host.driver.get(this, checked));
  }

  peek(): T | undefined {
    return this.facts.held?.value;
  }

  snapshot(): Snapshot<T> {
    return snapshotOf<T>(this, this.host.syncNow());
  }

  reload(options?: ReloadOptions): Promise<Snapshot<T>> {
    return handled(this.host.driver.reload(this, checkReloadOptions(options)));
  }

  invalidate(): void {
    this.commit({ type: "invalidate" });
  }

  unload(): void {
    this.slot.unloadedRun = this.slot.lastRun;
    this.giveUp({ type: "unload" }, undefined);
    this.judgeStored("unloaded");
  }

  close(): void {
    if (this.isClosed) return;
    this.end();
    this.host.remove(this);
    this.unload();
    this.disposeDue();
  }
}
