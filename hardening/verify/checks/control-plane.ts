import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Sample } from "../exposition";
import { parseExposition, total } from "../exposition";
import type { Live } from "../live";

const SUBJECT = "API server";
/** What is written to etcd, by the prefix that the transformer of an EncryptionConfiguration puts before it. */
const TRANSFORMED = "apiserver_storage_transformation_operations_total";
const ENCRYPTED = /^k8s:enc:(?:secretbox|aesgcm|aescbc|kms):/;
const AUDITED = "apiserver_audit_event_total";
const AUDIT_ERRORS = "apiserver_audit_error_total";

/** SEC-5: what the API server that answered has written since it started. */
export const secretsEncryptedAtRest: Check = {
    name: "secrets-encrypted-at-rest",
    title: "Secrets are encrypted before they are stored",
    covers: ["SEC-5"],
    remedy: "Start the API server with the stack's encryption.yaml: docs/runbooks/encryption-at-rest.md.",
    async run(_expected, live) {
        const written = (await metrics(live)).filter(
            ({ name, labels: { resource = "secrets", status, transformation_type: way } }) =>
                name === TRANSFORMED && resource === "secrets" && status === "OK" && way === "to_storage",
        );
        const [encrypted, plain] = [true, false].map((wanted) =>
            total(written.filter(({ labels }) => ENCRYPTED.test(labels["transformer_prefix"] ?? "") === wanted)),
        ) as [number, number];
        return [ofWrites(encrypted, plain)];
    },
};

function ofWrites(encrypted: number, plain: number): Verdict {
    if (plain > 0) {
        return failed(SUBJECT, `has stored Secrets ${plain} times without encryption since it started`);
    }
    return encrypted > 0
        ? proved(SUBJECT, `has encrypted all Secrets that it has stored since it started (${encrypted} times)`)
        : unknown(
              SUBJECT,
              `${TRANSFORMED} counts no Secret: none was stored since it started, or it is not the one that encrypts`,
          );
}

/** MON-5, CMP-4: events arrive where the audit policy sends them. */
export const auditEventsWritten: Check = {
    name: "audit-events-written",
    title: "The API server writes audit events",
    covers: ["MON-5", "CMP-4"],
    remedy: "Start the API server with the stack's audit policy and flags: docs/runbooks/audit-log.md.",
    async run(_expected, live) {
        const samples = await metrics(live);
        const named = (wanted: string): readonly Sample[] => samples.filter(({ name }) => name === wanted);
        if (named(AUDITED).length === 0) {
            return [unknown(SUBJECT, `does not serve ${AUDITED}`)];
        }
        const [events, errors] = [total(named(AUDITED)), total(named(AUDIT_ERRORS))];
        if (errors > 0) {
            return [failed(SUBJECT, `could not write ${errors} audit events since it started`)];
        }
        return [
            events > 0
                ? proved(SUBJECT, `has written ${events} audit events since it started, and failed to write none`)
                : failed(SUBJECT, "has written no audit event since it started"),
        ];
    },
};

async function metrics(live: Live): Promise<readonly Sample[]> {
    return parseExposition(await live.serverText("/metrics"));
}
