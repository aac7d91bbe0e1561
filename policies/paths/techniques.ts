import type { Technique } from "./edge";

/** The techniques of MITRE ATT&CK (version 17) that the edges are instances of. */
export const TECHNIQUES = {
    exploitPublic: { id: "T1190", name: "Exploit Public-Facing Application" },
    exploitRemote: { id: "T1210", name: "Exploitation of Remote Services" },
    validAccounts: { id: "T1078", name: "Valid Accounts" },
    cloudAccounts: { id: "T1078.004", name: "Valid Accounts: Cloud Accounts" },
    administer: { id: "T1609", name: "Container Administration Command" },
    deploy: { id: "T1610", name: "Deploy Container" },
    escape: { id: "T1611", name: "Escape to Host" },
    stealToken: { id: "T1528", name: "Steal Application Access Token" },
    credentialsInFiles: { id: "T1552.001", name: "Unsecured Credentials: Credentials In Files" },
    privateKeys: { id: "T1552.004", name: "Unsecured Credentials: Private Keys" },
    containerApi: { id: "T1552.007", name: "Unsecured Credentials: Container API" },
    secretStores: { id: "T1555.006", name: "Credentials from Password Stores: Cloud Secrets Management Stores" },
    clusterRoles: { id: "T1098.006", name: "Account Manipulation: Additional Container Cluster Roles" },
    forgeCertificates: { id: "T1649", name: "Steal or Forge Authentication Certificates" },
    intercept: { id: "T1557", name: "Adversary-in-the-Middle" },
    impairDefences: { id: "T1562", name: "Impair Defenses" },
    supplyChain: { id: "T1195", name: "Supply Chain Compromise" },
} as const satisfies Record<string, Technique>;
