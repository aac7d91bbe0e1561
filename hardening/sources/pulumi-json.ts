import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import type { Origin, Producer } from "./producer";
import { objectsIn } from "./producer";
import type { Wire } from "./program/registration";
import { KNOWN_LATER, SECRET, SIGNATURE } from "./program/registration";
import { unwrap } from "./program/values";

/** Versions of exported deployments whose form is known (apitype.DeploymentV3 and what followed without a change here). */
const DEPLOYMENT_VERSIONS: readonly unknown[] = [3, 4];

/** What Pulumi's own JSON says of one resource. */
interface State {
    readonly urn: string;
    readonly type: string;
    readonly parent: string;
    readonly inputs: unknown;
    /** Why the inputs are not the whole object. */
    readonly opaque?: string;
}

/** What `pulumi preview --json` shows in a secret's place. */
const SHOWN_SECRET = "[secret]";

/** Components of the Kubernetes provider that make objects out of texts and charts. */
const MAKERS = /^kubernetes:(?:helm\.sh\/v\d+:Chart|yaml(?:\/v2)?:Config(?:File|Group)|kustomize(?:\/v2)?:Directory)$/;

/** `pulumi preview --json`. */
const preview: Producer = (body, origin) => {
    if (!isPreview(body)) {
        return undefined;
    }
    const faults: string[] = [];
    const states = new Map<string, State>();
    for (const step of objectsIn(body["steps"], "steps", faults)) {
        takeStep(step, states, faults);
    }
    const failed = list(body["diagnostics"]).some((entry) => obj(entry)["severity"] === "error");
    if (failed) {
        faults.push("the preview ended in an error, so it does not show all that would be deployed");
    }
    return { resources: resourcesOf(states.values(), origin, faults), faults };
};

/** Other tools have steps too, though none that are about URNs. */
function isPreview({ steps, changeSummary, diagnostics, config }: Body): boolean {
    return Array.isArray(steps) && steps.length > 0
        ? steps.some((step) => isObj(step) && ("urn" in step || "op" in step))
        : isObj(changeSummary) || (isObj(config) && Array.isArray(diagnostics));
}

function takeStep(step: Body, states: Map<string, State>, faults: string[]): void {
    const urn = str(step["urn"]);
    const state = step["newState"] ?? step["new"];
    if (/^(?:delete|discard|remove)/.test(str(step["op"]))) {
        return;
    }
    if (urn === "" || !isObj(state)) {
        faults.push(`a step of ${urn || "an unnamed resource"} has no state to judge`);
        return;
    }
    states.set(urn, stateOf(urn, state));
}

function stateOf(urn: string, state: Body): State {
    return {
        urn,
        type: str(state["type"]) || typeInUrn(urn),
        parent: str(state["parent"]),
        inputs: state["inputs"],
    };
}

/** One event of `pulumi preview --json` as a stream, or of an engine's event log. */
const event: Producer = (body, origin) => {
    if (typeof body["sequence"] !== "number" || typeof body["timestamp"] !== "number") {
        return undefined;
    }
    const metadata = obj(obj(body["resourcePreEvent"])["metadata"]);
    const states = new Map<string, State>();
    const faults: string[] = [];
    if (isObj(body["resourcePreEvent"])) {
        takeStep(metadata, states, faults);
    }
    return { resources: resourcesOf(states.values(), origin, faults), faults };
};

/** `pulumi stack export`, and a checkpoint as backends keep it. */
const deployment: Producer = (body, origin) => {
    const checkpoint = body["checkpoint"];
    const held = isObj(checkpoint) ? checkpoint["latest"] : body["deployment"];
    if (body["version"] === undefined || (checkpoint === undefined && !isObj(body["deployment"]))) {
        return undefined;
    }
    if (!DEPLOYMENT_VERSIONS.includes(body["version"])) {
        const known = DEPLOYMENT_VERSIONS.join(" and ");
        return { resources: [], faults: [`version: a deployment of this version can't be read; known are ${known}`] };
    }
    const faults: string[] = [];
    const states = objectsIn(obj(held)["resources"], "deployment.resources", faults)
        .filter((state) => state["delete"] !== true)
        .map((state) => stateOf(str(state["urn"]), state));
    return { resources: resourcesOf(states, origin, faults), faults };
};

