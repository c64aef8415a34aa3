import type { Around, Candidate } from "./change.ts";
import { spanText } from "./trouble.ts";

/** The change of the service itself: how old its data may be before readiness fails. */
export function serviceCandidates({ workload, spec, facts }: Around): readonly Candidate[] {
  const needed = Math.ceil(1.5 * facts.outageSeconds + facts.staleSeconds);
  if (spec.refuseAfterSeconds === null || spec.refuseAfterSeconds >= needed) return [];
  const next = Math.ceil(needed / 600) * 600;
  return [
    {
      changes: [
        {
          line: workload.line,
          before: `readiness fails for data older than ${spanText(spec.refuseAfterSeconds)} (--refuse-after)`,
          after: `refuseAfter: "${next / 60}m" in the service`,
          why: "if loads are late or fail, the data of every replica becomes too old at the same time",
        },
      ],
      spec: { ...spec, refuseAfterSeconds: next },
    },
  ];
}
