import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { typeToken } from "../../policies/kubernetes/resource";
import type { Origin, Producer } from "./producer";
import { objectsIn } from "./producer";
import type { Wire } from "./program/registration";
import { isUnknown, KNOWN_LATER } from "./program/registration";
import { unwrap } from "./program/values";
import { kindOfType, objectOf } from "./terraform-types";
import { readDocuments } from "./yaml";

/** Major version of the JSON of plans and states that is known (Terraform's "JSON Output Format"). */
const KNOWN_FORMAT = /^(?:0|1)\./;

/** What Terraform's JSON says of one resource. */
interface Planned {
    readonly address: string;
    readonly type: string;
    readonly values: Body;
}

/** `terraform show -json` of a plan or of a state; OpenTofu writes the same. */
export const terraform: Producer = (body, origin) => {
    const version = body["format_version"];
    if (
        typeof version !== "string" ||
        !["terraform_version", "resource_changes", "values"].some((key) => key in body)
    ) {
        return undefined;
    }
    if (!KNOWN_FORMAT.test(version)) {
        return {
            resources: [],
            faults: ["format_version: this version of Terraform's JSON can't be read; known is 1"],
        };
    }
    const faults: string[] = [];
    if (body["errored"] === true) {
        faults.push("the plan ended in an error, so it does not show all that would be applied");
    }
    if (
        body["resource_changes"] === undefined &&
        body["values"] === undefined &&
        body["planned_values"] !== undefined
    ) {
        faults.push("resource_changes is missing; the file is damaged or cut off");
    }
    const planned =
        body["resource_changes"] === undefined
            ? inModule(obj(obj(body["values"])["root_module"]), "values.root_module", faults)
            : objectsIn(body["resource_changes"], "resource_changes", faults).flatMap((change) =>
                  changed(change, faults),
              );
    return { resources: planned.flatMap((resource) => resourcesOf(resource, origin, faults)), faults };
};

const SHOW = "scan what terraform show -json prints of it";

/** What Terraform and OpenTofu write that looks like it, and what to scan in its place. */
export const terraformStored: Producer = (body) => {
    const has = (...keys: readonly string[]): boolean => keys.every((key) => key in body);
    const fault = has("encrypted_data", "encryption_version")
        ? `this is encrypted by OpenTofu; ${SHOW}`
        : has("lineage", "serial", "terraform_version")
          ? `this is a state as Terraform stores it; ${SHOW}`
          : has("@level", "@message", "@timestamp")
            ? `these are the messages of terraform plan -json, and no plan; save the plan by -out, and ${SHOW}`
            : undefined;
    return fault === undefined ? undefined : { resources: [], faults: [fault] };
};

/** The resource that a change leads to; none for one that is deleted or only read. */
function changed(resource: Body, faults: string[]): readonly Planned[] {
    const { actions, after, after_unknown: unknown, after_sensitive: sensitive } = obj(resource["change"]);
    const address = str(resource["address"]);
    const type = str(resource["type"]);
    if (
        resource["mode"] === "data" ||
        (list(actions).length === 1 && /^(?:delete|forget)$/.test(str(list(actions)[0])))
    ) {
        return [];
    }
    if (type === "" || !isObj(after)) {
        faults.push(`${address || "a resource"} has no planned values to judge`);
        return [];
    }
    if (!address.includes(`${type}.`)) {
        faults.push(`${address || "a resource"} has another type than its address says; the file is damaged`);
    }
    return [{ address, type, values: obj(hidden(hidden(after, unknown), sensitive)) }];
}

function inModule(module: Body, path: string, faults: string[]): readonly Planned[] {
    const own = objectsIn(module["resources"] ?? [], `${path}.resources`, faults).flatMap((resource) => {
        const { mode, values, sensitive_values: sensitive } = resource;
        const [address, type] = [str(resource["address"]), str(resource["type"])];
        if (mode === "data") {
            return [];
        }
        if (type === "" || !isObj(values)) {
            faults.push(`${address || "a resource"} has no values to judge`);
            return [];
        }
        if (!address.includes(`${type}.`)) {
            faults.push(`${address || "a resource"} has another type than its address says; the file is damaged`);
        }
        return [{ address, type, values: obj(hidden(values, sensitive)) }];
    });
    const below = objectsIn(module["child_modules"] ?? [], `${path}.child_modules`, faults);
    return [...own, ...below.flatMap((child, index) => inModule(child, `${path}.child_modules[${index}]`, faults))];
}

