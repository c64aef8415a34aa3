import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { MiddlewareHandler } from "hono";
import { fingerprintOf } from "../signal/fingerprint.ts";
import { MalformedError } from "../signal/signal-type.ts";
import { problem } from "./problem.ts";

/** What a request brought: an image, or JSON. */
export type Upload =
  | { readonly kind: "image"; readonly name: string; readonly md5: string; readonly pdq: string | undefined }
  | { readonly kind: "json"; readonly value: Readonly<Record<string, unknown>> };

const MAX_BYTES = 8 * 1024 * 1024;

/** Refuses bodies over 8 MB. */
export const limitBody: MiddlewareHandler = bodyLimit({
  maxSize: MAX_BYTES,
  onError: (context) => problem(context, 413, "Too large", "the body may have at most 8 MB"),
});

/**
 * Reads the body: JSON, a multipart form with the file `image`, or an image as it is.
 *
 * @throws MalformedError that says what is accepted
 */
export async function readUpload(context: Context): Promise<Upload> {
  const type = context.req.header("content-type") ?? "";
  if (type.startsWith("multipart/form-data")) {
    const form = await context.req.formData().catch((cause: unknown) => {
      throw new MalformedError("the form cannot be read", { cause });
    });
    const file = form.get("image");
    if (!(file instanceof Blob)) throw new MalformedError('the form must bring a file named "image"');
    const name = "name" in file && typeof file.name === "string" ? file.name : "image";
    return imageOf(name, await file.arrayBuffer());
  }
  if (type.startsWith("image/")) return imageOf("image", await context.req.arrayBuffer());
  return { kind: "json", value: await readJson(context) };
}

function imageOf(name: string, file: ArrayBuffer): Upload {
  return { kind: "image", name: name.slice(0, 200), ...fingerprintOf(new Uint8Array(file)) };
}

async function readJson(context: Context): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = await context.req.json().catch((cause: unknown) => {
    throw new MalformedError("the body must be JSON, or a form with an image", { cause });
  });
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MalformedError("the body must be a JSON object");
  return { ...value };
}

/** A property as a string, if it is one. */
export function textOf(value: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const text = value[key];
  return typeof text === "string" ? text : undefined;
}
