import { health } from "../../../rates";

export const dynamic = "force-dynamic";

const answer = (request: Request): Response => health.fetch(request);

// All of them, so that the library says 405 with its own headers.
export { answer as GET, answer as HEAD, answer as POST, answer as PUT };
export { answer as PATCH, answer as DELETE, answer as OPTIONS };
