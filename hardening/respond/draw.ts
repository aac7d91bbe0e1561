import type { SimulatedDecision } from "@x0tta6bl4/responder";

import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import { plain } from "../formats/style";

/** What the responder would do in a stack. */
export interface SimulationReport {
    readonly stack: string;
    readonly mode: string;
    readonly decisions: readonly SimulatedDecision[];
}

/** The forms in which that is shown. */
export const SIMULATION_FORMATS = {
    text: () => textOf,
    json: () => (report) => jsonText({ schema: 1, ...report }),
} as const satisfies FormatTable<SimulationReport>;

function textOf({ stack, mode, decisions }: SimulationReport): string {
    const states = decisions.flatMap(({ actions }) => actions.map(({ state }) => state));
    const counts = [...new Set(states)].map((state) => `${states.filter((one) => one === state).length} ${state}`);
    return [
        `stack ${stack}, mode ${mode}: ${decisions.length} events, ${counts.join(", ") || "nothing to do"}`,
        ...decisions.flatMap(({ at, event, key, confidence, actions, unresolved }) => [
            "",
            `${new Date(at).toISOString()}  ${plain(event)}`,
            `  ${plain(key)}, confidence ${confidence}`,
            ...unresolved.map((what) => `  not known: ${plain(what)}`),
            ...actions.map(
                ({ type, state, guard, reason }) =>
                    `  ${state.padEnd(8)}  ${type}: ${plain(reason)}${guard === undefined ? "" : ` (${guard})`}`,
            ),
        ]),
        "",
    ].join("\n");
}
