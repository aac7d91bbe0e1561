import type { Control, ControlMeta } from "../../policies/engine/control";
import { controls } from "../../policies/controls";
import { factsOf } from "../../policies/engine/facts";
import { namesOf } from "../../policies/engine/names";
import { WAIVER_RULES } from "../../policies/engine/governance";
import type { ProfileName } from "../../policies/engine/profiles";
import { profileControls } from "../../policies/engine/profiles";
import { suggestion } from "../../policies/text";
import { defineCommand } from "../cli/command";
import type { ExitCode } from "../findings";
import { EXIT } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import { count } from "../formats/style";
import { PROFILE_OPTION, readSelection } from "../selection";

/** Lists the controls, explains one, or checks a configuration. */
export const command = defineCommand({
    operands: { usage: "[CONTROL…]" },
    stacks: "none",
    options: {
        profile: { ...PROFILE_OPTION, default: "all" },
        "check-config": {
            type: "text",
            value: "FILE",
            description: "check a file for --config and say what it selects",
        },
        json: { type: "flag", description: "print JSON" },
    },
    notes: ["Without CONTROL, lists what the profile holds; with it, explains each control named."],
    run: ({ options, operands, io }) => {
        const { profile, json, "check-config": configFile } = options;
        if (configFile !== undefined) {
            return checkConfig(configFile, profile, io);
        }
        const chosen = operands.length === 0 ? profileControls(controls, profile) : named(operands);
        if (json) {
            io.out(`${JSON.stringify(chosen.map(describeControl), undefined, 2)}\n`);
        } else if (operands.length > 0) {
            io.out(chosen.map(explain).join("\n"));
        } else {
            io.out(listing(chosen, profile));
        }
        return EXIT.clean;
    },
});

function checkConfig(file: string, profile: ProfileName, io: Io): ExitCode {
    const { selected } = readSelection({ config: file, profile });
    const advisory = selected.filter(({ enforcement }) => enforcement === "advisory").length;
    io.out(
        `${file} is in order: with profile ${profile} it selects ${count(selected.length, "control")}, ${advisory} of them advisory.\n`,
    );
    return EXIT.clean;
}

function named(names: readonly string[]): readonly (Control | ControlMeta)[] {
    const known = new Map<string, Control | ControlMeta>(
        [...controls, ...Object.values(WAIVER_RULES)].map((control) => [control.name, control]),
    );
    const nameOf = namesOf(controls);
    const given = names.map((name) => nameOf(name) ?? name);
    const missing = given.filter((name) => !known.has(name));
    if (missing.length > 0) {
        throw new UsageError(
            missing.map((name) => `there is no control "${name}"${suggestion(name, [...known.keys()])}`),
        );
    }
    return given.flatMap((name) => known.get(name) ?? []);
}

function listing(chosen: readonly ControlMeta[], profile: ProfileName): string {
    const width = Math.max(0, ...chosen.map(({ name }) => name.length));
    const lines = chosen.map(
        ({ name, severity, description }) => `${name.padEnd(width)}  ${severity.padEnd(8)}  ${description}`,
    );
    return [...lines, "", `${count(chosen.length, "control")} in profile ${profile}`, ""].join("\n");
}

function explain(control: Control | ControlMeta): string {
    const facts = factsOf(control).map(({ term, text }) => `  ${`${term}:`.padEnd(12)} ${text}`);
    return [control.name, `  ${control.description}`, ...facts, ""].join("\n");
}

function describeControl(control: Control | ControlMeta) {
    const { name, description, why, severity, enforcement, covers, frameworks, remediation, profiles, params } =
        control;
    return {
        name,
        description,
        why,
        severity,
        enforcement: enforcement ?? "mandatory",
        covers,
        frameworks,
        remediation,
        profiles: [...profiles, "all"],
        params: params ?? {},
    };
}
