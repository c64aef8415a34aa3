/** The URL that a line asks; curl and wget put http:// before one that has no scheme. */
export function urlIn(
  line: string,
): { readonly host: string; readonly path: string; readonly text: string } | undefined {
  const whole = /\bhttps?:\/\/([^\s/"'`)|;&<>]+)(\/[^\s"'`;|)<>]*)?/.exec(line);
  if (whole) return { host: whole[1] ?? "", path: whole[2] ?? "/", text: whole[0] };
  const bare =
    /\b(?:curl|wget)\b[^|;&]*?\s["']?((?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[::1\]|[a-z][\w.-]*):(?:\d+|\$\{?\w+\}?)|localhost|\d{1,3}(?:\.\d{1,3}){3})(\/[^\s"'`;|)<>]*)?(?=["'\s;|&]|$)/.exec(
      line,
    );
  return bare ? { host: bare[1] ?? "", path: bare[2] ?? "/", text: `${bare[1]}${bare[2] ?? ""}` } : undefined;
}
