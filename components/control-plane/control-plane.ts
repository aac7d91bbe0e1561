import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { OWNER } from "../deployment";
import { toYaml } from "../yaml";
import { refuse } from "../refuse";
import { auditFlags, auditPolicy } from "./audit-policy";
import { encryptionConfiguration, encryptionFaults } from "./encryption";
import type { ControlPlaneSettings } from "./settings";

/** Name of the ConfigMap with the files that hold no secret. */
const FILES = "control-plane-files";

export interface ControlPlaneFilesArgs {
    readonly settings: ControlPlaneSettings;
}

/**
 * The files that the API server has to be started with, which no API can put in place: whoever sets up the control plane
 * takes them from here. On a managed cluster they are the provider's settings, and these say what to choose.
 *
 * The audit policy, the flags and the form of the encryption are in a ConfigMap, where the controls see them. The keys are
 * only in the component's output, encrypted in the stack's state: a cluster that stores the key to its own store protects
 * nothing from whoever reads its backups.
 *
 * Creates: a ConfigMap and, with the provider secretbox, a random value for each key.
 */
export class ControlPlaneFiles extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:control-plane:ControlPlaneFiles";
    /** The whole EncryptionConfiguration as YAML; a secret. */
    public readonly encryptionConfiguration: pulumi.Output<string>;

    constructor(name: string, args: ControlPlaneFilesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(ControlPlaneFiles.__pulumiType, name, args, opts);
        const { encryption, audit, namespace } = args.settings;
        refuse(this, name, encryptionFaults(encryption, "encryption"));
        const keys = encryption.provider === "kms" ? [] : encryption.keys;
        const material = Object.fromEntries(
            keys.map((key) => [
                key,
                // Losing a key loses every object written with it.
                pulumi.secret(
                    new random.RandomBytes(`${name}-${key}`, { length: 32 }, { parent: this, protect: true }).base64,
                ),
            ]),
        );
        this.encryptionConfiguration = pulumi.secret(
            pulumi.all(material).apply((opened) => toYaml(encryptionConfiguration(encryption, opened))),
        );
        new k8s.core.v1.ConfigMap(
            `${name}-files`,
            {
                metadata: { name: FILES, namespace, labels: { owner: OWNER } },
                data: {
                    "audit-policy.yaml": toYaml(auditPolicy()),
                    "encryption.yaml": toYaml(encryptionConfiguration(encryption)),
                    "api-server-flags": [
                        ...auditFlags(audit),
                        "--encryption-provider-config=/etc/kubernetes/encryption.yaml",
                        "--encryption-provider-config-automatic-reload=true",
                        "",
                    ].join("\n"),
                },
            },
            { parent: this },
        );
        this.registerOutputs({ encryptionConfiguration: this.encryptionConfiguration });
    }
}
