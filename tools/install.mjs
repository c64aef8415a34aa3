// Installs folders under tools/, each from its own lock file, unless they are there as the manifest says:
//   node tools/install.mjs package typescript
// What cannot be had is named, and is no failure: the tests that need it are skipped and say so.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (path) => JSON.parse(readFileSync(path, "utf8"));

/** Whether every dependency that the manifest names is installed in its version. */
function isThere(folder) {
  const { dependencies, devDependencies } = read(`${folder}/package.json`);
  return Object.entries({ ...dependencies, ...devDependencies }).every(([name, version]) => {
    const manifest = `${folder}/node_modules/${name}/package.json`;
    // An alias is written npm:typescript@5.9.3.
    return existsSync(manifest) && read(manifest).version === version.split("@").at(-1);
  });
}

for (const name of process.argv.slice(2)) {
  const folder = fileURLToPath(new URL(name, import.meta.url));
  if (isThere(folder)) continue;
  console.log(`installing tools/${name}`);
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefix", folder], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) console.log(`tools/${name} cannot be installed; what needs it is skipped`);
}
