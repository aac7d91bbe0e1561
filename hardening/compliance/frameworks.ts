import type { FrameworkName } from "../../policies/engine/frameworks";

/** What of each standard can't be shown by judging Kubernetes objects. Said in every report, so that nobody infers more. */
export const UNCOVERED: Readonly<Record<FrameworkName, string>> = {
    pss: "Nothing: every check of the levels baseline and restricted is a control.",
    cis: "Sections on files, owners and processes of nodes (1.1, 4.1 and parts of 4.2) need a look at the node itself; flags of the control plane are judged only where its manifests are part of what is scanned.",
    nsa: "Host hardening, log retention outside the cluster and the organisation's upgrade process are not Kubernetes objects.",
    mitre: "Techniques are countered, not excluded: a control makes one harder, and detection at run time depends on Falco's alerts being answered.",
    nist: "Only technical controls are judged. Policies, training, personnel, physical and contractual controls are the organisation's.",
    soc2: "Only the technical side of the Common Criteria is judged. Governance, vendor management, human resources and the auditor's sampling over time are not.",
    gdpr: "Only security of processing and its design (articles 25 and 32) is judged. Lawfulness, data subjects' rights, records of processing and transfers are not.",
    fips: "The algorithms of FIPS 203 and 204 are configured and measured. Their implementations are those of OpenSSL and Go; no claim of a FIPS 140-3 validated module is made.",
    checklist: "Rows that need a person or a live cluster stay open until their evidence is given to the report.",
};
