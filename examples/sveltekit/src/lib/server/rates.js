import { createHealth, singleton } from "health-state";

const source = process.env.RATES_URL ?? "http://127.0.0.1:5199/rates.json";

// `vite dev` loads this anew on every edit: one name, one state.
export const { health, rates } = singleton("rates", () => {
  const health = createHealth();
  const rates = health.resource("rates", {
    load: async ({ signal }) => {
      const response = await fetch(source, { signal });
      if (!response.ok) throw new Error(`the source answered ${response.status}`);
      return new Map(Object.entries(await response.json()));
    },
    refreshEvery: "5m",
    staleAfter: "11m",
    refuseAfter: "1h",
  });
  return { health, rates };
});
