import assert from "node:assert/strict";

import { noSystemMastersRequests } from "../../../../policies/controls/rbac/no-system-masters-requests";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { outcomesOf } from "../../../support/controls";

/** DER of one object identifier, string or structure: a byte of type, a byte of length, the content. */
const der = (type: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([type, content.length]), content]);
const OID = 0x06;
const UTF8 = 0x0c;
const SEQUENCE = 0x30;
const SET = 0x31;

const attribute = (oid: string, value: string): Buffer =>
    der(SET, der(SEQUENCE, Buffer.concat([der(OID, Buffer.from(oid, "hex")), der(UTF8, Buffer.from(value))])));

/** The subject of a PKCS #10 request in PEM; what follows it there says nothing about who is asking. */
function request(organization: string, commonName: string): Manifest {
    const subject = Buffer.concat([attribute("55040a", organization), attribute("550403", commonName)]);
    const pem = [
        "-----BEGIN CERTIFICATE REQUEST-----",
        der(SEQUENCE, subject).toString("base64"),
        "-----END CERTIFICATE REQUEST-----",
        "",
    ].join("\n");
    return {
        apiVersion: "certificates.k8s.io/v1",
        kind: "CertificateSigningRequest",
        metadata: { name: "jane" },
        spec: { request: Buffer.from(pem).toString("base64"), signerName: "kubernetes.io/kube-apiserver-client" },
    };
}

/** The same, signed by another signer. */
const signed = (object: Manifest, signerName: string): Manifest => ({
    ...object,
    spec: { ...(object["spec"] as Manifest), signerName },
});

describeControl(noSystemMastersRequests, {
    refused: {
        "a request for system:masters": {
            object: request("system:masters", "jane"),
            message: `spec.request asks for organization "system:masters". Ask for a certificate without it.`,
        },
        "a request for the administrators of kubeadm": {
            object: signed(request("kubeadm:cluster-admins", "jane"), "example.test/signer"),
            message: `spec.request asks for organization "kubeadm:cluster-admins". Ask for a certificate without it.`,
        },
        "a client that calls itself a component": {
            object: request("ops", "system:kube-controller-manager"),
            message: `spec.request asks for the name "system:kube-controller-manager" of Kubernetes' own. Ask for one of your own.`,
        },
        "a client in a group of Kubernetes' own": {
            object: request("system:nodes", "jane"),
            message: `spec.request asks for the name "system:nodes" of Kubernetes' own. Ask for one of your own.`,
        },
    },
    allowed: {
        "a request for a group of one's own": { object: request("ops", "jane") },
        "a node, by the signer of nodes": {
            object: signed(request("system:nodes", "system:node:n1"), "kubernetes.io/kube-apiserver-client-kubelet"),
        },
    },
});

describe("no-system-masters-requests", () => {
    for (const [what, text] of Object.entries({
        "no base64": "not base64 at all",
        empty: "",
        "a certificate": "MAA=",
    })) {
        it(`can't tell whom a request is for that is ${what}`, () => {
            const object = { ...request("ops", "jane"), spec: { request: text } };
            const [outcome, ...others] = outcomesOf(noSystemMastersRequests, [object]);
            assert.ok(outcome?.status === "unverifiable");
            assert.match(outcome.error.message, /^spec\.request is no certificate request that can be read/);
            assert.deepEqual(others, []);
        });
    }
});
