import { dirname, relative, resolve, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";

import ignore from "ignore";

import { controls } from "../policies/controls";
import { Attempts } from "../policies/engine/input";
import type { ProfileName, Selected } from "../policies/engine/profiles";
import { selectControls } from "../policies/engine/profiles";
import type { Project } from "./project";

/** What an override says for the sources that it names. */
type Override = NonNullable<Project["overrides"]>[number];

/** What counts where no override does. */
interface Own {
    readonly profile: ProfileName;
    /** Levels and parameters by the control's name. */
    readonly config: unknown;
    readonly selected: readonly Selected[];
}

/**
 * Adds what a project says of some of its files: where several overrides name a file the last counts, over the profile and
 * the levels of the project as a whole. A control that is to be run in one way for some files and in another for others
 * comes several times, each for its sources.
 *
 * @param adjust what is done to the controls of every selection alike
 * @throws InputError with every mistake in the overrides
 */
export function withOverrides(
    own: Own,
    { overrides = [], file }: Project,
    adjust: (selected: readonly Selected[]) => readonly Selected[],
): readonly Selected[] {
    if (overrides.length === 0) {
        return own.selected;
    }
    const attempts = new Attempts();
    const others = overrides.map((override, index) =>
        attempts.of(() => adjust(selectionOf(override, own, `${file ?? ""}: overrides[${index}].controls`)), []),
    );
    attempts.finish();
    const overrideOf = lastMatch(overrides, dirname(file ?? "."));
    const ways = new Map<string, Way[]>();
    // The project's own selection is at -1, where a source is that no override names.
    for (const [index, selected] of [[-1, own.selected] as const, ...others.entries()]) {
        for (const choice of selected) {
            const { name } = choice.control;
            const known = ways.get(name) ?? [];
            const same = known.find((way) => isSame(way.choice, choice));
            if (same === undefined) {
                known.push({ choice, at: new Set([index]) });
            } else {
                same.at.add(index);
            }
            ways.set(name, known);
        }
    }
    const everywhere = others.length + 1;
    return controls.flatMap(({ name }) =>
        (ways.get(name) ?? []).map(({ choice, at }) =>
            at.size === everywhere ? choice : { ...choice, isFor: (source: string) => at.has(overrideOf(source)) },
        ),
    );
}

/** One way in which a control is to be run, and the overrides that want it so. */
interface Way {
    readonly choice: Selected;
    readonly at: Set<number>;
}

function isSame(one: Selected, other: Selected): boolean {
    return (
        one.enforcement === other.enforcement &&
        one.inPart === other.inPart &&
        isDeepStrictEqual(one.params, other.params)
    );
}

function selectionOf({ profile, controls: levels = {} }: Override, own: Own, name: string): readonly Selected[] {
    const config = { ...(own.config as Readonly<Record<string, unknown>>), ...levels };
    return selectControls(controls, profile ?? own.profile, config, name);
}

/** Finds the last override that names a source, by its paths, as a .gitignore writes them; -1 where none does. */
function lastMatch(overrides: readonly Override[], folder: string): (source: string) => number {
    const root = resolve(folder);
    const rules = overrides.map(({ paths }) => ignore({ ignorecase: false }).add([...paths]));
    const found = new Map<string, number>();
    return (source) => {
        let index = found.get(source);
        if (index === undefined) {
            const shown = relative(root, resolve(source)).split(sep).join("/");
            // Patterns are about what is below the project. A source may be a folder: a chart that was built.
            const isBelow = shown !== "" && shown !== ".." && !shown.startsWith("../");
            index = isBelow ? rules.findLastIndex((one) => one.ignores(shown) || one.ignores(`${shown}/`)) : -1;
            found.set(source, index);
        }
        return index;
    };
}
