import { literal, texts } from "../../engine/cel";
import type { KubeObject } from "../../kubernetes/kube";
import { show } from "../../text";

/** What a namespace or a pod says to the meshes in use, by label or annotation. */
interface Switch {
    readonly where: "labels" | "annotations";
    readonly name: string;
    readonly on: readonly string[];
    readonly off: readonly string[];
}

const SWITCHES: readonly Switch[] = [
    { where: "labels", name: "istio-injection", on: ["enabled"], off: ["disabled"] },
    { where: "labels", name: "sidecar.istio.io/inject", on: ["true"], off: ["false"] },
    { where: "annotations", name: "sidecar.istio.io/inject", on: ["true"], off: ["false"] },
    { where: "labels", name: "istio.io/dataplane-mode", on: ["ambient"], off: ["none"] },
    { where: "labels", name: "linkerd.io/inject", on: ["enabled", "ingress"], off: ["disabled"] },
    { where: "annotations", name: "linkerd.io/inject", on: ["enabled", "ingress"], off: ["disabled"] },
    { where: "annotations", name: "consul.hashicorp.com/connect-inject", on: ["true"], off: ["false"] },
    { where: "labels", name: "kuma.io/sidecar-injection", on: ["enabled"], off: ["disabled"] },
    { where: "annotations", name: "kuma.io/sidecar-injection", on: ["enabled"], off: ["disabled"] },
];

/** Labels that join a mesh whatever their value, which names a revision. */
const REVISION = "istio.io/rev";

/** Labels and annotations of a namespace, or of a pod. */
export interface Marked {
    readonly labels: Readonly<Record<string, unknown>>;
    readonly annotations: Readonly<Record<string, unknown>>;
}

/** Says whether a namespace joins a mesh. */
export function joinsMesh(marked: Marked): boolean {
    return (
        REVISION in marked.labels ||
        SWITCHES.some(({ where, name, on }) => on.includes(show(marked[where][name] ?? "")))
    );
}

/** The labels and annotations by which something stays out of a mesh. */
export function meshOptOuts(
    marked: Marked,
): readonly { readonly where: "labels" | "annotations"; readonly name: string; readonly value: string }[] {
    return SWITCHES.flatMap(({ where, name, off }) => {
        const value = show(marked[where][name] ?? "");
        return off.includes(value) ? [{ where, name, value }] : [];
    });
}

/** The same in Common Expression Language: true where the labels or annotations given keep nothing out of a mesh. */
export function staysInside(where: "labels" | "annotations"): (marks: string) => string {
    const clauses = SWITCHES.filter((one) => one.where === where);
    return (marks) =>
        clauses.map(({ name, off }) => `!(${marks}[?${literal(name)}].orValue('') in ${texts(off)})`).join(" &&\n");
}

/** Says whether an object is Istio's own way to allow who calls whom. */
export function isIstioAuthorization(object: KubeObject): boolean {
    return object.group === "security.istio.io" && object.kind === "AuthorizationPolicy";
}
