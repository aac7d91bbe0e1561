/** A place in a published standard that a control answers to. */
export interface FrameworkRef {
    readonly framework: FrameworkName;
    /** The standard's own number or id, e.g. `5.2.2` or `AC-6`. */
    readonly id: string;
}

export type FrameworkName = keyof typeof FRAMEWORKS;

/** The standards, with the edition that the ids are taken from. */
export const FRAMEWORKS = {
    pss: {
        title: "Kubernetes Pod Security Standards",
        version: "v1.37",
        reference: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    },
    cis: {
        title: "CIS Kubernetes Benchmark",
        version: "1.12",
        reference: "https://www.cisecurity.org/benchmark/kubernetes",
    },
    nsa: {
        title: "NSA/CISA Kubernetes Hardening Guidance",
        version: "1.2",
        reference:
            "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
    },
    mitre: {
        title: "MITRE ATT&CK for Containers",
        version: "17",
        reference: "https://attack.mitre.org/matrices/enterprise/containers/",
    },
    nist: {
        title: "NIST SP 800-53",
        version: "Rev. 5",
        reference: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    },
    soc2: {
        title: "SOC 2 Trust Services Criteria",
        version: "2017",
        reference:
            "https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022",
    },
    gdpr: { title: "GDPR", version: "2016/679", reference: "https://eur-lex.europa.eu/eli/reg/2016/679/oj" },
    fips: { title: "NIST FIPS", version: "2024", reference: "https://csrc.nist.gov/publications/fips" },
    checklist: { title: "x0tta6bl4 hardening checklist", version: "2026-01-07", reference: "checklist/checklist.yaml" },
} as const satisfies Record<string, { title: string; version: string; reference: string }>;

const refs =
    (framework: FrameworkName) =>
    (...ids: readonly string[]): readonly FrameworkRef[] =>
        ids.map((id) => ({ framework, id }));

/** Pod Security Standards: `baseline/<check>` or `restricted/<check>`. */
export const pss = refs("pss");
/** CIS Kubernetes Benchmark section numbers. */
export const cis = refs("cis");
/** NSA/CISA guidance, by chapter name. */
export const nsa = refs("nsa");
/** MITRE ATT&CK technique ids. */
export const mitre = refs("mitre");
/** NIST SP 800-53 control ids. */
export const nist = refs("nist");
/** SOC 2 criteria ids. */
export const soc2 = refs("soc2");
/** GDPR articles. */
export const gdpr = refs("gdpr");
/** FIPS publication numbers. */
export const fips = refs("fips");
/** Row ids of the hardening checklist. */
export const checklist = refs("checklist");
