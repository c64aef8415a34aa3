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
          before: `the service refuses data older than ${spanText(spec.refuseAfterSeconds)} (--refuse-after)`,
          after: `refuseAfter: "${next / 60}m" in the service`,
          why: "loads that come late or fail make the data of every replica old at once",
        },
      ],
      spec: { ...spec, refuseAfterSeconds: next },
    },
  ];
}
