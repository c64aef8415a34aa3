export type { Facts, Reading, Workload } from "./model/spec.ts";
export { rehearse, type Rehearsal } from "./play/rehearse.ts";
export { sweepsOf } from "./play/sweep.ts";
export { workloadsOf } from "./read/workloads.ts";
export { scenarioSweepOf } from "./play/scenario-sweep.ts";
export { toHtml, type HtmlPart } from "./report/html.ts";
export { scenarioPage } from "./report/scenario-page.ts";
export { pageOf } from "./report/text.ts";
