import type { ActionRecord, Decision, Incident } from "@x0tta6bl4/responder";

import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import { UsageError } from "../io";
import { ApiError } from "../sources/cluster/client";
import { CONNECTION_OPTIONS, readConnection } from "../sources/cluster/kubeconfig";
import type { IncidentReport } from "./draw-incidents";
import { INCIDENT_FORMATS } from "./draw-incidents";
import { IncidentClient } from "./incidents";

/** What a person may say of an incident, and the states of an action in which it means something. */
const VERDICTS: ReadonlyMap<
    string,
    { readonly verdict: Decision["verdict"]; readonly states?: readonly ActionRecord["state"][] }
> = new Map([
    ["approve", { verdict: "approve", states: ["proposed"] }],
    ["undo", { verdict: "undo", states: ["running", "done", "failed", "undo-failed"] }],
    ["confirm", { verdict: "confirm", states: ["running", "done", "failed", "undo-failed"] }],
    ["ack", { verdict: "acknowledge" }],
]);

const USAGE = "list | show INCIDENT | approve|undo|confirm INCIDENT [ACTION] | ack INCIDENT";

/** For the people who answer for incidents: sees and decides with the caller's own rights. */
export const people = defineCommand({
    stacks: "none",
    operands: { usage: USAGE, missing: `respond needs ${USAGE}, or --simulate EVENTS` },
    options: {
        ...CONNECTION_OPTIONS,
        namespace: {
            type: "text",
            short: "n",
            value: "NAME",
            description: "the responder's namespace",
            default: "responder",
        },
    },
    formats: INCIDENT_FORMATS,
    run: async ({ options, operands, output }) => {
        const asked = read(operands);
        const client = new IncidentClient(readConnection(options), options.namespace);
        try {
            await output.write(await answer(client, asked));
            return EXIT.clean;
        } catch (error) {
            throw error instanceof ApiError ? new UsageError([`SecurityIncidents: ${error.message}`]) : error;
        } finally {
            client.close();
        }
    },
});

interface Asked {
    readonly what: string;
    readonly name: string;
    readonly action: string | undefined;
}

function read([what = "", name, action, ...rest]: readonly string[]): Asked {
    const least = what === "list" ? 0 : 1;
    const most = VERDICTS.get(what)?.states === undefined ? least : 2;
    const given = [name, action, ...rest].filter((one) => one !== undefined).length;
    if ((what !== "list" && what !== "show" && !VERDICTS.has(what)) || given < least || given > most) {
        throw new UsageError([`respond takes ${USAGE}; found "${[what, name, action, ...rest].join(" ").trim()}"`]);
    }
    return { what, name: name ?? "", action };
}

async function answer(client: IncidentClient, { what, name, action }: Asked): Promise<IncidentReport> {
    if (what === "list") {
        return { kind: "list", incidents: await client.list() };
    }
    const found = await client.get(name);
    const decided = VERDICTS.get(what);
    if (decided === undefined) {
        return { kind: "one", found };
    }
    if ("fault" in found) {
        throw new UsageError([`${name} can't be decided about: ${found.fault}`]);
    }
    const id = decided.states === undefined ? undefined : actionOf(found.incident, what, decided.states, action);
    return { kind: "decided", name, decision: await client.decide(name, decided.verdict, id) };
}

/** The ID of the action that is meant, by itself or its type; undefined for all. @throws {UsageError} where it would change nothing */
function actionOf(
    { name, actions }: Incident,
    what: string,
    states: readonly ActionRecord["state"][],
    wanted: string | undefined,
): string | undefined {
    const meant = actions.filter(({ id, type }) => wanted === undefined || id === wanted || type === wanted);
    const shown = actions.map(({ id, state }) => `${id} (${state})`).join(", ") || "none";
    if (meant.length === 0) {
        throw new UsageError([`${name} has no action ${wanted ?? ""}; it has ${shown}`]);
    }
    const ready = meant.filter(({ state }) => states.includes(state));
    if (ready.length === 0) {
        throw new UsageError([
            `${name} has nothing to ${what}: that is for actions ${states.join(" or ")}; it has ${shown}`,
        ]);
    }
    if (wanted !== undefined && ready.length > 1) {
        throw new UsageError([
            `${wanted} of ${name} is ambiguous: name one of ${ready.map(({ id }) => id).join(", ")}`,
        ]);
    }
    return wanted === undefined ? undefined : ready[0]?.id;
}
