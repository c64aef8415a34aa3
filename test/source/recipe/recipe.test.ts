import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHealth, type Health, type Loader, type Resource } from "health-state";
import { createVirtualClock, type VirtualClock } from "health-state/testing";
import { read, ROOT } from "../../repo/tree.ts";
import { mmdbOf } from "./mmdb.ts";

const FOLDER = join(ROOT, "tools/recipes");
const NAMES = ["sqlite", "s3", "git", "oci", "openfeature", "jwks", "geoip"] as const;

const packages: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(FOLDER, "package.json"), "utf8"),
);
const isInstalled = Object.keys(packages.dependencies).every((name) => existsSync(join(FOLDER, "node_modules", name)));
if (!isInstalled)
  console.log("skipped: the packages of tools/recipes are not installed: run node tools/install.mjs recipes");

function has(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A recipe; the test names what it exports. */
async function recipe<T>(name: (typeof NAMES)[number]): Promise<T> {
  return import(join(FOLDER, "code", `${name}.mjs`));
}

/** A package that a recipe uses. */
function packageOf<T>(name: string): Promise<T> {
  return import(createRequire(join(FOLDER, "package.json")).resolve(name));
}

test.each(NAMES)("docs/guide/source-recipes.md shows the recipe %s as it is tested", (name) => {
  expect(read("docs/guide/source-recipes.md")).toContain(`\`\`\`js\n${read(`tools/recipes/code/${name}.mjs`)}\`\`\`\n`);
});

test("docs/guide/source-recipes.md shows no other code", () => {
  expect(read("docs/guide/source-recipes.md").match(/^```js$/gm)).toHaveLength(NAMES.length);
});

let folder: string;
let health: Health;
let clock: VirtualClock;
let servers: Server[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "health-state-recipe-"));
  clock = createVirtualClock({ wall: Date.now() });
  health = createHealth({ clock });
  servers = [];
});
afterEach(async () => {
  await health.close();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Loads again and gives what is held. */
async function held<T>(resource: Resource<T>): Promise<{ value: T | undefined; revision: string | undefined }> {
  const { value, revision } = await resource.reload();
  return { value, revision };
}

describe.skipIf(!isInstalled)("the recipes", () => {
  test("S3: the requests are signed, and the object is fetched only when the document names another", async () => {
    const { fromBucket } = await recipe<{ fromBucket(url: string, options: object): Loader<string> }>("s3");
    let content = Buffer.from("one");
    const asked: string[] = [];
    const origin = await serve((request, response) => {
      const signed = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=key/") === true;
      asked.push(request.url ?? "");
      if (!signed) response.writeHead(403).end();
      else if (request.url === "/bucket/latest.json")
        response.end(JSON.stringify({ url: `object-${sha256(content)}`, sha256: sha256(content), bytes: 3 }));
      else response.end(content);
    });
    const load = fromBucket(`${origin}/bucket/latest.json`, {
      accessKeyId: "key",
      secretAccessKey: "secret",
      region: "eu-west-1",
      parse: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
    });
    const resource = health.resource("rates", { load });
    expect(await held(resource)).toEqual({ value: "one", revision: sha256(content) });
    await held(resource);
    expect(asked.filter((path) => path.includes("object"))).toHaveLength(1);
    content = Buffer.from("two");
    expect(await held(resource)).toEqual({ value: "two", revision: sha256(content) });
  });

  test("OCI: a tag is followed, and a layer of another digest is refused", async () => {
    const { fromOci } = await recipe<{ fromOci(registry: string, options: object): Loader<string> }>("oci");
    let layer = Buffer.from('{"EUR":1}');
    let isForged = false;
    const manifestOf = (): Buffer => Buffer.from(JSON.stringify({ layers: [{ digest: `sha256:${sha256(layer)}` }] }));
    const origin = await serve((request, response) => {
      const digest = `sha256:${sha256(manifestOf())}`;
      if (request.url?.startsWith("/v2/rates/manifests/") === true)
        response.writeHead(200, { "docker-content-digest": digest }).end(manifestOf());
      else if (request.url === `/v2/rates/blobs/sha256:${sha256(layer)}`) response.end(isForged ? "forged" : layer);
      else response.writeHead(404).end();
    });
    const load = fromOci(origin, { name: "rates", tag: "latest", parse: (bytes: Buffer) => bytes.toString() });
    const resource = health.resource("rates", { load });
    expect(await held(resource)).toEqual({ value: '{"EUR":1}', revision: `sha256:${sha256(manifestOf())}` });
    const { generation } = await resource.reload();
    expect(generation).toBe(1);

    layer = Buffer.from('{"EUR":2}');
    isForged = true;
    await expect(resource.reload()).rejects.toThrow();
    expect(resource.snapshot().lastError?.error).toMatchObject({ kind: "digest" });
    isForged = false;
    expect((await held(resource)).value).toBe('{"EUR":2}');
  });

  test.skipIf(!has("git"))("git: a commit is a revision, and only a new one is fetched", async () => {
    const { fromGit } = await recipe<{ fromGit(url: string, options: object): Loader<string> }>("git");
    const origin = join(folder, "origin");
    const git = (...args: string[]): string =>
      execFileSync("git", ["-C", origin, "-c", "user.name=test", "-c", "user.email=test@example.com", ...args], {
        encoding: "utf8",
        env: { ...process.env, GIT_CONFIG_NOSYSTEM: "1" },
      }).trim();
    const commit = async (content: string): Promise<string> => {
      await writeFile(join(origin, "rates.json"), content);
      git("add", ".");
      git("commit", "--quiet", "--no-gpg-sign", "--message", content);
      return git("rev-parse", "HEAD");
    };
    execFileSync("git", ["init", "--quiet", "--initial-branch", "main", origin]);
    const first = await commit("one");
    const load = fromGit(`file://${origin}`, {
      branch: "main",
      path: "rates.json",
      folder: join(folder, "copy"),
      parse: (text: string) => text,
    });
    const resource = health.resource("rates", { load });
    expect(await held(resource)).toEqual({ value: "one", revision: first });
    expect((await resource.reload()).generation).toBe(1);
    const second = await commit("two");
    expect(await held(resource)).toEqual({ value: "two", revision: second });
    await rm(origin, { recursive: true });
    await expect(resource.reload()).rejects.toThrow();
    expect(resource.peek()).toBe("two");
  });

  test("OpenFeature: READY, STALE, ERROR and NOT_READY of the provider become ours", async () => {
    const { flagsOf } = await recipe<{ flagsOf(health: Health, client: unknown): Resource<object> }>("openfeature");
    const { OpenFeature, OpenFeatureEventEmitter, ProviderEvents } = await packageOf<{
      OpenFeature: {
        setProvider(domain: string, provider: object): void;
        getClient(domain: string): { providerStatus: string };
        close(): Promise<void>;
      };
      OpenFeatureEventEmitter: new () => { emit(event: string, details?: object): void };
      ProviderEvents: Readonly<Record<"Ready" | "Stale" | "Error", string>>;
    }>("@openfeature/server-sdk");
    const events = new OpenFeatureEventEmitter();
    let initialise = (): void => {};
    const provider = {
      metadata: { name: "test" },
      events,
      initialize: () => new Promise<void>((resolve) => (initialise = resolve)),
    };
    const client = OpenFeature.getClient("flags");
    OpenFeature.setProvider("flags", provider);
    const flags = flagsOf(health, client);
    /** The SDK calls its handlers when it likes, and the load that follows is due at once. */
    const stateOnceIt = async (emits: () => void, is: string): Promise<void> => {
      emits();
      while (flags.snapshot().state !== is) {
        await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(1);
      }
    };

    health.start();
    await clock.settle();
    expect([client.providerStatus, flags.snapshot().state]).toEqual(["NOT_READY", "NOT_LOADED"]);
    await stateOnceIt(() => initialise(), "READY");
    expect(flags.peek()).toBe(client);
    await stateOnceIt(() => events.emit(ProviderEvents.Stale), "STALE");
    expect([client.providerStatus, flags.snapshot().state, flags.peek()]).toEqual(["STALE", "STALE", client]);
    await stateOnceIt(() => events.emit(ProviderEvents.Ready), "READY");
    await stateOnceIt(() => events.emit(ProviderEvents.Error, { message: "gone" }), "STALE");
    await clock.advance(1_000);
    expect(flags.snapshot().lastError?.error).toMatchObject({ message: "the provider is ERROR" });
    await OpenFeature.close();
  });

  test("JWKS: a new key is found by a token that names it, and a storm of unknown keys costs one request", async () => {
    const { tokensOf } = await recipe<{
      tokensOf(
        health: Health,
        url: string,
      ): { keys: Resource<object>; verify(token: string): Promise<{ payload: { sub?: string } }> };
    }>("jwks");
    const { exportJWK, generateKeyPair, SignJWT } = await packageOf<{
      generateKeyPair(algorithm: string): Promise<{ publicKey: object; privateKey: object }>;
      exportJWK(key: object): Promise<object>;
      SignJWT: new (payload: object) => {
        setProtectedHeader(header: object): { sign(key: object): Promise<string> };
      };
    }>("jose");
    const pairs = new Map<string, { publicKey: object; privateKey: object }>();
    for (const kid of ["one", "two", "forged"]) pairs.set(kid, await generateKeyPair("ES256"));
    const token = (kid: string): Promise<string> =>
      new SignJWT({ sub: kid }).setProtectedHeader({ alg: "ES256", kid }).sign(pairs.get(kid)?.privateKey ?? {});
    const published = ["one"];
    let requests = 0;
    const origin = await serve((_, response) => {
      requests += 1;
      void Promise.all(
        published.map(async (kid) => ({ ...(await exportJWK(pairs.get(kid)?.publicKey ?? {})), kid, alg: "ES256" })),
      ).then((keys) => response.end(JSON.stringify({ keys })));
    });
    const { keys, verify } = tokensOf(health, origin);
    await keys.reload();
    expect((await verify(await token("one"))).payload.sub).toBe("one");

    published.push("two");
    await clock.advance(60_001);
    expect((await verify(await token("two"))).payload.sub).toBe("two");
    expect(requests).toBe(2);

    const forged = await token("forged");
    const storm = await Promise.allSettled(Array.from({ length: 100 }, () => verify(forged)));
    expect(storm.filter(({ status }) => status === "rejected")).toHaveLength(100);
    expect(requests).toBe(2);
    await clock.advance(60_001);
    await Promise.allSettled(Array.from({ length: 100 }, () => verify(forged)));
    expect(requests).toBe(3);
  });

  test("GeoIP: a database that is swapped by a rename is read whole, and half of one is refused", async () => {
    const { fromMmdb } = await recipe<{
      fromMmdb(path: string): Loader<{ get(ip: string): { country: { iso_code: string } } }>;
    }>("geoip");
    const path = join(folder, "country.mmdb");
    const put = async (bytes: Buffer): Promise<void> => {
      await writeFile(`${path}.new`, bytes);
      await rename(`${path}.new`, path);
    };
    await put(mmdbOf("SE", "DE"));
    // On the system's clock, because the loader waits for a young file to settle.
    const own = createHealth();
    const resource = own.resource("geoip", { load: fromMmdb(path) });
    await resource.reload();
    const countries = (): string[] =>
      ["1.2.3.4", "200.1.1.1"].map((ip) => resource.peek()?.get(ip).country.iso_code ?? "");
    expect(countries()).toEqual(["SE", "DE"]);
    await put(mmdbOf("SE", "DE").subarray(0, 40));
    await expect(resource.reload()).rejects.toThrow();
    expect(countries()).toEqual(["SE", "DE"]);
    await put(mmdbOf("NO", "FI"));
    await resource.reload();
    expect(countries()).toEqual(["NO", "FI"]);
    await own.close();
  });
});

