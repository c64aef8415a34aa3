// A process that saves one value after another, until it is killed:  node saver.mjs <entry> <path> <size> <name>
const [entry, path, size, name] = process.argv.slice(2);
const { bytes, fileStore } = await import(entry);
const store = fileStore(path, { codec: bytes() });
const { signal } = new AbortController();
for (let n = 1; ; n++) {
  const checkedAt = Date.now();
  const value = new Uint8Array(Number(size)).fill(n % 256);
  const context = { name: "rates", source: undefined, now: checkedAt, signal };
  await store.save({ value, revision: `${name} ${n % 256}`, checkedAt, asOf: undefined }, context);
  await store.stamp({ checkedAt, asOf: undefined }, context);
  if (n === 1) process.stdout.write("saved\n");
}
