import { UsageError, type Io } from "../io.ts";
export function runDoctor(_files: readonly string[], _flags: object, _io: Io): Promise<number> {
  return Promise.reject(new UsageError("doctor takes at least one file"));
}
