import assert from "node:assert/strict";

import { policySpec, selectedFor, twins } from "../../../components/admission/policies";
import { admissionSettings } from "../../../components/admission/settings";
import type { Admitted } from "../../../components/admission/expressions";
import { foundationOf } from "../../../components/foundation";
import { unwrap } from "../../../hardening/sources/program/values";
import { asAdmitted } from "../../support/admitted";
import { admission } from "../../support/cel";
import type { Manifest } from "../../support/controls";
import { configOf, objectsOf, PROJECT, strangers } from "../../support/stranger";

/*
 * An exception is for a field, for what may stand there, and for a container. Whoever may change the excepted object, or the
 * template of what it makes, gains nothing else by it.
 */

interface Container {
    readonly name: string;
    readonly securityContext?: Readonly<Record<string, unknown>>;
}

interface PodSpec {
    readonly containers: readonly Container[];
    readonly volumes: readonly object[];
}

interface Workload {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: { readonly template: { readonly metadata: object; readonly spec: PodSpec } };
}

const settings = admissionSettings.read({ action: "deny" }, "admission", []);

/** What the twins of the controls named say of an object; `by` is who makes it. */
type Judge = (object: Manifest, by?: string) => readonly string[];

function judgeOf(admitted: readonly Admitted[], names: readonly string[]): Judge {
    const decisions = twins(settings, selectedFor(settings))
        .filter(({ control }) => names.includes(control.name))
        .map((twin) => ({ ...twin, decide: admission(policySpec(twin, admitted, [])) }));
    return (object, by = "someone") =>
        decisions
            .filter(({ kinds, decide }) => {
                const judges = kinds.some(({ kind }) => kind === object["kind"]);
                return (
                    judges &&
                    decide(asAdmitted(object), undefined, { operation: "CREATE", username: by }).refused.length > 0
                );
            })
            .map(({ control }) => control.name)
            .sort();
}

describe("an exception at admission", () => {
    let workloads: readonly Workload[];
    let others: readonly Manifest[];
    let judge: Judge;

    before(async function () {
        this.timeout(120_000);
        const { exceptions } = foundationOf(configOf(strangers("sienna")), PROJECT);
        judge = judgeOf(exceptions, [...new Set(exceptions.map(({ control }) => control))]);
        const objects = await objectsOf(strangers("sienna"));
        const registered = objects.map(({ inputs }) => unwrap(inputs).props as unknown as Workload);
        const isWorkload = ({ kind }: Workload) => ["DaemonSet", "Deployment", "StatefulSet"].includes(kind);
        workloads = registered.filter(isWorkload);
        others = registered.filter((object) => !isWorkload(object)) as unknown as readonly Manifest[];
    });

    const one = (name: string): Workload => {
        const found = workloads.find(({ metadata }) => metadata.name === name);
        assert.ok(found, name);
        return found;
    };
    const changed = (workload: Workload, change: (spec: PodSpec) => Partial<PodSpec>): Workload => {
        const { template } = workload.spec;
        const spec = { ...template.spec, ...change(template.spec) };
        return { ...workload, spec: { ...workload.spec, template: { ...template, spec } } };
    };
    /** The pod that a controller makes of a workload. */
    const podOf = ({ apiVersion, kind, metadata, spec }: Workload): Manifest => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
            ...spec.template.metadata,
            name: `${metadata.name}-x1`,
            namespace: metadata.namespace,
            ownerReferences: [{ apiVersion, kind, name: metadata.name, controller: true }],
        },
        spec: spec.template.spec,
    });
    const saidOf = (workload: Workload): readonly string[] => {
        const asWorkload = judge(workload as unknown as Manifest);
        const controller = "system:serviceaccount:kube-system:daemon-set-controller";
        assert.deepEqual(judge(podOf(workload), controller), asWorkload, workload.metadata.name);
        return asWorkload;
    };

    it("admits every workload that its component registers, and the pods made of it", () => {
        assert.ok(workloads.length > 8);
        for (const workload of workloads) {
            assert.deepEqual(saidOf(workload), [], workload.metadata.name);
        }
        for (const object of others) {
            assert.deepEqual(judge(object), [], JSON.stringify(object["metadata"]));
        }
    });

    it("admits no other path of the node than those that it names", () => {
        for (const name of ["falco", "spire-agent", "spiffe-csi-driver"]) {
            for (const path of ["/", "/etc", "/procx", "/run/spire/agent-sockets/.."]) {
                const mounted = changed(one(name), ({ volumes }) => ({
                    volumes: [...volumes, { name: "more", hostPath: { path } }],
                }));
                assert.ok(saidOf(mounted).includes("restricted-volume-types"), `${name} ${path}`);
            }
        }
    });

    it("admits no other capability than those that it names", () => {
        const added = changed(one("falco"), ({ containers }) => ({
            containers: containers.map((container) => ({
                ...container,
                securityContext: {
                    ...container.securityContext,
                    capabilities: { drop: ["ALL"], add: ["BPF", "SYS_ADMIN"] },
                },
            })),
        }));
        assert.ok(saidOf(added).includes("drop-all-capabilities"));
    });

    it("leaves the containers to the control that it is not about", () => {
        const privileged = { privileged: true, runAsNonRoot: false, runAsUser: 0, allowPrivilegeEscalation: true };
        const beside = (name: string) =>
            saidOf(
                changed(one(name), ({ containers }) => ({
                    containers: [...containers, { ...containers[0], name: "more", securityContext: privileged }],
                })),
            );
        assert.ok(beside("spiffe-csi-driver").includes("no-privileged-containers"));
        assert.ok(beside("spiffe-csi-driver").includes("no-privilege-escalation"));
        for (const control of ["run-as-non-root", "no-root-user", "drop-all-capabilities"]) {
            assert.ok(beside("falco").includes(control), control);
        }
    });

    it("is as a waiver of a container is: of that container", () => {
        const privileged = changed(one("sienna-web"), ({ containers }) => ({
            containers: containers.map((container) => ({
                ...container,
                securityContext: { ...container.securityContext, privileged: true },
            })),
        }));
        const object = "Deployment sienna-shop/sienna-web";
        const control = "no-privileged-containers";
        const said = (container?: string) =>
            judgeOf(
                [{ control, object, ...(container !== undefined && { container }) }],
                [control],
            )(privileged as unknown as Manifest);
        assert.deepEqual(said(), []);
        assert.deepEqual(said("sienna-web"), []);
        assert.deepEqual(said("other"), [control]);
    });
});
