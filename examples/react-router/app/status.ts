import { health } from "./rates.server";

interface Args {
  readonly request: Request;
}

/** GET and HEAD. */
export const loader = ({ request }: Args): Response => health.fetch(request);

/** Every other method: 405. */
export const action = ({ request }: Args): Response => health.fetch(request);
