// Netlify's edge, as near as it can be had: the function in Deno, with the parts of its context that it uses.
const [file] = Deno.args;
globalThis.Netlify = { env: { get: (name) => Deno.env.get(name) } };
const { default: handle, config } = await import(new URL(file, `file://${Deno.cwd()}/`).href);
if (config.path !== "/*") throw new Error("it does not see every request");

const context = {
  waitUntil(promise) {
    if (this !== context) throw new TypeError("Illegal invocation");
    void promise.catch(() => {});
  },
  /** The site behind the function. */
  next: async () => new Response("Rates", { headers: { "x-later": "yes" } }),
};
Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT")) }, (request) => handle(request, context));
