import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";
import { always } from "./targets";

/** Signers of certificates that the API server takes for a user's, and the right to all of them. */
const CLIENT_SIGNERS = ["kubernetes.io/kube-apiserver-client", "kubernetes.io/*"];

const GROUP = "certificates.k8s.io";

/** The signer refuses certificates for system:masters alone (admission plugin CertificateSubjectRestriction). */
export const approveCertificates = rbacFamily({
    name: "approve-certificates",
    title: "have a client certificate signed for any user, and approve it themselves",
    technique: TECHNIQUES.forgeCertificates,
    needs: "nothing more",
    rights: [
        clusterRight(GROUP, ["certificatesigningrequests"], ["create"]),
        clusterRight(GROUP, ["certificatesigningrequests/approval"], ["update", "patch"]),
        // A right to every signer allows each by its name too.
        { ...clusterRight(GROUP, ["signers"], ["approve"]), names: CLIENT_SIGNERS },
    ],
    leadsTo: always("users"),
    cut: { remedy: "Take the approval of certificates out of the role.", control: "no-csr-approval" },
});
