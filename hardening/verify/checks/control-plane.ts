import { randomUUID } from "node:crypto";

import { count } from "../../formats/style";
import { ApiError } from "../../sources/cluster/client";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Sample } from "../exposition";
import { parseExposition, total } from "../exposition";
import type { StoredSecret } from "../control-plane-side";
import type { Live } from "../live";

const SUBJECT = "API server";
/** What is written to etcd, by the prefix that the transformer of an EncryptionConfiguration puts before it. */
const TRANSFORMED = "apiserver_storage_transformation_operations_total";
const ENCRYPTED = /^k8s:enc:(?:secretbox|aesgcm|aescbc|kms):/;
/** Secrets that a message names. */
const SHOWN = 5;
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
        // A provider counts by its own prefix, and within that each of its keys by the key's: what is stored as it is has none.
        const by = (holds: (prefix: string) => boolean): number =>
            total(written.filter(({ labels }) => holds(labels["transformer_prefix"] ?? "")));
        const [encrypted, plain] = [by((prefix) => ENCRYPTED.test(prefix)), by((prefix) => prefix === "")];
        const secrets = await live.side.storedSecrets?.();
        return [ofWrites(encrypted, plain), ...(secrets === undefined ? [] : [ofStored(secrets)])];
    },
};

/** What was stored before encryption was switched on stays as it was until somebody writes it anew. */
function ofStored(secrets: readonly StoredSecret[]): Verdict {
    const plain = secrets.filter(({ transformer }) => !ENCRYPTED.test(transformer)).map(({ name }) => name);
    if (plain.length > 0) {
        const more = plain.length > SHOWN ? `, and ${plain.length - SHOWN} more` : "";
        return failed("etcd", `holds Secrets without encryption: ${plain.slice(0, SHOWN).join(", ")}${more}`);
    }
    return secrets.length === 0
        ? unknown("etcd", "holds no Secret that could be looked at")
        : proved("etcd", `holds ${count(secrets.length, "Secret")}, all of them encrypted`);
}

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
        return events > 0
            ? [await ofArrival(events, live)]
            : [failed(SUBJECT, "has written no audit event since it started")];
    },
};

/** An event that arrives: of a request for a Secret that there is not, by a name that nothing else has. */
async function ofArrival(events: number, live: Live): Promise<Verdict> {
    const { audited } = live.side;
    const handed = `has handed ${events} audit events on since it started, and failed with none`;
    if (audited === undefined) {
        return unknown(SUBJECT, `${handed}; that they arrive is seen where the log is named (--audit-log FILE)`);
    }
    const mark = `hardening-verify-${randomUUID()}`;
    try {
        await live.serverText(`/api/v1/namespaces/default/secrets/${mark}`);
    } catch (error) {
        // It is not there, or not to be read: either is an event.
        if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 403)) {
            throw error;
        }
    }
    return (await audited(mark))
        ? proved(SUBJECT, `${handed}; the one of a request for Secret default/${mark} has arrived in the log`)
        : failed(SUBJECT, `${handed}, but that of a request for Secret default/${mark} did not arrive in the log`);
}

async function metrics(live: Live): Promise<readonly Sample[]> {
    return parseExposition(await live.serverText("/metrics"));
}
