// A Worker that runs some of the cases within one request.
import { runAll } from "./cases.mjs";

export async function answer(request) {
  const query = new URL(request.url).searchParams;
  const [base, other, runtime] = ["base", "other", "runtime"].map((name) => query.get(name));
  const [first, last] = ["first", "last"].map((name) => Number(query.get(name)));
  return new Response(JSON.stringify(await runAll(base, other, runtime, first, last)));
}

export default { fetch: answer };
