import assert from "node:assert/strict";

import type { Party } from "../../policies/kubernetes/network";
import { addressParty, Network } from "../../policies/kubernetes/network";
import type { Manifest } from "./controls";
import { stackOf } from "./controls";

const OUTSIDE = addressParty("203.0.113.7");
const NODE: Party = { kind: "node", name: "", addresses: [] };

/** A pod `NAMESPACE/NAME` with the label `app: NAME` and a port named `http`. */
export function pod(place: string, spec: Manifest = {}): Manifest {
    const [namespace, name] = place.split("/");
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels: { app: name } },
        spec: { containers: [{ name: "main", ports: [{ name: "http", containerPort: 8080 }] }], ...spec },
    };
}

function namespace(name: string, labels: Manifest = {}): Manifest {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** Makes objects of a kind, each named `NAME` or `NAMESPACE/NAME`. */
export const objectOf =
    (apiVersion: string, kind: string) =>
    (place: string, spec: Manifest): Manifest => {
        const [name, home] = place.split("/").reverse();
        return { apiVersion, kind, metadata: { name, ...(home === undefined ? {} : { namespace: home }) }, spec };
    };

export const policy = objectOf("networking.k8s.io/v1", "NetworkPolicy");

export const PODS = [
    pod("shop/web"),
    pod("shop/db"),
    pod("till/web"),
    namespace("shop", { team: "a" }),
    namespace("till"),
];
export const app = (name: string) => ({ matchLabels: { app: name } });
export const denyAll = policy("shop/deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });

/** What becomes of a connection: `shop/web > shop/db:TCP 80`. */
function verdict(question: string, ...manifests: readonly Manifest[]): string {
    const network = new Network(stackOf(...manifests));
    const [ends = "", target = ""] = question.split(":");
    const [from, to] = ends.split(" > ").map((name): Party => {
        const found = network.pods.find(({ view }) => `${view.object.namespace}/${view.object.name}` === name);
        return found ?? (name === "node" ? NODE : name === "outside" ? OUTSIDE : addressParty(name));
    });
    const [protocol = "", port] = target.split(" ");
    assert.ok(from !== undefined && to !== undefined);
    const { verdict: found, by } = network.ask(from, to, { protocol, port: Number(port) });
    return [found, ...by.map(({ object, path }) => `${object.name} ${path}`)].join(" | ");
}

/** By title: what becomes of a connection between {@link PODS} under these policies, and by which rules. */
export type Verdicts = Readonly<
    Record<string, readonly [question: string, wanted: string, policies: readonly Manifest[]]>
>;

/** A test for each. */
export function testVerdicts(verdicts: Verdicts): void {
    for (const [title, [question, wanted, policies]] of Object.entries(verdicts)) {
        it(`says: ${title}`, () => {
            assert.equal(verdict(question, ...PODS, ...policies), wanted);
        });
    }
}
