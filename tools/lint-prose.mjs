// Holds the prose of the docs to what a machine can hold: short sentences, no old-fashioned words, short lines.
// In comments, and in the pages of the other packages, it looks for the words alone.
//   node tools/lint-prose.mjs [file …]     every page and source, unless files are named
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const MOST_WORDS = 30;
const MOST_COLUMNS = 120;

/** Words that make a reader read twice, and what to write instead. */
const FORBIDDEN = [
  [/\bwhoever\b/i, "name who it is"],
  [/\bwhatever\b/i, "say which"],
  [/\bwhichever\b/i, "say which"],
  [/\bwherever\b/i, "say where"],
  [/\bthose who\b/i, "name who it is"],
  [/\bhe who\b/i, "name who it is"],
  [/\bthere(?:of|in|by|upon|with)\b/i, "name the thing"],
  [/\bhere(?:of|in|by|upon|with)\b/i, "name the thing"],
  [/\bwhere(?:of|in|upon|with)\b/i, "name the thing"],
  [/\bof which\b/i, "begin a second sentence"],
  [/\b(?:lest|hence|thus|albeit|hitherto|forgo|henceforth)\b/i, "use a plain word"],
];

/** The pages that are held to all of it: those of the library. */
const PAGES =
  /^(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^docs\/.*\.md$|^(test\/model|tools\/mutation)\/README\.md$/;

/** What is held to the words alone. */
const WORDS_ALONE = /^(cli|examples)\/(?!.*\btest\/).*\.md$|^(src|adapters|(cli|examples\/[^/]+)\/src)\/.*\.ts$/;

/** Every file that is held. */
function heldFiles() {
  const all = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md", "*.ts"], { encoding: "utf8" });
  return all.split("\n").filter((file) => PAGES.test(file) || WORDS_ALONE.test(file));
}

const named = process.argv.slice(2);
const files = named.length ? named : heldFiles();

/** The lines of a page without its code, which is blanked so that line numbers stay. */
function proseOf(text) {
  let isCode = false;
  return text.split("\n").map((line) => {
    if (/^\s*```/.test(line)) {
      isCode = !isCode;
      return "";
    }
    return isCode ? "" : line.replace(/`[^`]*`/g, "code");
  });
}

/** What a reader reads in one go: a paragraph, an item of a list, a cell of a table. Each with its first line. */
function blocksOf(lines) {
  const blocks = [];
  let open;
  lines.forEach((line, index) => {
    const text = line.trim();
    if (text === "" || /^#|^\|?[-|: ]+\|$/.test(text)) open = undefined;
    else if (text.startsWith("|")) {
      for (const cell of text.split("|")) blocks.push({ at: index + 1, text: cell });
      open = undefined;
    } else if (open && !/^([-*]|\d+\.) /.test(text)) open.text += ` ${text}`;
    else blocks.push((open = { at: index + 1, text: text.replace(/^([-*]|\d+\.) /, "") }));
  });
  return blocks;
}

/** The sentences of a text. The target of a link is no part of it. */
function sentencesOf(text) {
  return text.replace(/\]\([^)]*\)/g, "]").split(/(?<=[.!?:;])["'*)_]*\s+/);
}

/** The old-fashioned words in a text, as `file:line: what`. */
function wordsIn(file, prose) {
  return prose.flatMap((line, index) =>
    FORBIDDEN.flatMap(([word, instead]) => {
      const [said] = word.exec(line) ?? [];
      return said === undefined ? [] : `${file}:${index + 1}: "${said}": ${instead}`;
    }),
  );
}

/** What is wrong in a page. */
function findingsIn(file, text) {
  const lines = text.split("\n");
  const prose = proseOf(text);
  const words = wordsIn(file, prose);
  if (WORDS_ALONE.test(file)) return words;
  const found = [];
  lines.forEach((line, index) => {
    // A table row cannot be broken, nor can a link, nor code that was measured elsewhere.
    const isFree = line.startsWith("|") || prose[index] === "" || /^\s*\S+$/.test(line);
    if (line.length > MOST_COLUMNS && !isFree)
      found.push(`${file}:${index + 1}: ${line.length} columns, more than ${MOST_COLUMNS}`);
  });
  found.push(...words);
  for (const { at, text: block } of blocksOf(prose))
    for (const sentence of sentencesOf(block)) {
      // A list of names is no sentence.
      const words = sentence
        .replace(/\bcode(?:,? code)+\b/g, "code")
        .split(/\s+/)
        .filter((word) => /\w/.test(word)).length;
      if (words > MOST_WORDS) found.push(`${file}:${at}: ${words} words in a sentence: ${sentence.slice(0, 60)}…`);
    }
  return found;
}

if (process.argv[1] === import.meta.filename) {
  const found = files.flatMap((file) => findingsIn(file, readFileSync(file, "utf8")));
  for (const finding of found) console.log(finding);
  if (found.length) process.exitCode = 1;
}
