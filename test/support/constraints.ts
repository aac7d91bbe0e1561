import type { Registration } from "../../hardening/sources/program/registration";
import { unwrap } from "../../hardening/sources/program/values";
import { isObj, list, obj, str, strings } from "../../policies/kubernetes/kube";

/*
 * SecurityContextConstraints as OpenShift's admission plugin applies them to pods that name every field themselves: an account may
 * use those that name it and those whose role it is bound to, and one of them has to fit the whole pod.
 */

type Body = Readonly<Record<string, unknown>>;

/** Why a pod is not admitted; nothing where it is. */
function reasons(constraints: Body, spec: Body): readonly string[] {
    const pod = obj(spec["securityContext"]);
    const containers = [...list(spec["containers"]), ...list(spec["initContainers"])].filter(isObj);
    const of = (container: Body, field: string): unknown => obj(container["securityContext"])[field] ?? pod[field];
    const { type, uid } = obj(constraints["runAsUser"]);
    const volumes = list(spec["volumes"])
        .filter(isObj)
        .flatMap((volume) => Object.keys(volume).filter((key) => key !== "name"));
    const host = (["PID", "IPC", "Network"] as const).filter(
        (what) => spec[`host${what}`] === true && constraints[`allowHost${what}`] !== true,
    );
    return [
        ...host.map((what) => `host${what}`),
        ...volumes.filter((volume) => !strings(constraints["volumes"]).includes(volume)),
        ...(volumes.includes("hostPath") && constraints["allowHostDirVolumePlugin"] !== true ? ["hostPath"] : []),
        ...containers.flatMap((container) => {
            const { add, drop } = obj(obj(container["securityContext"])["capabilities"]);
            const user = of(container, "runAsUser");
            const privileged = of(container, "privileged") === true;
            const escalates = of(container, "allowPrivilegeEscalation") !== false;
            const profile = obj(of(container, "seccompProfile"))["type"] === "RuntimeDefault" ? "runtime/default" : "";
            return [
                ...(privileged && constraints["allowPrivilegedContainer"] !== true ? ["privileged"] : []),
                ...(escalates && constraints["allowPrivilegeEscalation"] !== true ? ["escalation"] : []),
                ...strings(add).filter((one) => !strings(constraints["allowedCapabilities"]).includes(one)),
                ...strings(constraints["requiredDropCapabilities"]).filter((one) => !strings(drop).includes(one)),
                ...(type === "MustRunAsNonRoot" && (user === 0 || user === undefined) ? [`user ${String(user)}`] : []),
                ...(type === "MustRunAs" && user !== uid ? [`user ${String(user)}`] : []),
                ...(strings(constraints["seccompProfiles"]).includes(profile) ? [] : ["seccomp"]),
                ...(constraints["readOnlyRootFilesystem"] === true && of(container, "readOnlyRootFilesystem") !== true
                    ? ["root filesystem"]
                    : []),
            ];
        }),
    ];
}

/** By which constraints the pods of a stack's workloads are admitted, by namespace and account, and why others are not. */
export function admittedByConstraints(objects: readonly Registration[]): {
    readonly by: Readonly<Record<string, string>>;
    readonly refused: readonly string[];
} {
    const all = objects.map(({ inputs }) => unwrap(inputs).props);
    const own = all.filter(({ kind }) => kind === "SecurityContextConstraints");
    const pods = all.flatMap((body) => {
        const outer = obj(body["spec"]);
        const spec = obj(obj(obj(obj(outer["jobTemplate"])["spec"] ?? outer)["template"])["spec"]);
        return list(spec["containers"]).length === 0
            ? []
            : [{ namespace: str(obj(body["metadata"])["namespace"]), spec }];
    });
    const by: Record<string, string> = {};
    const refused: string[] = [];
    for (const { namespace, spec } of pods) {
        const account = str(spec["serviceAccountName"]);
        const user = `system:serviceaccount:${namespace}:${account}`;
        const usable = own.filter(
            ({ users, groups }) =>
                strings(users).includes(user) || strings(groups).includes(`system:serviceaccounts:${namespace}`),
        );
        const fits = usable.find((constraints) => reasons(constraints, spec).length === 0);
        if (fits === undefined) {
            const why = usable.map((one) => `${str(obj(one["metadata"])["name"])}: ${reasons(one, spec).join(", ")}`);
            refused.push(`${namespace}/${account}: ${why.join("; ") || "no constraints"}`);
        } else {
            by[`${namespace}/${account}`] = str(obj(fits["metadata"])["name"]);
        }
    }
    return { by, refused };
}
