import { PROBERS } from "../probers/index.ts";
import { FLEET_SCENARIOS, SCENARIOS, scenarioText } from "../simulate/index.ts";

/** The commands and their options. */
export const COMMANDS = {
  doctor: {
    "load-time": "string",
    drain: "string",
    "refuse-after": "string",
    from: "string",
    ours: "boolean",
    only: "string",
    skip: "string",
    config: "string",
    fix: "boolean",
    diff: "boolean",
    "allow-unread": "boolean",
    json: "boolean",
    sarif: "boolean",
    github: "boolean",
  },
  config: {
    port: "string",
    base: "string",
    paths: "string",
    words: "string",
    from: "string",
    "load-time": "string",
    reaction: "string",
    drain: "string",
    "serve-stale": "boolean",
    format: "string",
  },
  simulate: {
    replicas: "string",
    duration: "string",
    "load-time": "string",
    seed: "string",
    "refresh-every": "string",
    "refuse-after": "string",
    drain: "string",
    outage: "string",
    stall: "string",
    slow: "string",
    nodes: "string",
    requests: "string",
    kept: "string",
    checkers: "string",
    router: "string",
    alive: "string",
    only: "string",
    container: "string",
    html: "string",
    json: "boolean",
    svg: "string",
    fleet: "boolean",
    leave: "string",
  },
  watch: { every: "string", once: "boolean" },
  fleet: {
    redis: "string",
    postgres: "string",
    group: "string",
    resource: "string",
    watch: "boolean",
    json: "boolean",
  },
  probers: { markdown: "boolean" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, "string" | "boolean">>>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** Whether a word is the name of a command. */
export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

const EXITS =
  "Exit codes: 0 no error and no warning, 1 at least one, 2 a file or an option is wrong, 3 as 0, but a document was not read.\n";

/** The page about all commands. */
export const HELP = `health-state: finds mistakes in health checks, writes correct ones, and simulates what they do

  health-state doctor <file...>     finds mistakes in your configuration files
  health-state config <prober>      writes a health check for a prober, such as kubernetes or haproxy
  health-state simulate <file...>   simulates your Deployment under seven troubles, and says which numbers to change
  health-state simulate <scenario>  simulates a built-in scenario
  health-state watch <url>          shows the state of a running service
  health-state fleet <verb>         shows the replicas of a service, and pins a revision
  health-state probers              lists the probers

  health-state help <command>       shows the options of a command, with examples
  health-state --version            shows the version

${EXITS}`;

/** The page about one command. */
export function helpOf(command: CommandName): string {
  return PAGES[command]();
}

const PAGES: { readonly [C in CommandName]: () => string } = {
  doctor: () => `health-state doctor <file...>: finds mistakes in the health checks of your configuration files

Reads Kubernetes manifests and patches, Compose files, Dockerfiles, ECS task definitions, CloudFormation templates,
Terraform files, HAProxy, Envoy and Consul configuration, and Nomad jobs. The file name - means standard input.

About your service:
  --load-time 2m              the longest time of its first load
  --drain 10s                 how long it still answers requests after SIGTERM
  --refuse-after 65s|never    the age of its data from which /status answers 503
  --from http://host/status   reads these limits from the running service
  --ours                      it uses the health-state library, even if its paths are not the default paths

Which rules to apply:
  --only tcp-check,localhost  only these rules
  --skip initial-delay        all rules except these
  --config file               the file that silences rules, with reasons (default .health-state.yaml)
  --allow-unread              exits with 0 even if some documents or files could not be read

What to do with the findings:
  --diff                      also shows what --fix would change
  --fix                       corrects YAML and JSON files, and shows what it changed
  --json | --sarif | --github writes the findings for programs; --github makes annotations in GitHub Actions

A comment silences a rule in its own line or in the next line:
  # health-state: ignore tcp-check because the broker has no HTTP

Examples:
  kubectl get deploy -o yaml | health-state doctor -
  helm template my-chart | health-state doctor --load-time 2m -
  health-state doctor --fix deploy/*.yaml

${EXITS}`,
  config: () => `health-state config <prober>: writes the health check for a prober, and explains each number

  --port 8080        the port that the service listens on (default 5100)
  --base /ops        a path in front of the three paths of the probes
  --paths zPages     the paths /readyz, /livez and /startupz, or a list: readiness=/ready,liveness=/live,startup=/started
  --words ok=UP      the words of the bodies (ok, stale), for probers that read the body
  --from http://host:5100/status
                     reads the port, the paths and the word from a running service; from the address of its
                     OpenAPI document, it reads all words
  --load-time 60s    the longest time of the first load
  --reaction 30s     the longest time until a prober that routes traffic notices a 503
  --drain 10s        how long the service still answers requests after SIGTERM
  --serve-stale      stale data is better than no answer, so the service keeps getting traffic
  --format hcl       writes only this format, for a prober with several formats

Probers: ${PROBERS.map(({ name }) => name).join(", ")}

Example:
  health-state config kubernetes --port 8080 --load-time 2m
`,
  simulate:
    () => `health-state simulate <file...>: simulates your workloads under seven troubles, and says what to change
health-state simulate <scenario>: simulates a built-in scenario, and compares its variants

Reads a Deployment or another workload of Kubernetes, a Compose file, a haproxy.cfg with servers, or an ECS task
definition. The file name - means standard input. Every replica runs the real library. The kubelet and the balancers
are models.

About your service:
  --load-time 90s        how long a load takes (default 60s)
  --replicas 8           the number of replicas (default: the number in the file)
  --refresh-every 5m     how often data is refreshed (default: twice the load time, at least 1m)
  --refuse-after 2h      readiness fails when data is older than this (default: never; for a service that uses the
                         library: as soon as data is stale)
  --drain 10s            how long it still answers requests after SIGTERM (default 0s; with the library 10s)
  --alive /healthz       paths that answer as soon as the process listens (default: decided by their names)
  --only search,checkout only these workloads of the file (default: all, except databases such as postgres)
  --container search     the container of a pod or task (default: the first with a check that is not a proxy or agent)
  --router aws-alb       the balancer of ECS tasks; direct means none (default aws-alb)
  --checkers 3           the number of checkers of the balancer (default 1)
  --kept 50%             the share of requests on connections that clients keep open (default 0%)
  --requests 100         requests a second to all replicas together (default 100)

About the troubles:
  --slow 3               how many times as long a slow load takes (default 3)
  --outage 1h            how long the source is down (default 1h)
  --stall 20s            how long the event loop is blocked (default 20s)
  --nodes 3              the number of nodes (default 3)

For a scenario:
  --replicas, --load-time
  --duration 1h          the simulated time; a longer time also makes the trouble longer
  --svg file             writes a picture; - means standard output
  --fleet                compares with and without a fleet: ${FLEET_SCENARIOS.join(", ")}
  --leave 10%            how many replicas of the fleet may be out at once: a share or a number (default 10%)

For both:
  --seed 1               the seed of the random numbers; the same seed gives the same result
  --html out.html        writes a page with timelines, the table and sliders
  --json                 writes all figures in JSON

Scenarios:
${SCENARIOS.map((name) => `  ${name.padEnd(16)} ${scenarioText(name)}\n`).join("")}
Exit codes for files: 0 no trouble is bad, 1 at least one is, 2 a file or an option is wrong.

Examples:
  kubectl get deploy search -o yaml | health-state simulate - --load-time 90s
  health-state simulate rolling-deploy --replicas 12
  health-state simulate source-outage --fleet
`,
  watch: () => `health-state watch <url>: shows a running service: the state and age of its data, and each load

  --every 1s         how often the command reads the state
  --once             shows the state once and ends; exit codes: 0 ready, 1 not ready, 2 not reachable

In a terminal it draws a screen, and Ctrl-C ends it. Elsewhere it writes a line for each change. If NO_COLOR
is set, the screen has no colours. The service must allow details: createHealth({ details: details(...) }). Without them you see only the probes.

Example:
  health-state watch http://localhost:5100/status
`,
  fleet: () => `health-state fleet status | pin | unpin | retry: shows and controls the replicas of one service

  status             lists the replicas with state, age and revision, and says which of them are out of the balancer or behind
  pin <revision>     keeps all replicas on one revision, from the next load of each replica on
  unpin              ends the pin
  retry <revision>   lets the replicas load a rejected revision again

  --group matcher    the name that your service gives to fleet()
  --resource index   the resource, for pin, unpin and retry
  --redis url        the address of the store: redis://host:6379
  --postgres url     the address of the store: postgres://host/database
  --watch            shows the status again every two seconds
  --json             writes all figures in JSON, one line for each status

Set HEALTH_STATE_REDIS or HEALTH_STATE_POSTGRES instead of --redis or --postgres if the address contains a password,
because everybody on the machine can read the arguments of a process.
Install a client in the folder where you run the command: ioredis or redis, pg or postgres.

Examples:
  HEALTH_STATE_REDIS=redis://127.0.0.1:6379 health-state fleet status --group matcher --watch
  health-state fleet pin 2026-11-28 --group matcher --resource index
`,
  probers: () => `health-state probers: lists the probers, and the probe that each of their checks needs

  --markdown         writes a page: what each prober sends, which answers pass, what it does on failure
`,
};
