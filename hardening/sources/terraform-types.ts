import type { Field, Form } from "../../policies/kubernetes/api";
import { API_MINOR, builtInKind, fieldsOf, kindNames, versionsOf } from "../../policies/kubernetes/api";
import type { Body } from "../../policies/kubernetes/kube";
import { isObj } from "../../policies/kubernetes/kube";

/** A kind of the Kubernetes API that a resource of Terraform's provider stands for. */
export interface KindOfType {
    readonly apiVersion: string;
    readonly kind: string;
    readonly type: number;
}

const BY_NAME: ReadonlyMap<string, string> = new Map(kindNames(API_MINOR).map((kind) => [kind.toLowerCase(), kind]));

/** The kind that a type such as `kubernetes_stateful_set_v1` is of; undefined for what is no object of the built-in API. */
export function kindOfType(terraformType: string): KindOfType | undefined {
    const [, name = "", version] = /^kubernetes_(\w+?)(?:_(v\d+(?:(?:alpha|beta)\d+)?))?$/.exec(terraformType) ?? [];
    const kind = BY_NAME.get(name.replace(/^default_/, "").replaceAll("_", ""));
    if (kind === undefined) {
        return undefined;
    }
    const versions = versionsOf(kind, API_MINOR);
    const apiVersion = versions.find((served) => version === served.split("/").at(-1)) ?? versions[0];
    const type = apiVersion === undefined ? undefined : builtInKind(apiVersion, kind)?.[0];
    return apiVersion === undefined || type === undefined ? undefined : { apiVersion, kind, type };
}

/** Names that Terraform's provider writes in another way than by number and case. */
const RENAMED: Readonly<Record<string, string>> = { data: "data", binary_data: "binaryData", hosts: "hosts" };

/** The one flag of a container's security context to which the provider's schema gives no default (v3.2, expandContainerSecurityContext). */
const NON_ROOT = "runAsNonRoot";

/** What a value that is not known before the apply is turned into, and how such a place is told. */
export interface Unknowns {
    readonly marker: unknown;
    readonly isUnknown: (value: unknown) => boolean;
}

/**
 * The object of an attribute tree of Terraform's provider, by the type of the API that it stands for: snake case becomes
 * camel case, blocks of one become objects, blocks of many the list that the API has, texts numbers where it has those. What
 * the API does not have is the provider's own and is left out; so is what is empty, because the provider does not tell it
 * from what is not set.
 */
export function objectOf(type: number, attributes: Body, { marker, isUnknown }: Unknowns): Record<string, unknown> {
    const fields = fieldsOf(type);
    const object: Record<string, unknown> = {};
    for (const [attribute, value] of Object.entries(attributes)) {
        const field = fieldNamed(attribute, fields);
        const form = field === undefined ? undefined : fields.get(field)?.form;
        if (field === undefined || form === undefined) {
            continue;
        }
        const item = isUnknown(value) ? marker : valueOf(form, value, { marker, isUnknown });
        if (item !== undefined) {
            object[field] = item;
        }
    }
    // The provider sends false for a container's flag that is not set, which overrides what the pod says.
    if (fields.has("privileged") && fields.has(NON_ROOT) && !(NON_ROOT in object)) {
        object[NON_ROOT] = false;
    }
    return object;
}

function fieldNamed(attribute: string, fields: ReadonlyMap<string, Field>): string | undefined {
    const name = RENAMED[attribute] ?? attribute.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
    const plural = [name, `${name}s`, `${name}es`, `${name.slice(0, -1)}ies`].find((candidate) =>
        fields.has(candidate),
    );
    // Acronyms are capitals in the API: `hostIPC`, `externalIPs`, `clusterIP`.
    return (
        plural ??
        [...fields.keys()].find((field) => [name, `${name}s`].some((one) => one.toLowerCase() === field.toLowerCase()))
    );
}

function valueOf(form: Form, value: unknown, unknowns: Unknowns): unknown {
    if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
        return undefined;
    }
    const code = form.charAt(0);
    if (code === "*") {
        const items = Array.isArray(value) ? value : [value];
        const inner = form.slice(1);
        return items.map((item: unknown) =>
            unknowns.isUnknown(item) ? unknowns.marker : (valueOf(inner, item, unknowns) ?? emptyOf(inner)),
        );
    }
    if (code >= "0" && code <= "9") {
        const block: unknown = Array.isArray(value) ? value[0] : value;
        return isObj(block) ? objectOf(Number(form), block, unknowns) : block === null ? {} : value;
    }
    if (code === "%" && isObj(value)) {
        return Object.keys(value).length === 0 ? undefined : value;
    }
    const isNumber = typeof value === "string" && /^-?\d+$/.test(value);
    return isNumber && (code === "i" || code === "l" || code === "o") ? Number(value) : value;
}

function emptyOf(form: Form): unknown {
    return /^\d/.test(form) ? {} : "";
}
