import { CREATE } from "../../../kubernetes/rbac/verbs";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";
import { always } from "./targets";

export const registerIdentities = rbacFamily({
    name: "register-identities",
    title: "register a workload of their own under any SPIFFE identity",
    technique: TECHNIQUES.forgeCertificates,
    needs: "a workload of their own",
    rights: [clusterRight("spire.spiffe.io", ["clusterspiffeids", "clusterstaticentries"], CREATE)],
    leadsTo: always("identities"),
    cut: { remedy: "Leave registrations to whoever deploys SPIRE.", control: "no-identity-registration" },
});
