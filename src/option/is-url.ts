/** Whether it is a URL. A Proxy may throw here. Then it is no URL. */
export function isUrl(given: unknown): given is URL {
  try {
    return given instanceof URL;
  } catch {
    return false;
  }
}
