import type { Control } from "../../policies/engine/control";
import { componentsOf, EXCEPTIONS, ExceptionBook } from "../../policies/engine/exceptions";
import { describe, kubeObjects } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { defineCommand } from "../cli/command";
import { clusterSeen, ClusterRecording, EVIDENCE_OPTION } from "../evidence/cluster-recording";
import type { Result } from "../evidence/statement";
import type { Failure, Finding } from "../findings";
import { FINDING_FORMATS } from "../formats";
import type { Outcome } from "../formats/report";
import { count } from "../formats/style";
import { UsageError } from "../io";
import { runStack, stackWaivers } from "../preview/stacks";
import type { Selection } from "../selection";
import { announce, readSelection, selectionOptions } from "../selection";
import type { ProgramPreview } from "../sources/program";
import { ReadOnlyClient } from "../sources/cluster/client";
import { connectionTo, refuseOtherCluster } from "../sources/cluster/identity";
import { CONNECTION_OPTIONS, readConnection } from "../sources/cluster/kubeconfig";
import { ownerOf } from "../sources/cluster/owner";
import type { HostRequest } from "../sources/program/registration";
import type { Read } from "./judge";
import { judge, startOf } from "./judge";
import { readLive } from "./live";
import { VIEW_OPTIONS, viewOf } from "./view";

/** Judges what a cluster holds, by reading only. */
export const command = defineCommand({
    stacks: "maybe",
    options: {
        ...CONNECTION_OPTIONS,
        namespace: { type: "text", short: "n", value: "NAME", description: "only this namespace", multiple: true },
        "exclude-namespace": { type: "text", value: "NAME", description: "all but this namespace", multiple: true },
        "exclude-resource": {
            type: "text",
            value: "PLURAL",
            description: "do not read these objects, e.g. secrets",
            multiple: true,
        },
        "page-size": { type: "count", value: "N", description: "objects asked for at a time, default 500" },
        qps: {
            type: "count",
            value: "N",
            description: "requests a second to the API server, at most; default no limit",
        },
        rehearsal: {
            type: "flag",
            description: "the cluster is one to try the stack on, not its own; the statement says so",
        },
        ...EVIDENCE_OPTION,
        ...selectionOptions("x0tta6bl4"),
        ...VIEW_OPTIONS,
    },
    formats: FINDING_FORMATS,
    notes: [
        "Reads every kind that the API server can list, page by page, with GET alone, and drops the values of Secrets on",
        "receipt. Pods and ReplicaSets that a controller made are judged by its template. With --stack, the stack's waivers",
        "apply, and what its components need excepted. A statement needs a stack, and is of the whole cluster.",
    ],
    run: async ({ options, stacks: [request], words, output, project, io }) => {
        const { evidence, rehearsal } = options;
        refusePartialEvidence(options, request);
        const recording =
            evidence === undefined || request === undefined
                ? undefined
                : new ClusterRecording("audit", request, evidence);
        const view = viewOf(options, output.format, words);
        const given = readSelection(options, project);
        const selection =
            request === undefined ? given : { ...given, waivers: [...given.waivers, ...stackWaivers(request)] };
        announce(selection, io);
        const connection = readConnection(request === undefined ? options : connectionTo(options, request));
        const source = `cluster ${connection.name}`;
        const start = startOf(io);
        const client = new ReadOnlyClient(connection, undefined, options.qps);
        if (request !== undefined && !rehearsal) {
            await refuseOtherCluster(client, request, source);
        }
        // Asked now: reading the cluster's objects closes the connection.
        const cluster = recording && (await clusterSeen(client, connection.name, rehearsal));
        const { resources, failures } = await readLive(client, io, {
            source,
            namespaces: options.namespace,
            excludeNamespaces: options["exclude-namespace"],
            excludeResources: options["exclude-resource"],
            page: options["page-size"],
        });
        const stacks = one(resources, { subject: source, failures });
        const made = request && (await runStack(request, io));
        const exceptions = made && exceptionsOf(made);
        const findings: Finding[] = [];
        const witness = recording &&
            cluster && {
                sees: (finding: Finding) => findings.push(finding),
                ends: (outcome: Outcome) => {
                    const registrations = made?.registrations ?? [];
                    recording.write({
                        ...{ at: start.at, cluster, registrations },
                        results: resultsOf(selection, findings, outcome),
                    });
                },
            };
        return judge({ stacks, selection, exceptions, start, view, output, io, ownerOf, witness });
    },
});

/** A statement that left something out would be taken for one of all. @throws UsageError */
function refusePartialEvidence(
    options: Readonly<Record<"namespace" | "exclude-namespace" | "exclude-resource", readonly string[]>> & {
        readonly evidence: string | undefined;
    },
    request: HostRequest | undefined,
): void {
    if (options.evidence === undefined) {
        return;
    }
    const partial = (["namespace", "exclude-namespace", "exclude-resource"] as const).filter(
        (name) => options[name].length > 0,
    );
    const faults = [
        ...(request === undefined ? ["--evidence needs --stack NAME: a statement says which stack it is about"] : []),
        ...partial.map((name) => `--evidence is of the whole cluster, so --${name} can't stand beside it`),
    ];
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
}

/**
 * What came of each control. Where something could not be read, a control that found nothing may have missed it, unless it looks
 * at one object at a time and at none of that kind.
 */
function resultsOf(
    { selected }: Selection,
    findings: readonly Finding[],
    { failures: all }: Outcome,
): readonly Result[] {
    const byControl = Map.groupBy(findings, ({ control }) => control);
    // One that is run in several ways is one control.
    const chosen = new Map(selected.map(({ control }) => [control.name, control]));
    return [...chosen].map(([name, control]) => {
        const failures = all.filter((failure) => mayConcern(control, failure));
        const of = (status: Finding["status"]): number =>
            (byControl.get(name) ?? []).filter((finding) => finding.status === status).length;
        const [violations, unverifiable, waived] = [of("violation"), of("unverifiable"), of("waived")];
        if (violations > 0) {
            return { name, outcome: "failed", detail: count(violations, "violation") };
        }
        if (unverifiable > 0 || failures.length > 0) {
            const detail = unverifiable > 0 ? `${unverifiable} unverifiable` : count(failures.length, "error");
            return { name, outcome: "unknown", detail };
        }
        return { name, outcome: "passed", ...(waived > 0 && { detail: count(waived, "waived finding") }) };
    });
}

/** Kinds of the core group whose objects carry a pod. Of another group's nobody knows. */
const WITH_PODS = new Set(["Pod", "PodTemplate", "ReplicationController"]);

function mayConcern(control: Control, { unread }: Failure): boolean {
    if (unread === undefined || control.scope === "stack") {
        return true;
    }
    return control.applies({ ...unread, pods: unread.group !== "" || WITH_PODS.has(unread.kind) });
}

/** What the components of a stack need excepted, told by what its program makes: what runs in a cluster has no URN. */
function exceptionsOf({ resources }: ProgramPreview): ExceptionBook {
    const made = resources
        .flatMap(kubeObjects)
        .map((object) => [describe(object), componentsOf(object.resource.urn ?? "")] as const);
    return new ExceptionBook(EXCEPTIONS, new Map(made));
}

function* one(resources: readonly Resource[], came: Read): Generator<readonly Resource[], Read, undefined> {
    yield resources;
    return came;
}
