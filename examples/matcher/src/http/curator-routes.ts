import { Hono } from "hono";
import { addContents, createBank, deleteBank, deleteContent, type NewContent } from "../db/bank-store.ts";
import type { Database } from "../db/database.ts";
import { MalformedError, parseSignal } from "../signal/signal-type.ts";
import { problem } from "./problem.ts";
import { sameSite } from "./same-site.ts";
import { limitBody, readUpload, textOf, type Upload } from "./upload.ts";

/** The curator's routes, `/c/*`: they change the banks; the index follows with its next build. */
export function curatorRoutes(database: Database): Hono {
  const app = new Hono();

  app.use("*", sameSite);
  app.use("*", limitBody);

  app.post("/bank", async (context) => {
    const name = bankNameOf(await readUpload(context));
    if (!(await createBank(database, name)))
      return problem(context, 409, "Conflict", `there is a bank ${name} already`);
    return context.json({ name }, 201);
  });

  app.post("/bank/:name/content", async (context) => {
    const content = contentOf(await readUpload(context));
    const name = context.req.param("name");
    const id = await addContents(database, name, [content]);
    if (id === undefined) return problem(context, 404, "Not found", "there is no such bank");
    return context.json({ bank: name, content_id: id, ...content }, 201);
  });

  app.delete("/bank/:name", async (context) => {
    const gone = await deleteBank(database, context.req.param("name"));
    return gone ? context.body(null, 204) : problem(context, 404, "Not found", "there is no such bank");
  });

  app.delete("/bank/:name/content/:id", async (context) => {
    const id = idOf(context.req.param("id"));
    const gone = await deleteContent(database, context.req.param("name"), id);
    return gone ? context.body(null, 204) : problem(context, 404, "Not found", "there is no such content in that bank");
  });

  return app;
}

function bankNameOf(upload: Upload): string {
  const name = upload.kind === "json" ? textOf(upload.value, "name") : undefined;
  if (name === undefined || !/^[a-z0-9][a-z0-9_-]{0,62}$/i.test(name))
    throw new MalformedError('the body must be {"name": …}, of 1 to 63 letters, digits, "_" and "-"');
  return name;
}

function contentOf(upload: Upload): NewContent {
  if (upload.kind === "image") return { label: upload.name, md5: upload.md5, pdq: upload.pdq };
  const { type, hex } = parseSignal(textOf(upload.value, "signal_type"), textOf(upload.value, "signal"));
  return { label: (textOf(upload.value, "label") ?? hex).slice(0, 200), [type]: hex };
}

/** The database counts to 2^31 - 1. */
function idOf(text: string): number {
  const id = Number(text);
  if (!/^[0-9]{1,10}$/.test(text) || id > 0x7fff_ffff) throw new MalformedError("a content's id is a whole number");
  return id;
}
