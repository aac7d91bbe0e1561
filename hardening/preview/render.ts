import { dump } from "js-yaml";

import type { Body } from "../../policies/kubernetes/kube";
import { obj, str } from "../../policies/kubernetes/kube";
import type { Registration, Wire } from "../sources/program/registration";
import { isUnknown, secretValue } from "../sources/program/registration";
import { applyRank } from "./order";

/** A file of the rendered stack. */
export interface RenderedFile {
    readonly name: string;
    readonly content: string;
}

/** A rendered stack, or why it can't be rendered: one line for each object at fault. */
export interface Rendering {
    readonly files: readonly RenderedFile[];
    readonly faults: readonly string[];
    /** Resources that are no Kubernetes objects and have no file, by URN. */
    readonly skipped: readonly string[];
}

/**
 * Renders the Kubernetes objects of a stack as files in apply order: one object a file, and a kustomization that lists
 * them. Secrets and values unknown before deployment can't be written to a file; each is a fault.
 */
export function renderStack(registrations: readonly Registration[]): Rendering {
    const custom = registrations.filter(({ custom: isCustom }) => isCustom);
    const isObject = ({ type, inputs }: Registration): boolean => type.startsWith("kubernetes:") && "kind" in inputs;
    const faults = custom.filter(isObject).flatMap(unrenderable);
    const objects = custom
        .filter(isObject)
        .map(({ inputs }) => inputs as Body)
        // Sorted by name within a rank, because the order in which a program registers is not fixed.
        .sort((a, b) => applyRank(a) - applyRank(b) || fileStem(a).localeCompare(fileStem(b), "en"));
    const width = String(objects.length).length;
    const files = objects.map((object, index) => ({
        name: `${String(index + 1).padStart(width, "0")}-${fileStem(object)}.yaml`,
        content: yaml(object),
    }));
    const kustomization = {
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: files.map(({ name }) => name),
        // Kustomize would sort by kind otherwise; the files are in apply order already.
        sortOptions: { order: "fifo" },
    };
    return {
        files: faults.length > 0 ? [] : [...files, { name: "kustomization.yaml", content: yaml(kustomization) }],
        faults,
        skipped: custom.filter((registration) => !isObject(registration)).map(({ urn }) => urn),
    };
}

function yaml(object: Body): string {
    return dump(object, { lineWidth: -1, noRefs: true, sortKeys: false });
}

function fileStem(object: Body): string {
    const metadata = obj(object["metadata"]);
    return [str(object["kind"]), str(metadata["namespace"]), str(metadata["name"])]
        .filter((part) => part !== "")
        .join("-")
        .toLowerCase()
        .replace(/[^a-z0-9.-]+/g, "-");
}

function unrenderable({ urn, inputs }: Registration): readonly string[] {
    const faults: string[] = [];
    const visit = (value: Wire, path: string): void => {
        if (isUnknown(value)) {
            faults.push(`${urn}: ${path} is only known after deployment`);
        } else if (typeof value === "object" && value !== null) {
            if (secretValue(value) !== undefined) {
                faults.push(
                    `${urn}: ${path} is a secret; secrets are not written to files, bring it in through External Secrets`,
                );
                return;
            }
            for (const [name, item] of Object.entries(value)) {
                visit(item, path === "" ? name : `${path}.${name}`);
            }
        }
    };
    Object.entries(inputs).forEach(([name, value]) => visit(value, name));
    return faults;
}
