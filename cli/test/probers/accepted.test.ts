// Needs, from Debian: haproxy varnish caddy monit apache2 prometheus-blackbox-exporter keepalived; kubectl and terraform
// where they are there. What is missing is skipped by name.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configure, PROBERS, type ConfigOptions } from "../../src/probers/index.ts";
import { programOf, run, withFolder } from "./helper.ts";

const SERVICES: Readonly<Record<string, ConfigOptions>> = {
  refusing: {},
  serving: { port: 5100, base: "/ops", loadTime: "2m", drain: "20s", serveStale: true },
};

const APACHE = [
  "mpm_event",
  "authz_core",
  "proxy",
  "proxy_http",
  "proxy_balancer",
  "slotmem_shm",
  "lbmethod_byrequests",
  "proxy_hcheck",
];

/** How each program checks a file without using it, and what has to stand around the file. */
const CHECKS: readonly {
  readonly prober: string;
  readonly file: string;
  readonly program: string;
  readonly args: (folder: string) => readonly string[];
  readonly around?: (text: string, folder: string) => string;
}[] = [
  {
    prober: "haproxy",
    file: "haproxy.cfg",
    program: "haproxy",
    args: (folder) => ["-c", "-f", `${folder}/haproxy.cfg`],
    around: (text) =>
      `defaults\n    mode http\n    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\nfrontend in\n    bind 127.0.0.1:8098\n    default_backend app\n${text}`,
  },
  {
    prober: "varnish",
    file: "default.vcl",
    program: "varnishd",
    args: (folder) => ["-C", "-f", `${folder}/default.vcl`, "-n", `${folder}/work`],
  },
  {
    prober: "caddy",
    file: "Caddyfile",
    program: "caddy",
    args: (folder) => ["validate", "--adapter", "caddyfile", "--config", `${folder}/Caddyfile`],
  },
  { prober: "monit", file: "app.monitrc", program: "monit", args: (folder) => ["-t", "-c", `${folder}/app.monitrc`] },
  {
    prober: "apache",
    file: "app.conf",
    program: "apache2",
    args: (folder) => ["-t", "-f", `${folder}/app.conf`],
    around: (text, folder) =>
      [
        `ServerName app.example.test\nServerRoot ${folder}\nPidFile ${folder}/pid\nErrorLog ${folder}/log\nListen 127.0.0.1:8099`,
        ...APACHE.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
        text,
      ].join("\n"),
  },
  {
    prober: "blackbox-exporter",
    file: "blackbox.yml",
    program: "prometheus-blackbox-exporter",
    args: (folder) => ["--config.check", `--config.file=${folder}/blackbox.yml`],
  },
  {
    prober: "keepalived",
    file: "keepalived.conf",
    program: "keepalived",
    args: (folder) => ["--config-test", "-f", `${folder}/keepalived.conf`],
  },
];

describe.each(Object.entries(SERVICES))("for the service %s", (_, options) => {
  const textOf = (prober: string, file: string): string =>
    configure(prober, options).find((made) => made.file === file)?.text ?? "";

  for (const { prober, file, program, args, around } of CHECKS) {
    const { path, skip } = programOf(program);
    test.skipIf(!path)(`${program} itself accepts the configuration${skip}`, () =>
      withFolder((folder) => {
        const text = textOf(prober, file);
        writeFileSync(join(folder, file), around ? around(text, folder) : text);
        // monit insists that nobody else may read its file, varnishd reads it as somebody else.
        chmodSync(join(folder, file), program === "monit" ? 0o600 : 0o644);
        const { code, output } = run(path ?? "", args(folder));
        expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
      }),
    );
  }

  const kubectl = programOf("kubectl");
  test.skipIf(!kubectl.path)(
    `kubectl decodes the Deployment into its own types and drops nothing${kubectl.skip}`,
    () => {
      const text = textOf("kubernetes", "deployment.yaml");
      const { code, stdout } = run(
        kubectl.path ?? "",
        ["set", "env", "--local", "-f", "-", "MARK=1", "-o", "yaml"],
        text,
      );
      expect(code).toBe(0);
      expect(parse(stdout)).toMatchObject(asObject(parse(text)));
    },
  );

  const terraform = programOf("terraform");
  const hcl = PROBERS.flatMap(({ name }) =>
    configure(name, options)
      .filter(({ file }) => file.endsWith(".tf") || file.endsWith(".hcl"))
      .map(({ file, text }) => [name, file, text] as const),
  );
  test.skipIf(!terraform.path).each(hcl)(
    `terraform fmt -check has nothing to change in what %s gets, %s${terraform.skip}`,
    (_name, _file, text) => {
      const { code, stdout } = run(terraform.path ?? "", ["fmt", "-check", "-diff", "-"], text);
      expect({ code, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stdout: "" });
    },
  );

  test.each(
    PROBERS.flatMap(({ name }) =>
      configure(name, options)
        .filter(({ file }) => /\.(ya?ml|json)$/.test(file))
        .map(({ file, text }) => [name, file, text] as const),
    ),
  )("%s: %s is YAML or JSON without duplicate keys", (_name, _file, text) => {
    expect(parse(text, { uniqueKeys: true, strict: true })).toBeTypeOf("object");
  });
});

function asObject(value: unknown): object {
  if (typeof value !== "object" || value === null) throw new TypeError("a manifest is an object");
  return value;
}
