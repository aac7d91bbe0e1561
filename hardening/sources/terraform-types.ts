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

/** Versions of the API that resources of the provider without a version, and older ones, send their object to (v3.2.1). */
const FORMER_VERSIONS: Readonly<Record<string, string>> = {
    kubernetes_certificate_signing_request: "certificates.k8s.io/v1beta1",
    kubernetes_cron_job: "batch/v1beta1",
    kubernetes_csi_driver: "storage.k8s.io/v1beta1",
    kubernetes_horizontal_pod_autoscaler: "autoscaling/v1",
    kubernetes_horizontal_pod_autoscaler_v2beta2: "autoscaling/v2beta2",
    kubernetes_ingress: "extensions/v1beta1",
    kubernetes_pod_disruption_budget: "policy/v1beta1",
};

/** The kind that a type such as `kubernetes_stateful_set_v1` is of; undefined for what is no object of the built-in API. */
export function kindOfType(terraformType: string): KindOfType | undefined {
    const [, name = "", version] = /^kubernetes_(\w+?)(?:_(v\d+(?:(?:alpha|beta)\d+)?))?$/.exec(terraformType) ?? [];
    const kind = BY_NAME.get(name.replace(/^default_/, "").replaceAll("_", ""));
    if (kind === undefined) {
        return undefined;
    }
    const versions = versionsOf(kind, API_MINOR);
    const served = versions.find((one) => version === undefined || version === one.split("/").at(-1));
    const apiVersion = FORMER_VERSIONS[terraformType] ?? served;
    // What is no longer served has the fields of the version that took its place.
    const type = [apiVersion, versions[0]]
        .map((one) => (one === undefined ? undefined : builtInKind(one, kind)?.[0]))
        .find((one) => one !== undefined);
    return apiVersion === undefined || type === undefined ? undefined : { apiVersion, kind, type };
}

/** Names that Terraform's provider writes in another way than by number and case, where the API has no field of that name. */
const RENAMED: Readonly<Record<string, string>> = {
    binary_data: "data",
    ceph_monitors: "monitors",
    data_disk_uri: "diskURI",
    endpoints_name: "endpoints",
    rados_user: "user",
    rbd_image: "image",
    rbd_pool: "pool",
    storage_provisioner: "provisioner",
    strategy: "updateStrategy",
};

/** Blocks that the API does not have: what stands in them is of the object around. */
const INLINE: ReadonlySet<string> = new Set(["persistent_volume_source"]);

/** Attributes that tell the provider what to do, or that only it sets: they are no part of the object. */
const OWN: ReadonlySet<string> = new Set([
    ...["auto_approve", "binary_data_wo_revision", "data_wo_revision", "default_secret_name", "id", "target_state"],
    ...["timeouts", "wait_for_completion", "wait_for_default_service_account", "wait_for_load_balancer"],
    ...["wait_for_rollout", "wait_for_service_account_token", "wait_until_bound"],
]);

/** The one flag of a container's security context to which the provider's schema gives no default (v3.2, expandContainerSecurityContext). */
const NON_ROOT = "runAsNonRoot";

/** What a value that is not known before the apply is turned into, and how such a place is told. */
export interface Unknowns {
    readonly marker: unknown;
    readonly isUnknown: (value: unknown) => boolean;
    /** Told of every attribute that is given and that no field is known for, or not before the apply: `spec.backend`. */
    readonly unread: (path: string) => void;
}

/** What an attribute of the provider stands for: a field, what the object around has, nothing of the object, or unknown. */
export function meaningOf(attribute: string, fields: ReadonlyMap<string, Field>): Field | "inline" | "own" | undefined {
    const field = fieldNamed(attribute, fields);
    if (field !== undefined) {
        return fields.get(field);
    }
    return INLINE.has(attribute) ? "inline" : OWN.has(attribute) ? "own" : undefined;
}

/**
 * The object of an attribute tree of Terraform's provider, by the type of the API that it stands for: snake case becomes
 * camel case, blocks of one become objects, blocks of many the list that the API has, texts numbers where it has those. What
 * is the provider's own is left out; so is what is empty, because the provider does not tell it from what is not set.
 */
export function objectOf(type: number, attributes: Body, unknowns: Unknowns, path = ""): Record<string, unknown> {
    const { marker, isUnknown } = unknowns;
    const fields = fieldsOf(type);
    const object: Record<string, unknown> = {};
    for (const [attribute, value] of Object.entries(attributes)) {
        const at = `${path}${attribute}`;
        const meaning = meaningOf(attribute, fields);
        if (meaning === "inline") {
            const block: unknown = Array.isArray(value) ? value[0] : value;
            if (isUnknown(value) || isUnknown(block)) {
                // Which fields it brings is not known either.
                unknowns.unread(at);
            }
            Object.assign(object, isObj(block) && !isUnknown(block) ? objectOf(type, block, unknowns, `${at}.`) : {});
        } else if (meaning === undefined) {
            if (isGiven(value)) {
                unknowns.unread(at);
            }
        } else if (meaning !== "own") {
            const item = isUnknown(value) ? marker : valueOf(meaning.form, value, unknowns, at);
            if (item !== undefined) {
                object[fieldNamed(attribute, fields) ?? attribute] = item;
            }
        }
    }
    // The provider sends false for a container's flag that is not set, which overrides what the pod says.
    if (fields.has("privileged") && fields.has(NON_ROOT) && !(NON_ROOT in object)) {
        object[NON_ROOT] = false;
    }
    return object;
}

/** False for what the provider writes where nothing is given. */
function isGiven(value: unknown): boolean {
    return Array.isArray(value)
        ? value.some(isGiven)
        : isObj(value)
          ? Object.values(value).some(isGiven)
          : value !== null && value !== undefined && value !== "" && value !== false;
}

function fieldNamed(attribute: string, fields: ReadonlyMap<string, Field>): string | undefined {
    const name = attribute.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
    const candidates = [name, `${name}s`, `${name}es`, `${name.slice(0, -1)}ies`, RENAMED[attribute] ?? name];
    // Acronyms are capitals in the API: `hostIPC`, `externalIPs`, `clusterIP`.
    return (
        candidates.find((candidate) => fields.has(candidate)) ??
        [...fields.keys()].find((field) => [name, `${name}s`].some((one) => one.toLowerCase() === field.toLowerCase()))
    );
}

function valueOf(form: Form, value: unknown, unknowns: Unknowns, path: string): unknown {
    if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) {
        return undefined;
    }
    const code = form.charAt(0);
    if (code === "*") {
        const items = Array.isArray(value) ? value : [value];
        const inner = form.slice(1);
        return items.map((item: unknown, index) =>
            unknowns.isUnknown(item)
                ? unknowns.marker
                : (valueOf(inner, item, unknowns, `${path}[${index}]`) ?? emptyOf(inner)),
        );
    }
    if (code >= "0" && code <= "9") {
        const block: unknown = Array.isArray(value) ? value[0] : value;
        return isObj(block) ? objectOf(Number(form), block, unknowns, `${path}.`) : block === null ? {} : value;
    }
    if (code === "%" && isObj(value)) {
        return Object.keys(value).length === 0 ? undefined : value;
    }
    const isNumber = typeof value === "string" && /^-?\d+$/.test(value);
    // Modes of files are written as chmod takes them.
    return isNumber && (code === "i" || code === "l" || code === "o")
        ? Number.parseInt(value, /(?:^|[._])mode$/.test(path) ? 8 : 10)
        : value;
}

function emptyOf(form: Form): unknown {
    return /^\d/.test(form) ? {} : "";
}
