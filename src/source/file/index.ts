export { bytes } from "../../store/bytes.ts";
export { fileStore } from "../../store/file/file-store.ts";
export { v8 } from "../../store/file/v8.ts";
export { json, type Conversion } from "../../store/json.ts";
export type { RecordOptions } from "../../store/record.ts";
export { fileHints, type FileSubscribe } from "./file-hints.ts";
export {
  fromFile,
  fromFiles,
  type FileAbout,
  type FileBody,
  type FileLoader,
  type FileOptions,
  type Json,
} from "./from-file.ts";
