import { createHash } from "node:crypto";
import { byVersion, SourceError } from "health-state";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** The first layer of an OCI artefact, as `oras push` writes it. The revision is the digest of the manifest. */
export function fromOci(registry, { name, tag, parse, headers = {} }) {
  const get = async (path, { signal }, method = "GET") => {
    const response = await fetch(`${registry}/v2/${name}/${path}`, {
      method,
      signal,
      headers: { ...headers, accept: `${MANIFEST}, */*;q=0.1` },
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new SourceError("status", `${path} answered ${response.status}`, { status: response.status });
  };
  const getProven = async (path, digest, context) => {
    const bytes = Buffer.from(await (await get(path, context)).arrayBuffer());
    const found = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    if (found !== digest) throw new SourceError("digest", `${path} has another digest`);
    return bytes;
  };
  return byVersion({
    identity: `${name}:${tag}`,
    addressed: true, // because load(digest) always returns exactly that content
    version: async (context) => ({
      revision: (await get(`manifests/${tag}`, context, "HEAD")).headers.get("docker-content-digest"),
    }),
    async load(digest, context) {
      const manifest = JSON.parse((await getProven(`manifests/${digest}`, digest, context)).toString());
      const [layer] = manifest.layers;
      return parse(await getProven(`blobs/${layer.digest}`, layer.digest, context));
    },
  });
}
