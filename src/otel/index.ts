export { instrument, type InstrumentOptions } from "./instrument.ts";
export { traced } from "./traced.ts";
export type {
  Attributes,
  CounterLike,
  HistogramLike,
  MeterLike,
  MetricOptions,
  ObservableLike,
  SpanLike,
  SpanStart,
  TracerLike,
} from "./api.ts";
export type { SizeFunction, SizeFunctions } from "../observe/read-gauges.ts";
