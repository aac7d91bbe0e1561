import { X509Certificate } from "node:crypto";

import type { Body } from "../../../policies/kubernetes/kube";
import { obj, str } from "../../../policies/kubernetes/kube";
import { ApiError } from "../../sources/cluster/client";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import { describe } from "../expected";
import { EXPIRY_DAYS } from "./metrics";

const DAY_MS = 86_400_000;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Certificates that lie in TLS Secrets. SVIDs are none of them: they live in memory for hours, and their metric tells.
 *
 * @param now the time to count from
 */
export function certificateDaysLeft(now: () => Date): Check {
    return {
        name: "certificates-not-expiring",
        title: `Certificates in Secrets have more than ${EXPIRY_DAYS} days left`,
        covers: ["MET-2", "PQC-4", "PQC-5"],
        remedy: "Rotate the certificate at its source (runbook IR-1); External Secrets brings the new one within its interval.",
        async run(expected, live) {
            const verdicts: Verdict[] = [];
            for (const namespace of expected.namespaces()) {
                try {
                    const secrets = await live.objects("/api/v1", "secrets", namespace);
                    verdicts.push(...secrets.flatMap((secret) => judge(secret, now())));
                } catch (error) {
                    if (!(error instanceof ApiError && error.status === 403)) {
                        throw error;
                    }
                    verdicts.push(unknown(`Namespace ${namespace}`, "its Secrets can't be read"));
                }
            }
            return verdicts;
        },
    };
}

/** Every certificate in any key: not all programs keep theirs in tls.crt. */
function judge(secret: Body, now: Date): readonly Verdict[] {
    return Object.entries(obj(secret["data"])).flatMap(([key, data]) => {
        const text = Buffer.from(str(data), "base64").toString("latin1");
        return (text.match(PEM) ?? []).map((pem) => {
            const subject = `${describe("Secret", secret)}, ${key}`;
            let days: number;
            try {
                days = (new X509Certificate(pem).validToDate.getTime() - now.getTime()) / DAY_MS;
            } catch {
                return failed(subject, "holds a certificate that can't be read");
            }
            const left = `${Math.floor(days)} days left`;
            return days > EXPIRY_DAYS ? proved(subject, left) : failed(subject, days < 0 ? "has expired" : left);
        });
    });
}
