import type { Body } from "../kube";
import { list, obj, str, strings } from "../kube";
import policy from "./bootstrap-policy.json";
import type { RuleView } from "./rule";
import { ruleView } from "./rule";

/** A role that the API server brings along and restores at every start (Kubernetes RBAC, "Default roles and role bindings"). */
export interface BootstrapRole {
    readonly name: string;
    /** Empty: a ClusterRole. */
    readonly namespace: string;
    readonly labels: Body;
    /** The labels, with the value "true", that it collects other ClusterRoles by. */
    readonly aggregates: readonly string[];
    readonly rules: readonly RuleView[];
}

/** A binding that the API server brings along. */
export interface BootstrapBinding {
    readonly name: string;
    /** Empty: a ClusterRoleBinding. */
    readonly namespace: string;
    readonly roleKind: string;
    readonly role: string;
    readonly subjects: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
}

interface BootstrapPolicy {
    readonly roles: ReadonlyMap<string, BootstrapRole>;
    readonly bindings: ReadonlyMap<string, BootstrapBinding>;
}

let read: BootstrapPolicy | undefined;

/** The roles and bindings by `<namespace>/<name>`, read on first use. Their version stands in the data's first line. */
export function bootstrapPolicy(): BootstrapPolicy {
    read ??= {
        roles: byName(list(policy.roles).map((role) => roleFrom(obj(role)))),
        bindings: byName(list(policy.bindings).map((binding) => bindingFrom(obj(binding)))),
    };
    return read;
}

/** The ClusterRole of this name that every API server has. */
export function bootstrapClusterRole(name: string): BootstrapRole | undefined {
    return bootstrapPolicy().roles.get(`/${name}`);
}

function byName<T extends { readonly namespace: string; readonly name: string }>(
    items: readonly T[],
): ReadonlyMap<string, T> {
    return new Map(items.map((item) => [`${item.namespace}/${item.name}`, item]));
}

function roleFrom(role: Body): BootstrapRole {
    return {
        name: str(role["name"]),
        namespace: str(role["namespace"]),
        labels: Object.fromEntries(strings(role["labels"]).map((label) => [label, "true"])),
        aggregates: strings(role["aggregates"]),
        rules: list(role["rules"]).map((rule, index) => ruleView(obj(rule), `rules[${index}]`)),
    };
}

function bindingFrom(binding: Body): BootstrapBinding {
    return {
        name: str(binding["name"]),
        namespace: str(binding["namespace"]),
        roleKind: str(binding["roleKind"]),
        role: str(binding["role"]),
        subjects: list(binding["subjects"]).map((entry) => {
            const subject = obj(entry);
            return {
                kind: str(subject["kind"]),
                namespace: str(subject["namespace"]),
                name: str(subject["name"]),
            };
        }),
    };
}
