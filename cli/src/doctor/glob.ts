/** Whether a pattern fits a path: `*` within a folder, `**` across folders, `?` for one character. */
export function matchesGlob(pattern: string, path: string): boolean {
  const plain = path.replaceAll("\\", "/").replace(/^\.\//, "");
  const source = pattern
    .replace(/^\.\//, "")
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      return part === "?" ? "[^/]" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
    })
    .join("");
  return new RegExp(`^(?:.*/)?${source}$`).test(plain);
}
