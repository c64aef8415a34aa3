import { UsageError } from "./io.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "is a folder. Pass the files in it",
  EACCES: "you may not read it",
};

/**
 * Returns the text of a file, without a byte order mark.
 *
 * @throws UsageError with the reason if the file cannot be read
 */
export async function readText(file: string, read: (file: string) => string | Promise<string>): Promise<string> {
  try {
    return (await read(file)).replace(/^\uFEFF/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new UsageError(`${file}: ${REASONS[code] ?? "cannot be read"}`);
  }
}
