import { noSystemMastersRequests } from "../../../../policies/controls/rbac/no-system-masters-requests";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

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

describeControl(noSystemMastersRequests, {
    refused: {
        "a request for system:masters": {
            object: request("system:masters", "jane"),
            message: `spec.request asks for organization "system:masters". Ask for a certificate without it.`,
        },
    },
    allowed: {
        "a request for a group of one's own": { object: request("ops", "jane") },
        "a user who is called so": { object: request("ops", "system:masters") },
        "something that is no request": {
            object: { ...request("ops", "jane"), spec: { request: "not base64 at all" } },
        },
        "an empty request": { object: { ...request("ops", "jane"), spec: {} } },
    },
});
