import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { byVersion } from "health-state";

const run = promisify(execFile);

/** A file of a branch. The revision is the commit. `folder` is a bare repository that only this service uses. */
export function fromGit(url, { branch, path, folder, parse }) {
  return byVersion({
    identity: `${branch}:${path}`,
    addressed: true, // because load(commit) always returns exactly that commit
    async version({ signal }) {
      const { stdout } = await run("git", ["ls-remote", "--exit-code", url, `refs/heads/${branch}`], { signal });
      return { revision: stdout.split("\t", 1)[0] };
    },
    async load(commit, { signal }) {
      const git = (...args) => run("git", ["-C", folder, ...args], { signal, maxBuffer: 64 * 2 ** 20 });
      await run("git", ["init", "--bare", "--quiet", folder], { signal });
      await git("fetch", "--quiet", "--depth", "1", url, commit);
      const { stdout } = await git("show", `${commit}:${path}`);
      return parse(stdout);
    },
  });
}
