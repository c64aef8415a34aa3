/** Waits until something is so, for at most three minutes. */
export async function until(what: string, isSo: () => Promise<boolean>, isEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + 180_000; !(await isSo());) {
    if (isEnded()) throw new Error(`it ended before this was so: ${what}`);
    if (Date.now() > end) throw new Error(`three minutes were not enough: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
