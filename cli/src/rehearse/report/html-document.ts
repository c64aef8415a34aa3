import { STYLE } from "./html-style.ts";

/** Creates a complete page. It loads nothing, supports light and dark mode, and fits a phone. */
export function documentOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** Embeds an SVG as an image. Its styles and patterns then do not affect other images. */
export function imageOf(svg: string, alternative: string): string {
  return `<img alt="${escaped(alternative)}" src="data:image/svg+xml,${encodeURIComponent(svg)}">`;
}

/** Escapes a text for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
