import type { Ink } from "./svg-style.ts";

export const WIDTH: number = 800;
export const LEFT: number = 92;
export const PLOT: number = 688;
export const ROW: number = 12;
export const BANDS: number = 96;
export const LOADS: number = 36;
/** The number of characters that fit into the width. */
export const LINE: number = 112;

/** The current position of the drawing. */
export class Page {
  y = 14;
  readonly #drawn: string[];

  constructor(drawn: string[]) {
    this.#drawn = drawn;
  }

  down(by: number): void {
    this.y += by;
  }

  add(element: string): void {
    this.#drawn.push(element);
  }

  text(text: string, style: string, height: number): void {
    this.label(12, this.y + height - 6, text, style);
    this.down(height);
  }

  label(x: number, y: number, text: string, style: string, anchor?: "middle" | "end"): void {
    const attributes = `${style === "" ? "" : ` class="${style}"`}${anchor ? ` text-anchor="${anchor}"` : ""}`;
    this.add(`<text x="${short(x)}" y="${short(y)}"${attributes}>${escaped(text)}</text>`);
  }

  box(x: number, width: number, height: number, ink: Ink): void {
    this.add(
      `<rect x="${short(x)}" y="${short(this.y)}" width="${short(width)}" height="${height}" fill="url(#${ink})"/>`,
    );
  }
}

export function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
