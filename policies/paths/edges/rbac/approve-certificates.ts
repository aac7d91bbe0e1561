import type { Right } from "../../rights";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { always } from "./targets";

/** Signers of certificates that the API server takes for a user's, and the right to all of them. */
const CLIENT_SIGNERS = ["kubernetes.io/kube-apiserver-client", "kubernetes.io/*"];

function csr({
    resources,
    verbs,
}: {
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
}): Right {
    return { ways: [{ resources: { "certificates.k8s.io": resources }, verbs }], clusterScoped: true };
}

/** The signer refuses certificates for system:masters alone (admission plugin CertificateSubjectRestriction). */
export const approveCertificates = rbacFamily({
    name: "approve-certificates",
    title: "have a client certificate signed for any user, and approve it themselves",
    technique: TECHNIQUES.forgeCertificates,
    needs: "nothing more",
    rights: [
        csr({ resources: ["certificatesigningrequests"], verbs: ["create"] }),
        csr({ resources: ["certificatesigningrequests/approval"], verbs: ["update", "patch"] }),
        // A right to every signer allows each by its name too.
        { ...csr({ resources: ["signers"], verbs: ["approve"] }), names: CLIENT_SIGNERS },
    ],
    leadsTo: always("users"),
    cut: { remedy: "Take the approval of certificates out of the role.", control: "no-csr-approval" },
});
