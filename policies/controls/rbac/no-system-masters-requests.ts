import { objectControl } from "../../engine/control";
import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";

/** DER of the attribute "organization" (2.5.4.10), which Kubernetes reads as a group (RFC 4519; kubernetes.io/docs "X509 client certificates"). */
const ORGANIZATION = Buffer.from("060355040a", "hex");

export const noSystemMastersRequests = objectControl({
    name: "no-system-masters-requests",
    description: "No certificate signing request asks for membership of system:masters.",
    why: "Such a certificate passes every authorization check until it expires, and nothing can revoke it.",
    severity: "critical",
    covers: ["rbac.csr"],
    frameworks: [
        ...cis("5.1.7", "5.1.11"),
        ...mitre("T1078", "T1098"),
        ...nist("AC-6", "IA-5(2)"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3"),
    ],
    remediation: "Ask for a certificate without that organization and bind a role to the user it names.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ["certificates.k8s.io/CertificateSigningRequest"],
    *check(object) {
        const path = `${object.prefix}spec.request`;
        if (organizations(str(obj(object.body["spec"])["request"])).includes("system:masters")) {
            yield {
                path,
                message: `${path} asks for organization "system:masters". Ask for a certificate without it.`,
            };
        }
    },
    admission: { none: "Common Expression Language can't read a PKCS #10 request." },
});

/** The organizations in a PKCS #10 request: PEM, in base64 once more as the API takes it. */
function organizations(request: string): readonly string[] {
    const pem = Buffer.from(request, "base64").toString("latin1");
    const der = Buffer.from(pem.replaceAll(/-----[A-Z ]+-----/g, "").replaceAll(/\s/g, ""), "base64");
    const found: string[] = [];
    for (let at = der.indexOf(ORGANIZATION); at >= 0; at = der.indexOf(ORGANIZATION, at + 1)) {
        // What follows is the value: one byte of type, one of length (an organization has at most 64 characters).
        const value = at + ORGANIZATION.length;
        found.push(der.subarray(value + 2, value + 2 + (der[value + 1] ?? 0)).toString("utf8"));
    }
    return found;
}
