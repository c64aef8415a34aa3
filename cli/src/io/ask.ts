import type { Fetched } from "./io.ts";

/** More than any probe, document or page about a service needs. */
const MOST_BYTES = 4 * 2 ** 20;

/** An answer must be there by then. */
const MOST_MS = 10_000;

/**
 * Asks a URL by GET. A redirect is refused, because a probe is answered where it is asked, and so is a body that does not
 * end.
 *
 * @throws Error with the reason if there is no answer, or none that is of use
 */
export async function ask(url: string, accept: string, interrupted?: AbortSignal): Promise<Fetched> {
  const aborts = new AbortController();
  const abort = (reason: string): void => aborts.abort(new Error(reason));
  const timer = setTimeout(() => abort(`no answer within ${MOST_MS / 1_000} s`), MOST_MS);
  const interrupt = (): void => abort("interrupted");
  if (interrupted?.aborted) interrupt();
  interrupted?.addEventListener("abort", interrupt);
  try {
    const response = await fetch(url, { headers: { accept }, redirect: "manual", signal: aborts.signal });
    const to = response.headers.get("location");
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new Error(`it redirects to ${to ?? "nowhere"} (${response.status}), and probes do not follow redirects`);
    }
    return {
      status: response.status,
      contentType: response.headers.get("content-type") ?? "",
      body: await textOf(response),
      state: response.headers.get("health-state") ?? undefined,
    };
  } finally {
    clearTimeout(timer);
    interrupted?.removeEventListener("abort", interrupt);
  }
}

async function textOf({ body }: Response): Promise<string> {
  if (!body) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      throw new Error(`its answer is longer than ${MOST_BYTES / 2 ** 20} MB`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
