import { area } from "../area";
import { OWNER } from "../deployment";
import { ControlPlaneFiles } from "./control-plane";
import { encryptionFaults } from "./encryption";
import type { ControlPlaneSettings } from "./settings";
import { controlPlaneSettings } from "./settings";

export interface ControlPlaneConfig {
    readonly controlPlane: ControlPlaneSettings;
}

export const controlPlaneArea = area({
    key: "controlPlane",
    description: "Files for the API server: encryption at rest, and its audit log",
    settings: controlPlaneSettings,
    faults: ({ controlPlane }: ControlPlaneConfig, path) =>
        encryptionFaults(controlPlane.encryption, `${path}.encryption`),
    namespaces: ({ controlPlane }: ControlPlaneConfig) => [
        {
            setting: "namespace",
            namespace: controlPlane.namespace,
            owner: OWNER,
            // Holds files only.
            quota: { cpu: "0", memory: "0", pods: "0" },
        },
    ],
    once: true,
    deploy: ({ controlPlane: settings }: ControlPlaneConfig, stage) => {
        const files = new ControlPlaneFiles("control-plane", { settings }, stage.options());
        const { encryptionConfiguration } = files;
        return { resources: [files], outputs: { encryptionConfiguration } };
    },
});
