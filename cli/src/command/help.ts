import { PROBERS } from "../probers/index.ts";
import { FLEET_SCENARIOS, SCENARIOS, scenarioText } from "../simulate/index.ts";
import type { CommandName } from "./options.ts";

const EXITS = `Exit codes:
  0  no error and no warning; there may be notes
  1  at least one error or warning
  2  a file could not be read or has an unknown format, or an option is wrong
  3  no error and no warning, but a document could not be checked, such as a HelmRelease
`;

/** The page about all commands. */
export const HELP = `health-state: finds mistakes in health checks, writes correct ones, and simulates what they do

  health-state doctor <file...>     finds mistakes in your configuration files
  health-state config <prober>      writes a health check for a prober, such as kubernetes or haproxy
  health-state simulate <file...>   simulates your Deployment under seven troubles, and says which numbers to change
  health-state simulate <scenario>  simulates a built-in scenario
  health-state watch <url>          shows the state of a running service
  health-state fleet <verb>         shows the replicas of a service, and keeps them on one revision of their data
  health-state probers              lists the probers

  health-state help <command>       shows the options of a command, with examples
  health-state --version            shows the version

If the command is not installed, write npx health-state-cli instead of health-state.

${EXITS.replace("Exit codes:", "Exit codes of doctor:")}`;

/** The names of the probers, in lines of at most 120 columns. */
function proberLines(): string {
  return PROBERS.reduce<readonly string[]>((lines, { name }) => {
    const last = lines.at(-1);
    return last !== undefined && `${last}, ${name}`.length < 120
      ? [...lines.slice(0, -1), `${last}, ${name}`]
      : [...lines, `  ${name}`];
  }, []).join(",\n");
}

/** The page about one command. */
export function helpOf(command: CommandName): string {
  return PAGES[command]();
}

