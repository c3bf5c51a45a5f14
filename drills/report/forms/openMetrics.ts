/**
 * OpenMetrics text (https://github.com/prometheus/OpenMetrics, 1.0): gauges in base units, for a
 * textfile collector or a push gateway. Values that are not known have no sample.
 */
import { plain } from "../escape.ts";
import type { RunGroup, SummaryModel } from "../summary/model.ts";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

interface Family {
  readonly name: string;
  readonly unit?: "seconds" | "ratio";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Ends with `# EOF` and a line feed. */
export function openMetricsReport(model: SummaryModel): string {
  return [...familiesOf(model).flatMap(render), "# EOF", ""].join("\n");
}

function familiesOf({ groups, freshness, totals, coverage }: SummaryModel): Family[] {
  const perGroup = (of: (group: RunGroup) => number | null): Sample[] =>
    groups.map((group) => ({ labels: labelsOf(group), value: of(group) }));
  const perPath = (of: (one: (typeof freshness)[number]) => number | null): Sample[] =>
    freshness.map((one) => ({
      labels: { environment: one.environment, path: one.path },
      value: of(one),
    }));
  return [
    {
      name: "backout_drill_recovery_seconds",
      unit: "seconds",
      help: "Quantiles of time to recovery, Kaplan-Meier's where runs did not recover, nominal time.",
      samples: groups.flatMap((group) =>
        (["p50Ms", "p90Ms"] as const).map((name) => ({
          labels: { ...labelsOf(group), quantile: name === "p50Ms" ? "0.5" : "0.9" },
          value: inSeconds(group.recovery[name]),
        })),
      ),
    },
    {
      name: "backout_drill_measured_runs",
      help: "Runs whose recovery was measured.",
      samples: perGroup(({ recovery }) => recovery.n),
    },
    {
      name: "backout_drill_unrecovered_runs",
      help: "Of those, the ones that did not recover while they were watched.",
      samples: perGroup(({ recovery }) => recovery.censored),
    },
    {
      name: "backout_drill_objective_miss_bound_ratio",
      unit: "ratio",
      help: "Upper 95 % bound on the rate at which the objective is missed.",
      samples: perGroup(({ objective }) => objective.missRateAtMost),
    },
    {
      name: "backout_rollback_path_fresh",
      help: "1 when a drill passed by this path lately and fast enough, else 0.",
      samples: perPath(({ isFresh }) => (isFresh ? 1 : 0)),
    },
    {
      name: "backout_rollback_path_age_seconds",
      unit: "seconds",
      help: "Since the last drill that passed by this path.",
      samples: perPath(({ lastPass }) => inSeconds(lastPass?.ageMs ?? null)),
    },
    {
      name: "backout_fault_holes",
      help: "Faults against which no way home has passed lately.",
      samples: coverage.map(({ environment, faults }) => ({
        labels: { environment },
        value: faults.filter(({ isHole }) => isHole).length,
      })),
    },
    {
      name: "backout_drill_runs",
      help: "Runs in the journal, by verdict.",
      samples: Object.entries(totals.verdicts).map(([verdict, value]) => ({
        labels: { verdict },
        value,
      })),
    },
  ];
}

function labelsOf({ drill, environment, release, speed }: RunGroup): Record<string, string> {
  const labels = { environment, drill, clock_speed: String(speed) };
  return release === null ? labels : { ...labels, release };
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function render({ name, unit, help, samples }: Family): string[] {
  return [
    `# TYPE ${name} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...unique(name, samples),
  ];
}

/** Two runs of one drill with different faults would be one series: the later group stands. */
function unique(name: string, samples: readonly Sample[]): string[] {
  const lines = new Map<string, string>();
  for (const { labels, value } of samples) {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
    const series = `${name}{${pairs.join(",")}}`;
    if (value !== null) lines.set(series, `${series} ${value}`);
  }
  return [...lines.values()];
}

function escape(text: string): string {
  return plain(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
