import { strict as assert } from "node:assert";

import { evaluate } from "../../../../hardening/evaluate";
import { noPathBetweenTenants } from "../../../../policies/controls/paths/no-path-between-tenants";
import { noPathFromAnyPodToNode } from "../../../../policies/controls/paths/no-path-from-any-pod-to-node";
import { noPathFromInternetToNode } from "../../../../policies/controls/paths/no-path-from-internet-to-node";
import type { AttackPath, Control } from "../../../../policies/engine/control";
import { defaultParams } from "../../../../policies/engine/control";
import type { Waiver } from "../../../../policies/engine/waivers";
import type { Manifest } from "../../../support/controls";
import { resourceOf } from "../../../support/controls";
import { boundTo, may, named, namespace, object, pod, podWithHostPath } from "../../paths/manifests";

const published = object("v1", "Service", "web", { spec: { type: "LoadBalancer", selector: { app: "web" } } });
const privileged = pod({}, { securityContext: { privileged: true } });
const leavesTwice = pod(
    { volumes: [{ name: "socket", hostPath: { path: "/run/containerd/containerd.sock" } }] },
    { securityContext: { privileged: true }, volumeMounts: [{ name: "socket", mountPath: "/socket" }] },
);
const OUT: AttackPath = { from: "the Internet", to: "a node", hop: "privileged-container" };

function waiverOf({ name }: Control, where: string, path: AttackPath, expires = "2026-04-01"): Waiver {
    const held = { reason: "r", owner: "o", ticket: "T-1", expires, from: "w.yaml: waivers[0]" };
    return { control: name, object: where, path, ...held };
}

const tenant = (name: string, owner: string): Manifest =>
    object("v1", "Namespace", name, { metadata: { labels: { "capsule.clastix.io/tenant": owner } } }, "");

/** `status control field` of what is found, of waivers without the field. */
function judged(control: Control, manifests: readonly Manifest[], ...waivers: readonly Waiver[]): readonly string[] {
    const resources = manifests.map((manifest, document) => resourceOf(manifest, { document }));
    const { findings, failures } = evaluate([resources], {
        selected: [{ control, enforcement: "mandatory", params: defaultParams(control) }],
        waivers,
        now: new Date("2026-03-01T12:00:00Z"),
    });
    assert.deepEqual(failures, []);
    return findings.map(({ status, control: name, kind, path }) =>
        kind === "Waiver" ? name : `${status} ${name} ${path}`,
    );
}

