/** Says where a server listens, and ends the process with its standard input, or after a while at the latest. */
export function announce(port) {
  console.log(`port ${port}`);
  process.stdin.on("end", () => process.exit()).resume();
  setTimeout(() => process.exit(), 20 * 60_000).unref?.();
}

/** Listens on a free port of 127.0.0.1. */
export function listen(server) {
  server.listen(0, "127.0.0.1", () => announce(server.address().port));
}
