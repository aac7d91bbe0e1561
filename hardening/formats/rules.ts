import type { ControlMeta } from "../../policies/engine/control";
import { FRAMEWORKS } from "../../policies/engine/frameworks";
import { WAIVER_RULES } from "../../policies/engine/governance";
import type { Finding } from "../findings";
import type { Run } from "./report";

/** The rules that a run could break, each once: the controls that ran, and those for waivers. */
export function rulesOf(run: Pick<Run, "selected">): readonly ControlMeta[] {
    return [...run.selected.map(({ control }) => control), ...Object.values(WAIVER_RULES)];
}

/** `CIS Kubernetes Benchmark 5.2.2`, one for each reference. */
export function references(rule: Pick<ControlMeta, "frameworks">): readonly string[] {
    return rule.frameworks.map(({ framework, id }) => `${FRAMEWORKS[framework].title} ${id}`);
}

/** Where a control is explained; undefined where the run knows of no such place. */
export function linkTo(control: string, { controlsUrl }: Pick<Run, "controlsUrl">): string | undefined {
    return controlsUrl === undefined ? undefined : `${controlsUrl}#${control}`;
}

/** The file that a person should open for a finding: the source, or the settings of a stack of the program. */
export function fileOf({ source }: Pick<Finding, "source">): string {
    const stack = /^stack (\S+)$/.exec(source)?.[1];
    return stack === undefined ? source : `Pulumi.${stack}.yaml`;
}
