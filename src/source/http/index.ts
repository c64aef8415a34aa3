export { fromHttp } from "./from-http.ts";
export { fromPointer, type PointerOptions } from "./from-pointer.ts";
export type { AnswerNote, BodyForms, FetchLike, HeadersLike, Json } from "./http-source.ts";
export type { HttpOptions, RequestOptions } from "./options.ts";
