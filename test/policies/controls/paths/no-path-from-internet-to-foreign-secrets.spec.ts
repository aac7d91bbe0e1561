import { strict as assert } from "node:assert";

import { noPathFromInternetToForeignSecrets as control } from "../../../../policies/controls/paths/no-path-from-internet-to-foreign-secrets";
import type { Manifest } from "../../../support/controls";
import { faultsOf, messagesOf } from "../../../support/controls";
import { externalSecret, object, pod } from "../../paths/manifests";

const published = object("v1", "Service", "web", { spec: { type: "LoadBalancer", selector: { app: "web" } } });
const secret = { envFrom: [{ secretRef: { name: "own" } }] };

/** A store of AWS Secrets Manager that reads as one role, in two namespaces. */
function stores(role: Readonly<Record<string, string>>): readonly Manifest[] {
    return Object.entries(role).flatMap(([namespace, arn]) => [
        object(
            "v1",
            "ServiceAccount",
            "reader",
            { metadata: { annotations: { "eks.amazonaws.com/role-arn": arn } } },
            namespace,
        ),
        object(
            "external-secrets.io/v1",
            "SecretStore",
            "aws",
            {
                spec: {
                    provider: {
                        aws: { region: "eu-west-1", auth: { jwt: { serviceAccountRef: { name: "reader" } } } },
                    },
                },
            },
            namespace,
        ),
        externalSecret("aws", namespace),
    ]);
}

describe("no-path-from-internet-to-foreign-secrets", () => {
    it("refuses one principal for the stores of two namespaces, at what it fills in the other", () => {
        const web = pod({ automountServiceAccountToken: true, serviceAccountName: "reader" });
        const found = faultsOf(control, [published, web, ...stores({ shop: "one", vault: "one" })]);
        assert.equal(found.length, 1);
        assert.match(found[0]?.message ?? "", /external store aws .* -> Secret vault\/database\. /);
    });

    it("allows a principal of its own for each, and Secrets of the pod's own namespace", () => {
        const web = pod({ automountServiceAccountToken: true, serviceAccountName: "reader" }, secret);
        assert.deepEqual(messagesOf(control, [published, web, ...stores({ shop: "one", vault: "other" })]), []);
    });
});
