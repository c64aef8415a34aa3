import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

const config: NextConfig = {
  // A prober follows no redirect, and /status/ is a probe as well.
  skipTrailingSlashRedirect: true,
  poweredByHeader: false,
  // Next would take the folder of the topmost lock file.
  turbopack: { root: fileURLToPath(new URL("../..", import.meta.url)) },
};

export default config;