const node = join(ROOT, "tools/nodes/node_modules/node-22/bin/node");
const hasSqlite = existsSync(node);
if (!hasSqlite) console.log("skipped with SQLite: Node 22 is not installed: run node tools/install.mjs nodes");

test.skipIf(!hasSqlite)(
  "SQLite: a revision that stays loads nothing, and a change after a restored backup is loaded",
  () => {
    const path = join(folder, "rates.sqlite");
    const [, update = ""] = /`(UPDATE version SET [^`]+)`/.exec(read("docs/guide/source-recipes.md")) ?? [];
    const program = `
    import { copyFileSync, renameSync } from "node:fs";
    import { DatabaseSync } from "node:sqlite";
    import { createHealth } from "health-state";
    import { fromSqlite } from "./tools/recipes/code/sqlite.mjs";
    const [, path, update] = process.argv;
    const write = (work) => {
      const writer = new DatabaseSync(path);
      work(writer);
      writer.close();
    };
    write((writer) =>
      writer.exec("create table rate (name text, value real); create table version (revision); insert into version values (0)"),
    );
    const publish = (value) =>
      write((writer) => {
        writer.exec("begin; delete from rate");
        writer.prepare("insert into rate values ('EUR', ?)").run(value);
        writer.exec(update + "; commit");
      });
    publish(1);
    copyFileSync(path, path + ".backup");
    let parsed = 0;
    const load = fromSqlite(path, {
      version: "select revision from version",
      query: "select name, value from rate",
      parse: (rows) => (parsed++, Object.fromEntries(rows.map(({ name, value }) => [name, value]))),
    });
    const rates = createHealth().resource("rates", { load });
    const told = [];
    const look = async () => {
      const { value } = await rates.reload();
      told.push([value.EUR, parsed]);
    };
    await look();
    await look();
    publish(2);
    await look();
    renameSync(path + ".backup", path);
    publish(3);
    await look();
    console.log(JSON.stringify(told));
  `;
    const args = ["--input-type=module", "--eval", program, path, update];
    const out = execFileSync(node, args, { cwd: ROOT, encoding: "utf8" });
    expect(JSON.parse(out)).toEqual([
      [1, 1],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  },
);
