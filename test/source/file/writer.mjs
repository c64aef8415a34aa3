// A process that writes versions of a file in one manner, until it is ended:  node writer.mjs <manner> <folder>
// Each version says by its own digest whether it is whole.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";

const [manner, folder] = process.argv.slice(2);
const file = join(folder, "a");
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const pick = (most) => Math.floor(Math.random() * most);

/** A version: its digest, its number, and a filling. */
function version(n) {
  const body = `${n} ${String(n)
    .padStart(8, "0")
    .repeat(1 + pick(20_000))}`;
  return `${createHash("sha256").update(body).digest("hex")} ${body}`;
}

/** Writes in pieces, with pauses, as a slow program does. */
function inPieces(path, flags, text) {
  const handle = fs.openSync(path, flags);
  const bytes = Buffer.from(text);
  let last = performance.now();
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(bytes.length - at, 1 + pick(60_000));
    fs.writeSync(handle, bytes, at, length, at);
    at += length;
    // A busy machine may stop a writer for longer than anybody waits: such a version cannot be told from a whole one.
    if (performance.now() - last > 200) fs.writeFileSync(join(folder, "stalled"), "");
    last = performance.now();
    if (pick(2)) sleep(pick(15));
  }
  fs.ftruncateSync(handle, bytes.length);
  fs.closeSync(handle);
}

/** Swaps the link `..data`, as the kubelet does, and removes the folder that it led to. */
function swap(n) {
  const fresh = `..${n}`;
  fs.mkdirSync(join(folder, fresh));
  const text = version(n);
  for (const name of ["a", "b"]) fs.writeFileSync(join(folder, fresh, name), text);
  const old = fs.existsSync(join(folder, "..data")) ? fs.readlinkSync(join(folder, "..data")) : undefined;
  fs.symlinkSync(fresh, join(folder, "..data_tmp"));
  fs.renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  for (const name of ["a", "b"])
    if (!fs.existsSync(join(folder, name))) fs.symlinkSync(`..data/${name}`, join(folder, name));
  if (old) fs.rmSync(join(folder, old), { recursive: true });
}

const MANNERS = {
  "rewrite in place": (n) =>
    fs.existsSync(file) ? inPieces(file, "r+", version(n)) : fs.writeFileSync(file, version(n)),
  "truncate and write": (n) => inPieces(file, "w", version(n)),
  "rename over": (n) => {
    inPieces(`${file}.new`, "w", version(n));
    fs.renameSync(`${file}.new`, file);
  },
  "swap of ..data": swap,
  append: (n) => fs.appendFileSync(file, `${version(n)}\n`),
  "delete and create": (n) => {
    fs.rmSync(file, { force: true });
    sleep(pick(20));
    inPieces(file, "wx", version(n));
  },
  touch: (n) => (n === 1 ? fs.writeFileSync(file, version(n)) : fs.utimesSync(file, new Date(), new Date())),
  "same content": (n) => (n === 1 ? fs.writeFileSync(file, version(n)) : fs.writeFileSync(file, fs.readFileSync(file))),
};

for (let n = 1; ; n++) {
  MANNERS[manner](n);
  console.log(n);
  sleep(pick(2) ? pick(20) : 300 + pick(400));
}
