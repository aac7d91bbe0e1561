import { hostPathsOf, isWithin } from "../../kubernetes/host-paths";
import type { KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { selects } from "../../kubernetes/selectors";
import { serviceAccountName } from "../../kubernetes/service-accounts";
import { SOCKET_DIRECTORY, SPIFFE_CSI_DRIVER } from "../../kubernetes/workload-api";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import { TECHNIQUES } from "../techniques";

/** Another directory that agents are set up with. */
const ALSO = "/run/spiffe";

function holdsSocket(directory: string): boolean {
    return SOCKET_DIRECTORY.test(directory) || isWithin(directory, ALSO);
}

/** The field by which a pod has the Workload API's socket: SPIFFE's CSI driver, or the agent's directory of the node. */
function socketField(pod: PodView): string | undefined {
    const index = list(pod.spec["volumes"]).findIndex(
        (volume) => obj(obj(volume)["csi"])["driver"] === SPIFFE_CSI_DRIVER,
    );
    return index >= 0
        ? `${pod.prefix}volumes[${index}].csi`
        : hostPathsOf(pod).find(({ directory }) => holdsSocket(directory))?.path;
}

/** A SPIFFE ID as the controller manager would write it for a pod, as far as its template goes by namespace and account. */
function identityOf(template: string, namespace: string, account: string): string {
    return template
        .replace(/\{\{-?\s*\.PodMeta\.Namespace\s*-?\}\}/g, namespace)
        .replace(/\{\{-?\s*\.PodSpec\.ServiceAccountName\s*-?\}\}/g, account);
}

/** What some registrations give beside an identity. */
const POWER: Readonly<Record<string, string>> = {
    admin: "its holder may call the SPIRE server's administrative APIs, and so register any identity",
    downstream: "its holder is given an intermediate authority, and so signs any identity",
};

function* registered(landscape: Landscape, registration: KubeObject): Iterable<Link> {
    const { stack } = landscape;
    const spec = obj(registration.body["spec"]);
    const template = str(spec["spiffeIDTemplate"]);
    const isNamed = isObj(spec["namespaceSelector"]);
    for (const namespace of landscape.namespaces) {
        const labels = { "kubernetes.io/metadata.name": namespace, ...stack.find("Namespace", "", namespace)?.labels };
        if (isNamed && !selects(spec["namespaceSelector"], labels)) {
            continue;
        }
        const selector = isObj(spec["podSelector"]) ? spec["podSelector"] : {};
        for (const pod of stack.select(namespace, selector)) {
            const field = socketField(pod);
            const to = landscape.node("identity", "", identityOf(template, namespace, serviceAccountName(pod)));
            if (field !== undefined) {
                yield { from: landscape.pod(pod), to, object: pod.object, field };
            }
            for (const power of ["admin", "downstream"].filter((name) => spec[name] === true)) {
                yield {
                    from: to,
                    to: landscape.node("identities"),
                    object: registration,
                    field: `${registration.prefix}spec.${power}`,
                    reason: POWER[power] ?? "",
                    cut: { effort: "redesign", remedy: `Unset spec.${power}.` },
                };
            }
            // Whoever starts pods there labels them as they like.
            yield {
                from: landscape.node("workloads", namespace),
                to,
                object: registration,
                field: `${registration.prefix}spec.podSelector`,
                reason: "a pod with these labels and the Workload API's socket is given the identity",
                cut: {
                    effort: "change",
                    remedy: "Bind the registration to who may start such pods, by an admission policy.",
                },
            };
        }
    }
}

export const workloadApi: EdgeFamily = {
    name: "workload-api",
    title: "fetch the workload's SPIFFE identity from the Workload API",
    technique: TECHNIQUES.stealToken,
    needs: "nothing more",
    cut: { effort: "redesign", remedy: "Take the Workload API's volume from workloads that need no identity." },
    find: (landscape) =>
        landscape.eachObject(
            landscape.stack.ofKind("ClusterSPIFFEID").filter(({ group }) => group === "spire.spiffe.io"),
            (registration) => registered(landscape, registration),
        ),
};