/** A value in which every place that `marks` has true for is unknown; where the mark covers the whole, all of it is. */
function hidden(value: unknown, marks: unknown): unknown {
    if (marks === true) {
        return KNOWN_LATER;
    }
    if (Array.isArray(marks)) {
        const items = Array.isArray(value) ? (value as readonly unknown[]) : [];
        return Array.from({ length: Math.max(items.length, marks.length) }, (_, index) =>
            hidden(items[index] ?? null, marks[index]),
        );
    }
    if (isObj(marks) && (isObj(value) || value === null || value === undefined)) {
        const object = { ...obj(value) };
        for (const [key, mark] of Object.entries(marks)) {
            if (mark !== false) {
                object[key] = hidden(object[key], mark);
            }
        }
        return object;
    }
    return value;
}

/** Resources that hold a whole manifest, by the attribute that it stands in. */
const MANIFESTS: Readonly<Record<string, string>> = {
    kubernetes_manifest: "manifest",
    kubectl_manifest: "yaml_body",
};

/** Types that change a part of an object that something else made, and such that only run or read. */
const PARTIAL = /^kubernetes_(?:labels|annotations|env|node_taint|config_map_v1_data|secret_v1_data|\w+_data)$/;

function resourcesOf({ address, type, values }: Planned, origin: Origin, faults: string[]): readonly Resource[] {
    const base = { ...origin, urn: address };
    const opaque = (reason: string): readonly Resource[] => [
        { ...base, type: `terraform:${type}`, props: {}, opaque: reason },
    ];
    const attribute = MANIFESTS[type];
    if (attribute !== undefined) {
        return manifestsIn(values[attribute]).flatMap((manifest) => {
            if (manifest === undefined) {
                return opaque("its manifest is not known before the apply, or can't be read");
            }
            const { apiVersion, kind } = manifest;
            return typeof apiVersion === "string" &&
                typeof kind === "string" &&
                !isUnknown(apiVersion) &&
                !isUnknown(kind)
                ? [{ ...base, type: typeToken(apiVersion, kind), props: propsOf(manifest) }]
                : opaque("the apiVersion and kind of its manifest are not known before the apply");
        });
    }
    if (type === "helm_release") {
        return opaque("a Helm release is one opaque object, and those of its chart are not seen");
    }
    if (!type.startsWith("kubernetes_") && !type.startsWith("kubectl_") && !type.startsWith("kustomization_")) {
        return [{ ...base, type: `terraform:${type}`, props: {} }];
    }
    const known = kindOfType(type);
    if (known === undefined || PARTIAL.test(type)) {
        return opaque("this type of Terraform resource stands for no whole object that is known here");
    }
    if (Object.keys(values).length === 0) {
        faults.push(`${address} has no planned values to judge`);
    }
    const { apiVersion, kind } = known;
    const paths: string[] = [];
    const unread = (path: string): void => {
        paths.push(path);
    };
    const attributes = kind === "Secret" ? asSecret(values) : values;
    const object = objectOf(known.type, attributes, { marker: KNOWN_LATER, isUnknown, unread });
    return [
        { ...base, type: typeToken(apiVersion, kind), props: propsOf({ ...object, apiVersion, kind }) },
        ...(paths.length === 0 ? [] : opaque(`what its attributes ${paths.join(", ")} stand for is not known here`)),
    ];
}

/** Terraform's provider takes the values of a Secret as text and encodes them itself. */
function asSecret({ data, ...rest }: Body): Body {
    return { ...rest, string_data: data };
}

/** The manifests in an attribute; undefined for one that is not known or can't be read. */
function manifestsIn(value: unknown): readonly (Body | undefined)[] {
    if (typeof value === "string" && !isUnknown(value)) {
        return readDocuments(value)
            .filter(({ body, fault }) => body !== undefined || fault !== undefined)
            .map(({ body }) => (isObj(body) ? body : undefined));
    }
    return [isObj(value) ? value : undefined];
}

function propsOf(manifest: Body): Body {
    return unwrap(manifest as Readonly<Record<string, Wire>>).props;
}
