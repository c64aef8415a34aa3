/** Whether it is a URL. A Proxy may throw when it is asked what it is, and is none then. */
export function isUrl(given: unknown): given is URL {
  try {
    return given instanceof URL;
  } catch {
    return false;
  }
}
