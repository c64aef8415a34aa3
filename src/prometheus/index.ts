export { collect, type CollectOptions } from "./collect.ts";
export type { MetricLike, RegisterLike } from "./register.ts";
export type { SizeFunction, SizeFunctions } from "../observe/read-gauges.ts";
