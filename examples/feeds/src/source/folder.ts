import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numbersOf, type BreakableSource, type Fault } from "./breakable.ts";

/** A folder as Kubernetes mounts a ConfigMap: the file is a link through `..data`, which is swapped at once. */
export interface FolderSource extends BreakableSource {
  readonly path: string;
}

const FLAGS = ["dark-mode", "new-search", "sale"];

export async function createFolderSource(): Promise<FolderSource> {
  const folder = await mkdtemp(join(tmpdir(), "health-state-feeds-"));
  const path = join(folder, "flags.json");
  let version = 0;

  /** Writes a folder of the next version, then swaps the link: readers see the old one or the new one. */
  const publish = async (content: string): Promise<void> => {
    version += 1;
    const target = `..version-${version}`;
    await mkdir(join(folder, target));
    await writeFile(join(folder, target, "flags.json"), content);
    await symlink(target, join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    await rm(join(folder, `..version-${version - 2}`), { recursive: true, force: true });
  };
  const good = (): string => JSON.stringify(numbersOf(FLAGS, version));

  await publish(good());
  await symlink("..data/flags.json", path);
  const contents: Partial<Record<Fault, () => string>> = {
    garbage: () => "<html>This is no flag.</html>",
    empty: () => "{}",
    half: () => good().slice(0, 20),
  };
  return {
    path,
    faults: ["stop", "garbage", "empty", "half"],
    async break(fault) {
      const content = contents[fault];
      if (content) await publish(content());
      else await rm(join(folder, "..data"), { force: true });
    },
    heal: () => publish(good()),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
