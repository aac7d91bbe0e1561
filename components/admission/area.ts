import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { Admission } from "./admission";
import { admissionFaults, registryFaults, selectedFor } from "./policies";
import type { AdmissionSettings } from "./settings";
import { admissionSettings } from "./settings";
import { signatureFaults } from "./signatures";

export interface AdmissionConfig {
    readonly admission: AdmissionSettings;
    readonly cluster: ClusterSettings;
}

export const admissionArea = area({
    key: "admission",
    description:
        "What the cluster does with objects that break a control, and who has to have signed what runs there (docs/foundation.md)",
    settings: admissionSettings,
    faults: ({ admission }: AdmissionConfig, path, foundation) => [
        ...admissionFaults(admission, selectedFor(admission)).map((fault) => `${path}.${fault}`),
        ...registryFaults(admission.registries, foundation).map((fault) => `${path}.registries ${fault}`),
        ...signatureFaults(admission.signatures, foundation, `${path}.signatures`),
    ],
    // It would otherwise judge the stack's own objects out of order.
    after: ["platform", "applications", "spire"],
    deploy: ({ admission: settings, cluster }: AdmissionConfig, stage) => {
        const { namespaces, exceptions } = stage.foundation;
        const admitted = [...exceptions, ...stage.risks];
        const args = { settings, namespaces, admitted, namespacedOnly: cluster.foundation !== undefined };
        return { resources: [new Admission("admission", args, stage.options())] };
    },
});
