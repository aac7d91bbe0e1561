import type { KubeObject } from "../kube";
import { list, obj } from "../kube";
import { LabelIndex } from "../selectors";
import type { Stack } from "../stack";
import { namespaceOf } from "../stack";
import { ifKnown } from "../unknown";
import type { BindingView } from "./bindings";
import { bootstrapClusterRole, bootstrapPolicy } from "./bootstrap";
import type { RuleView } from "./rule";
import { rulesOf, ruleView } from "./rule";

/** Without it the API server adds its own rules to a role of its own name at every start. */
const AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

/** A ClusterRole as it is in the cluster: one of the stack, one of the API server, or both joined. */
interface ClusterRoleEntry {
    readonly name: string;
    readonly labels: Readonly<Record<string, unknown>>;
    readonly selectors: readonly unknown[];
    readonly rules: readonly RuleView[];
}

/** The roles of a stack, and of the API server, by what they give in the end. */
class RoleTable {
    private readonly clusterRoles = new Map<string, ClusterRoleEntry>();
    private readonly roles = new Map<string, KubeObject>();
    private readonly effective = new Map<string, readonly RuleView[]>();
    private index: LabelIndex<ClusterRoleEntry> | undefined;

    constructor(stack: Stack) {
        for (const { name, namespace } of bootstrapPolicy().roles.values()) {
            if (namespace === "") {
                this.clusterRoles.set(name, entryOf(undefined, name));
            }
        }
        for (const object of rbacObjects(stack, "ClusterRole")) {
            const entry = ifKnown(() => entryOf(object, object.name));
            if (entry !== undefined) {
                this.clusterRoles.set(object.name, entry);
            }
        }
        for (const object of rbacObjects(stack, "Role")) {
            this.roles.set(`${namespaceOf(object)}/${object.name}`, object);
        }
    }

    /** What a ClusterRole gives; undefined where neither the stack nor the API server has it. */
    public clusterRole(name: string): readonly RuleView[] | undefined {
        const entry = this.clusterRoles.get(name);
        if (entry === undefined) {
            return openShiftRole(name);
        }
        let rules = this.effective.get(name);
        if (rules === undefined) {
            rules = entry.selectors.length === 0 ? entry.rules : this.aggregated(entry);
            this.effective.set(name, rules);
        }
        return rules;
    }

    /** What a Role gives; undefined where neither the stack nor the API server has it. */
    public role(namespace: string, name: string): readonly RuleView[] | undefined {
        const object = this.roles.get(`${namespace}/${name}`);
        const own = object === undefined ? undefined : ifKnown(() => rulesOf(object));
        return own ?? bootstrapPolicy().roles.get(`${namespace}/${name}`)?.rules;
    }

    /**
     * The rules of every ClusterRole that one selects. The controller manager writes them into it, its own are lost, and it
     * does so again when a selected one is filled, so what is selected by way of others counts too.
     */
    private aggregated(entry: ClusterRoleEntry): readonly RuleView[] {
        const index = (this.index ??= new LabelIndex(
            this.clusterRoles.values(),
            () => "",
            ({ labels }) => labels,
        ));
        const parts = new Set<ClusterRoleEntry>();
        const open = [entry];
        for (let next = open.pop(); next !== undefined; next = open.pop()) {
            for (const part of next.selectors.flatMap((selector) => index.select("", selector))) {
                if (!parts.has(part)) {
                    parts.add(part);
                    open.push(part);
                }
            }
        }
        return [...parts].filter(({ selectors }) => selectors.length === 0).flatMap(({ rules }) => rules);
    }
}

/** The roles that OpenShift brings along to use each of its security context constraints ("Managing SCCs"). */
const OF_CONSTRAINT = "system:openshift:scc:";

function openShiftRole(name: string): readonly RuleView[] | undefined {
    return name.startsWith(OF_CONSTRAINT)
        ? [
              ruleView(
                  {
                      apiGroups: ["security.openshift.io"],
                      resources: ["securitycontextconstraints"],
                      resourceNames: [name.slice(OF_CONSTRAINT.length)],
                      verbs: ["use"],
                  },
                  "rules[0]",
              ),
          ]
        : undefined;
}

function entryOf(object: KubeObject | undefined, name: string): ClusterRoleEntry {
    const shipped =
        object === undefined || object.annotations[AUTO_UPDATE] !== "false" ? bootstrapClusterRole(name) : undefined;
    return {
        name,
        labels: { ...shipped?.labels, ...object?.labels },
        selectors: [
            ...(shipped?.aggregates ?? []).map((label) => ({ matchLabels: { [label]: "true" } })),
            ...list(obj(object?.body["aggregationRule"])["clusterRoleSelectors"]),
        ],
        rules: [...(shipped?.rules ?? []), ...(object === undefined ? [] : rulesOf(object))],
    };
}

/** The RBAC API, and OpenShift's older copy of it, whose objects are kept as RBAC's. */
const GROUPS = ["rbac.authorization.k8s.io", "authorization.openshift.io"];

/** The objects of a kind of the RBAC API, patches left out. */
export function rbacObjects(stack: Stack, kind: string): readonly KubeObject[] {
    return stack.ofKind(kind).filter(({ group, patch }) => GROUPS.includes(group) && !patch);
}

function buildTable(stack: Stack): RoleTable {
    return new RoleTable(stack);
}

/**
 * The rules that a binding gives its subjects, those of the API server's own roles and of aggregated ones included; undefined
 * where the role is in neither the stack nor the API server, so that nobody can tell.
 */
export function boundRules(stack: Stack, binding: BindingView): readonly RuleView[] | undefined {
    const table = stack.memo(buildTable);
    return binding.roleKind === "Role"
        ? table.role(namespaceOf(binding.object), binding.roleName)
        : table.clusterRole(binding.roleName);
}

/** The rules of the API server's ClusterRole or of one of the stack by its name. */
export function clusterRoleRules(stack: Stack, name: string): readonly RuleView[] | undefined {
    return stack.memo(buildTable).clusterRole(name);
}