/** An update plan, as `pulumi preview --save-plan` writes it. */
const plan: Producer = (body, origin) => {
    const held = isObj(body["plan"]) ? body["plan"] : body;
    if (!isObj(held["resourcePlans"])) {
        return "ciphertext" in held && body["version"] !== undefined
            ? { resources: [], faults: ["the plan is encrypted; save it without encryption, or scan the preview"] }
            : undefined;
    }
    const faults: string[] = [];
    const states: State[] = [];
    for (const [urn, planned] of Object.entries(held["resourcePlans"])) {
        const goal = obj(planned)["goal"];
        const steps = list(obj(planned)["steps"]);
        if (!isObj(goal)) {
            // What is only deleted has no goal.
            if (steps.length === 0 || steps.some((step) => !str(step).startsWith("delete"))) {
                faults.push(`the plan of ${urn} has no goal to judge`);
            }
            continue;
        }
        const isNew = steps.length > 0 && steps.every((step) => step === "create");
        states.push({
            urn,
            type: str(goal["type"]) || typeInUrn(urn),
            parent: str(goal["parent"]),
            inputs: obj(goal["inputDiff"])["adds"],
            ...(!isNew && { opaque: "the plan holds only what changes of it; scan the preview or the exported stack" }),
        });
    }
    return { resources: resourcesOf(states, origin, faults), faults };
};

/** Every form of JSON that Pulumi writes about a stack. */
export const PULUMI_PRODUCERS: readonly Producer[] = [preview, event, deployment, plan];

function typeInUrn(urn: string): string {
    return (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
}

function resourcesOf(states: Iterable<State>, { source, document }: Origin, faults: string[]): readonly Resource[] {
    const all = [...states];
    const parents = new Set(all.map(({ parent }) => parent));
    return all.flatMap(({ urn, type, inputs, opaque }): readonly Resource[] => {
        if (type === "") {
            faults.push(`a resource (${urn || "without URN"}) has no type, so it can't be judged`);
            return [];
        }
        const said = typeInUrn(urn);
        if (said !== "" && said !== type) {
            faults.push(`${urn} has another type than its URN says; the file is damaged`);
        }
        const base = { source, document, type, urn };
        if (MAKERS.test(type)) {
            return parents.has(urn)
                ? []
                : [{ ...base, props: {}, opaque: "none of the objects that it makes is seen" }];
        }
        const isObject = /^kubernetes:[^:]+:[^:]+$/.test(type) && !type.startsWith("kubernetes:helm.sh/");
        if (!isObject) {
            return [{ ...base, props: {} }];
        }
        if (opaque !== undefined || !isObj(inputs)) {
            return [{ ...base, props: {}, opaque: opaque ?? "its inputs are not in the file" }];
        }
        const props = manifestOf(type, inputs);
        const isNamed = [inputs["apiVersion"], inputs["kind"]].every(
            (name) => name === undefined || typeof name === "string",
        );
        return [isNamed ? { ...base, props } : { ...base, props: {}, opaque: "its apiVersion or kind is no text" }];
    });
}

/** The manifest in a resource's inputs. What is secret or not known yet is unknown; what the engine adds is left out. */
function manifestOf(type: string, inputs: Body): Body {
    const [, version = "", kind = ""] = type.split(":");
    const patch = kind.endsWith("Patch") ? kind.slice(0, -"Patch".length) : kind;
    const fields = Object.entries(inputs).filter(([key]) => !key.startsWith("__"));
    const wire = Object.fromEntries(fields.map(([key, value]) => [key, wireOf(value)]));
    return unwrap({ apiVersion: version.replace(/^core\//, ""), kind: patch, ...wire }).props;
}

/** A value in the engine's own form, in which every secret is unknown: judged as such, and never printed. */
function wireOf(value: unknown): Wire {
    if (value === SHOWN_SECRET) {
        return KNOWN_LATER;
    }
    if (Array.isArray(value)) {
        return value.map(wireOf);
    }
    if (isObj(value)) {
        return value[SIGNATURE] === SECRET
            ? KNOWN_LATER
            : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wireOf(item)]));
    }
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