const PAGES: { readonly [C in CommandName]: () => string } = {
  doctor: () => `health-state doctor <file...>: finds mistakes in the health checks of your configuration files

Reads Kubernetes manifests and patches, Compose files, Dockerfiles, ECS task definitions, CloudFormation templates,
Terraform files, HAProxy, Envoy and Consul configuration, and Nomad jobs. The file name - means standard input.

About your service. To load means to fetch the data that the service needs for its answers:
  --load-time 2m              the longest time of the first load
  --drain 10s                 how long the service still answers requests after SIGTERM
  --refuse-after 65s|never    readiness fails if the data is older than this
  --from http://host/status   the service uses the health-state library: reads --load-time and --refuse-after from it
  --ours                      the service uses the health-state library, but its paths are not the default paths

Which rules to apply:
  --only tcp-check,localhost  only these rules
  --skip initial-delay        all rules except these
  --config file               the file that silences rules, with reasons (default .health-state.yaml)
  --allow-unread              the exit code ignores files of an unknown format and documents that cannot be checked

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
  --paths readiness=/ready,liveness=/live,startup=/started
                     the three paths, which must differ (default: /status, /status/live and /status/startup)
  --paths zPages     the paths /readyz, /livez and /startupz
  --words ok=UP,stale=OLD
                     the bodies that the service sends when it is ready (ok), and when its data is too old (stale)
                     (default: I-AM-ALIVE and INDEX-STALE)
  --from http://host:5100/status
                     reads the port, the paths and the body for ok from a running service
  --from http://host:5100/openapi.json
                     reads the bodies for ok and stale too, from the OpenAPI document of the service
  --load-time 2m     the longest time of the first load (default 60s). To load means to fetch the data that the service
                     needs for its answers
  --reaction 20s     the longest time until a prober that routes traffic notices a 503 (default 30s)
  --drain 15s        how long the service still answers requests after SIGTERM (default 10s)
  --serve-stale      old data is better than no answer: the check also passes if the data is too old. For some probers,
                     this is a setting of the service, and a comment names it
  --format hcl       writes only this format, for a prober with several formats. They are dockerfile, compose and swarm
                     for docker, hcl and json for consul, and yaml and prometheus for blackbox-exporter

Probers:
${proberLines()}

Example:
  health-state config kubernetes --port 8080 --load-time 2m
`,
  simulate:
    () => `health-state simulate <file...>: simulates your workloads under seven troubles, and says what to change
health-state simulate <scenario>: simulates a built-in scenario, and compares its variants

Reads a Deployment or another workload of Kubernetes, a Compose file, a haproxy.cfg with servers, or an ECS task
definition. The file name - means standard input. Your service is not run. In its place, every replica runs the
health-state library. The kubelet and the balancers are models.

The seven troubles: all replicas start at once, loads are slow, the source of the data is down, one replica cannot reach
the source, a deploy, a node is drained, and the event loop is blocked.

About your service. To load means to fetch the data for its answers from the source:
  --load-time 90s        how long a load takes (default 60s)
  --replicas 8           the number of replicas (default: the number in the file)
  --refresh-every 5m     how often data is refreshed (default: twice the load time, at least 1m)
  --refuse-after 2h      readiness fails when data is older than this (default: never; with the library:
                         2 x --refresh-every + 1.2 x --load-time + 5 s)
  --drain 10s            how long the service still answers requests after SIGTERM (default 0s; with the library 10s)
  --alive /healthz       paths that answer 200 as soon as the process listens (default: those with a name like /livez)
  --only search,checkout only these workloads of the file (default: all, except databases such as postgres)
  --container search     the container of a pod or task (default: the first with a check that is not a proxy or agent)
  --router aws-alb       the balancer of ECS tasks; direct means none (default aws-alb)
  --checkers 3           how many nodes the balancer has; each sends its own checks (default 1)
  --kept 50%             the share of requests on connections that clients keep open (default 0%)
  --requests 100         requests a second to all replicas together (default 100)

About the troubles:
  --slow 3               a slow load takes this many times --load-time (default 3)
  --outage 1h            how long the source is down (default 1h)
  --stall 20s            how long the event loop is blocked (default 20s)
  --nodes 3              the number of nodes (default 3)

For a scenario (its output shows the defaults):
  --replicas 8           the number of replicas
  --load-time 10s        how long a load takes
  --duration 1h          the simulated time; a longer time also makes the trouble longer
  --svg file             writes a picture; - means standard output
  --fleet                compares with and without a fleet, for ${FLEET_SCENARIOS.join(" and ")}. In a fleet, the replicas
                         coordinate through the library, so that not all of them leave the balancer at once
  --leave 10%            how many replicas of the fleet may be out of the balancer at once because of old data: a share
                         or a number (default 10%)

For files and scenarios:
  --seed 1               the seed of the random numbers; the same seed gives the same result
  --html out.html        writes a page with timelines, the results, and a slider for each number
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

In a terminal, it draws a screen, and Ctrl-C ends it. In a pipe or a file, it writes a line for each change. If NO_COLOR
is set, the screen has no colours. The service must use the health-state library and allow details:
createHealth({ details: details(...) }). Without details you see only the probes.

Example:
  health-state watch http://localhost:5100/status
`,
  fleet: () => `health-state fleet status | pin | unpin | retry: shows and controls the replicas of one service

A revision is one version of the data. The service must use fleet() of the health-state library. For pin, unpin and
retry, it must load the data through rollout() of the library.

  status             lists the replicas with state, age and revision; says which of them are out of the balancer, and
                     which have an old revision
  pin <revision>     keeps all replicas on one revision. Each replica changes to this revision with its next load
  unpin              ends the pin
  retry <revision>   makes the replicas try a rejected revision again; rejected means that the service loaded this data
                     and found a mistake in it

  --group matcher    the name that your service gives to fleet()
  --resource index   the name that your service gives to the data, for pin, unpin and retry
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
  probers:
    () => `health-state probers: lists the probers, and what each of them can check: readiness, liveness or startup

A prober is a program that sends health checks, such as a load balancer. health-state config <prober> writes its check.

  --markdown         writes a page: what each prober sends, which answers pass, what it does on failure
`,
};