describe("waivers of attack paths", () => {
    const control = noPathFromInternetToNode;
    const found = (status: string, field: string) => `${status} ${control.name} spec.containers[0].${field}`;

    it("accept the path that they name", () => {
        assert.deepEqual(judged(control, [published, privileged], waiverOf(control, "Pod shop/web", OUT)), [
            found("waived", "securityContext.privileged"),
        ]);
    });

    it("accept no other path to the same end, though it begins with the same steps", () => {
        assert.deepEqual(judged(control, [published, leavesTwice], waiverOf(control, "Pod shop/web", OUT)), [
            found("waived", "securityContext.privileged"),
            `violation ${control.name} spec.volumes[0].hostPath.path`,
        ]);
    });

    it("accept no other path to what belongs elsewhere by another change", () => {
        const control = noPathBetweenTenants;
        const own = waiverOf(control, "Pod shop/web", { ...OUT, from: "Pod shop/web" });
        assert.deepEqual(judged(control, [tenant("shop", "one"), tenant("bank", "other"), leavesTwice], own), [
            `waived ${control.name} spec.containers[0].securityContext.privileged`,
            `violation ${control.name} spec.volumes[0].hostPath.path`,
        ]);
    });

    it("accept no other hop of the same field", () => {
        const etc = podWithHostPath("/etc", false);
        const accepted = (hop: string) => waiverOf(control, "Pod shop/web", { ...OUT, hop });
        const field = "spec.volumes[0].hostPath.path";
        assert.deepEqual(
            [...new Set(judged(control, [published, etc], accepted("host-path-write")))],
            [`waived ${control.name} ${field}`, `violation ${control.name} ${field}`],
        );
        assert.deepEqual(
            [...new Set(judged(control, [published, etc], accepted("host-path-write"), accepted("host-path-read")))],
            [`waived ${control.name} ${field}`],
        );
    });

    it("accept no other way in", () => {
        const other = object("v1", "Service", "admin", { spec: { type: "NodePort", selector: { app: "web" } } });
        assert.deepEqual(judged(control, [published, other, privileged], waiverOf(control, "Pod shop/web", OUT)), [
            `violation ${control.name} spec.type`,
            found("waived", "securityContext.privileged"),
        ]);
    });

    it("let the path be a finding again once they have expired, and say so", () => {
        const expired = waiverOf(control, "Pod shop/web", OUT, "2026-02-28");
        assert.deepEqual(judged(control, [published, privileged], expired), [
            found("violation", "securityContext.privileged"),
            "waiver-not-expired",
        ]);
    });

    it("are stale where the path is no more, or begins or ends elsewhere", () => {
        assert.deepEqual(judged(control, [published, pod()], waiverOf(control, "Pod shop/web", OUT)), [
            "waiver-in-use",
        ]);
        for (const path of [
            { ...OUT, from: "Pod shop/api" },
            { ...OUT, to: "cluster-admin" },
            { ...OUT, hop: "host-processes" },
        ]) {
            assert.deepEqual(judged(control, [published, privileged], waiverOf(control, "Pod shop/web", path)), [
                found("violation", "securityContext.privileged"),
                "waiver-in-use",
            ]);
        }
    });

    it("of one pod accept no other that comes to the same by the same change", () => {
        const reads = (account: string) => [
            pod({ automountServiceAccountToken: true, serviceAccountName: account }, {}, { name: account }),
        ];
        const rights = boundTo(
            { kind: "Group", name: "system:serviceaccounts:shop" },
            named("web", [["", "secrets", "get"]]),
        );
        const manifests = [tenant("shop", "one"), tenant("bank", "other"), ...reads("api"), ...reads("web"), ...rights];
        const path = { from: "Pod shop/api", to: "every Secret of the cluster", hop: "read-secrets" };
        const rule = `${noPathBetweenTenants.name} rules[0]`;
        assert.deepEqual(judged(noPathBetweenTenants, manifests), [`violation ${rule}`]);
        assert.deepEqual(
            judged(noPathBetweenTenants, manifests, waiverOf(noPathBetweenTenants, "ClusterRole web", path)),
            [`waived ${rule}`, `violation ${rule}`],
        );
    });

    it("of a pod that has the node leave whoever else comes to that pod a finding, at what lets them", () => {
        const control = noPathFromAnyPodToNode;
        const shell = pod({ automountServiceAccountToken: true, serviceAccountName: "ops" }, {}, { name: "ops" });
        const rights = boundTo(
            { kind: "ServiceAccount", name: "ops", namespace: "shop" },
            named("ops", [["", "pods/exec", "create"]]),
        );
        const own = waiverOf(control, "Pod shop/web", { ...OUT, from: "Pod shop/web" });
        assert.deepEqual(judged(control, [privileged, shell, ...rights], own), [
            `waived ${control.name} spec.containers[0].securityContext.privileged`,
            `violation ${control.name} rules[0]`,
        ]);
    });

    it("of a pod that has the node accept nothing that its account comes to", () => {
        const control = noPathFromAnyPodToNode;
        const own = waiverOf(control, "Pod shop/web", { ...OUT, from: "Pod shop/web" });
        const web = pod({ automountServiceAccountToken: true }, { securityContext: { privileged: true } });
        const rights = boundTo({ kind: "ServiceAccount", name: "web", namespace: "shop" }, may(["", "pods", "create"]));
        assert.deepEqual(judged(control, [namespace(), web, ...rights], own), [
            `violation ${control.name} metadata.labels["pod-security.kubernetes.io/enforce"]`,
            `waived ${control.name} spec.containers[0].securityContext.privileged`,
        ]);
    });
});
