import { ProviderEvents, ProviderStatus } from "@openfeature/server-sdk";
import { unchanged } from "health-state";

/** A resource for a library that refreshes its own data. Its state follows the state of the provider. */
export function flagsOf(health, client) {
  const flags = health.resource("flags", {
    load({ previous }) {
      // STALE, ERROR and NOT_READY fail the load. Then the age of the current flags grows.
      if (client.providerStatus !== ProviderStatus.READY) throw new Error(`the provider is ${client.providerStatus}`);
      return previous ? unchanged() : client;
    },
    refreshEvery: "10s",
    refuseAfter: "10m",
  });
  client.addHandler(ProviderEvents.Ready, () => void flags.reload().catch(() => {}));
  client.addHandler(ProviderEvents.Stale, () => flags.invalidate());
  client.addHandler(ProviderEvents.Error, () => flags.invalidate());
  return flags;
}
