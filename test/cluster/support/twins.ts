import assert from "node:assert/strict";
import { CATALOGUE, type AdmittedKind } from "../../../components/admission/catalogue";
import { policySpec, type Twin } from "../../../components/admission/policies";
import { str } from "../../../policies/kubernetes/kube";
import type { Manifest } from "../../support/controls";
import { MEANINGFUL, NAMESPACE, placed, resourceOf } from "../../support/twins";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { until } from "./until";

/** What the API server makes of a manifest: the names of the twins that refuse it, or why the manifest is none. */
export type Admitted = { readonly refused: readonly string[] } | { readonly invalid: string };

/** The namespace of the cases. */
export function casesNamespace(): KubernetesObject {
    const labels = {
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/warn": "restricted",
    };
    return { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } };
}

/** The program's own policies, bound to warn: one request then tells the verdict of every control. */
export function policiesAndBindings(all: readonly Twin[]): readonly object[] {
    return all.flatMap((twin) => {
        const { name } = twin.control;
        const spec = policySpec(twin, [], []);
        const [validation] = spec.validations as { expression: string }[];
        // Warnings are cut when there are many, so each says no more than it must.
        const validations = [{ expression: validation?.expression, message: "refused" }];
        const values = [NAMESPACE, ...MEANINGFUL];
        return [
            {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingAdmissionPolicy",
                metadata: { name },
                spec: { ...spec, validations },
            },
            {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingAdmissionPolicyBinding",
                metadata: { name },
                spec: {
                    policyName: name,
                    validationActions: ["Warn"],
                    matchResources: {
                        namespaceSelector: {
                            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }],
                        },
                    },
                },
            },
        ];
    });
}

/** Sends a manifest to the API server, without keeping it. */
export async function send(cluster: Cluster, manifest: Manifest): ReturnType<Cluster["request"]> {
    const kind = resourceOf(manifest);
    assert.ok(kind !== undefined, `${str(manifest["apiVersion"])} ${str(manifest["kind"])} is not in the catalogue`);
    const object = placed(manifest);
    const { namespace } = object["metadata"] as { readonly namespace?: string };
    const base = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
    const folder = namespace === undefined ? base : `${base}/namespaces/${namespace}`;
    const created = await cluster.request("POST", `${folder}/${kind.resource}?dryRun=All`, object);
    // What is there already can still be changed.
    return created.status === 409
        ? cluster.request("PUT", `${folder}/${kind.resource}/${knownName(object)}?dryRun=All`, object)
        : created;
}

function knownName(object: Manifest): string {
    return str((object["metadata"] as Manifest)["name"]);
}

/** What the API server says about a manifest. */
export async function admitted(cluster: Cluster, manifest: Manifest): Promise<Admitted> {
    const { status, text, warnings } = await send(cluster, manifest);
    if (status !== 201 && status !== 200) {
        return { invalid: text };
    }
    return {
        refused: [...warnings.matchAll(/ValidatingAdmissionPolicy '([^']+)'/g)].map(([, name = ""]) => name).sort(),
    };
}

/** Custom resources of the catalogue that the cluster does not have, with any content: what a twin reads is a manifest's. */
export async function missingDefinitions(cluster: Cluster): Promise<readonly KubernetesObject[]> {
    const found = await Promise.all(
        CATALOGUE.filter(({ group }) => group.includes(".")).map(async (kind) => {
            const { status } = await cluster.request("GET", `/apis/${kind.group}/${kind.version}/${kind.resource}`);
            return status === 404 ? [definition(kind)] : [];
        }),
    );
    return found.flat();
}

/** Waits until the resources of some definitions can be used. */
export async function served(cluster: Cluster, definitions: readonly KubernetesObject[]): Promise<void> {
    const names = new Set(definitions.map(({ metadata }) => metadata.name));
    const kinds = CATALOGUE.filter(({ group, resource }) => names.has(`${resource}.${group}`));
    await until(
        "the custom resources are served",
        async () => {
            const answers = await Promise.all(
                kinds.map(async ({ group, version, resource }) => {
                    const { status } = await cluster.request("GET", `/apis/${group}/${version}/${resource}`);
                    return status === 200 ? [] : [resource];
                }),
            );
            return answers.flat().length === 0 || `not yet ${answers.flat().join(", ")}`;
        },
        { seconds: 90 },
    );
}

function definition({ group, version, kind, resource, namespaced }: AdmittedKind): KubernetesObject {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: {
            name: `${resource}.${group}`,
            // Groups under k8s.io are protected; this says that the definition is none of theirs.
            annotations: { "api-approved.kubernetes.io": "unapproved, for a test" },
        },
        spec: {
            group,
            names: { kind, plural: resource },
            scope: namespaced ? "Namespaced" : "Cluster",
            versions: [{ name: version, served: true, storage: true, schema }],
        },
    };
}
