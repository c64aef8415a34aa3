// npm run bench:simulate: a thousand replicas for a day that refresh every minute, in all variants of a scenario.
import { playScenario } from "../cli/dist/simulate/index.js";

const REPLICAS = 1_000;

// A name as an argument plays another scenario, such as source-outage, whose outage grows to sixteen hours of retries.
const [, , scenario = "herd"] = process.argv;

const begun = performance.now();
const cpu = process.cpuUsage();
const { variants } = await playScenario(scenario, { replicas: REPLICAS, duration: "1d", loadTime: "5s" });
const { user, system } = process.cpuUsage(cpu);
const loads = variants.reduce((sum, { figures }) => sum + figures.loads, 0);
const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
const busy = (user + system) / 1e6;
const memory = Math.round(process.resourceUsage().maxRSS / 1_024);
console.log(
  `${scenario}: ${variants.length} variants, ${loads} loads, ${seconds} s (${busy.toFixed(1)} s of CPU, ${((1e6 * busy) / loads).toFixed(1)} µs a load), ${memory} MB at most`,
);
