// The global types `Disposable` and `AsyncDisposable` exist only in projects whose `lib` has `esnext.disposable`, or that
// have `@types/node`. Other projects must compile too, so the names of the two symbols are looked up in `Symbol` itself.

/** The method that `using` calls at the end of a block. The type is empty in a project without `Symbol.dispose`. */
export type UsingDisposable = {
  readonly [K in SymbolOf<"dispose">]: () => void;
};

/**
 * The method that `await using` calls at the end of a block. The type is empty in a project without
 * `Symbol.asyncDispose`.
 */
export type UsingAsyncDisposable = {
  readonly [K in SymbolOf<"asyncDispose">]: () => Promise<void>;
};

/** The type of `Symbol[Name]`; `never` in a project that does not know it. */
export type SymbolOf<Name extends string> = SymbolConstructor extends { readonly [N in Name]: infer S extends symbol }
  ? S
  : never;
