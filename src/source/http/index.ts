export { fromHttp } from "./from-http.ts";
export { fromPointer, type PointerOptions } from "./from-pointer.ts";
export type { AnswerNote, BodyForms, HttpOptions, Json, RequestOptions } from "./options.ts";
export type { FetchLike, HeadersLike } from "./target.ts";
