import { BODY, headersOf } from "./answers.mjs";

export default {
  fetch({ method, url }) {
    const headers = headersOf(url.endsWith("/live") ? "/status/live" : "/status");
    return method === "GET" ? new Response(BODY, { status: 200, headers }) : new Response(null);
  },
};
