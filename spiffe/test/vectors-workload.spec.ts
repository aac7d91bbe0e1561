import assert from "node:assert/strict";

import { SpiffeError, X509Svid } from "../src/index.js";
import { parseEndpointAddress } from "../src/entry/workload.js";
import { decideAll, suiteTest, verdict } from "./support/suites.js";

interface AddressVector {
    readonly input: string;
    readonly expect: string;
    readonly source?: string;
}

interface SvidVector {
    readonly id: string;
    readonly note: string;
    readonly expect: string;
    readonly x509_svid_b64: string;
    readonly x509_svid_key_b64: string;
    readonly spiffe_id?: string;
    readonly certificates?: number;
}

/** go-spiffe takes a host in a unix address, against SPIFFE_Workload_Endpoint section 4; the other three tables refuse the same text. */
const againstTheStandard = (vector: AddressVector): boolean =>
    vector.expect === "accept" && vector.input.startsWith("unix://") && !vector.input.startsWith("unix:///");

describe("Workload API vectors", () => {
    for (const file of ["vectors/endpoint-socket.json", "upstream-tables/endpoint-socket.json"]) {
        suiteTest(file, `decides every firm address of ${file} rightly`, (vectors: AddressVector[]) =>
            decideAll(
                vectors.filter((vector) => !againstTheStandard(vector)),
                (vector) => `${JSON.stringify(vector.input)} (${vector.source ?? "standard"})`,
                (vector) => verdict(() => parseEndpointAddress(vector.input), SpiffeError),
            ),
        );
    }

    suiteTest("vectors/x509-svid-parse.json", "decides every firm SVID with its key rightly", (vectors: SvidVector[]) =>
        decideAll(
            vectors,
            (vector) => `${vector.id} (${vector.note})`,
            (vector) =>
                verdict(() => {
                    const svid = X509Svid.parse(
                        Buffer.from(vector.x509_svid_b64, "base64"),
                        Buffer.from(vector.x509_svid_key_b64, "base64"),
                    );
                    assert.equal(svid.id.toString(), vector.spiffe_id ?? svid.id.toString());
                    assert.equal(svid.certificates.length, vector.certificates ?? svid.certificates.length);
                }, SpiffeError),
        ),
    );
});
