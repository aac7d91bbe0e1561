import type * as k8s from "@pulumi/kubernetes";

import type { ClusterSettings } from "../cluster/settings";
import { apiTokenVolume, resourcesOf, serviceSelector, TOKEN_PATH } from "../deployment";
import { containerSecurity, podSecurity } from "../hardened";
import { pulled } from "../images/pull";
import type { Flow, Peer } from "../network/flows";
import { apiServerFlow, dnsFlow } from "../network/standard";
import { COMPLIANCE } from "./rights";
import type { ComplianceSettings } from "./settings";

type CronJobSpec = k8s.types.input.batch.v1.CronJobSpec;

const PATHS = {
    history: "/history",
    statements: "/statements",
    textfile: "/textfile",
    key: "/run/signing",
} as const;

/** The API server, name resolution and, where the settings name one, the push gateway: nothing else. */
export function complianceFlows(settings: ComplianceSettings, cluster: ClusterSettings): readonly Flow[] {
    const pods: Extract<Peer, { kind: "pods" }> = {
        kind: "pods",
        namespace: settings.namespace,
        labels: serviceSelector(COMPLIANCE),
    };
    const { gateway } = settings;
    return [
        apiServerFlow(pods, cluster, "Reads what the cluster holds.", `${COMPLIANCE}-api`),
        dnsFlow(pods, cluster, `${COMPLIANCE}-dns`),
        ...(gateway === undefined
            ? []
            : [
                  {
                      name: `${COMPLIANCE}-gateway`,
                      reason: "Publishes the compliance score.",
                      from: pods,
                      to: { kind: "foreign", namespace: gateway.namespace, labels: gateway.labels } as const,
                      ports: [{ port: gateway.port }],
                  },
              ]),
    ];
}

/** What the job is made from. */
export interface JobArgs {
    readonly settings: ComplianceSettings;
    readonly stack: string;
    readonly image: string;
    readonly labels: Readonly<Record<string, string>>;
}

/** A volume and where it is mounted. */
interface Mount extends Pick<k8s.types.input.core.v1.Volume, "persistentVolumeClaim" | "secret"> {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: true;
}

/** `spec` of the CronJob. */
export function jobSpec({ settings, stack, image, labels }: JobArgs): CronJobSpec {
    const { gateway, textfile, statements, signingKey, minutes, cpu, memory } = settings;
    const mounts: readonly Mount[] = [
        { name: "history", mountPath: PATHS.history, persistentVolumeClaim: { claimName: COMPLIANCE } },
        ...(textfile === undefined
            ? []
            : [
                  {
                      name: "textfile",
                      mountPath: PATHS.textfile,
                      persistentVolumeClaim: { claimName: textfile.claim },
                  },
              ]),
        ...(statements === undefined
            ? []
            : [
                  {
                      ...{ name: "statements", mountPath: PATHS.statements, readOnly: true as const },
                      persistentVolumeClaim: { claimName: statements.claim, readOnly: true },
                  },
              ]),
        ...(signingKey === undefined
            ? []
            : [
                  {
                      ...{ name: "signing", mountPath: PATHS.key, readOnly: true as const },
                      secret: {
                          secretName: signingKey.secret,
                          defaultMode: 0o440,
                          items: [{ key: signingKey.key, path: "key.pem" }],
                      },
                  },
              ]),
    ];
    const args = [
        ...["assess", "--stack", stack, "--history", PATHS.history],
        ...(statements === undefined ? [] : ["--evidence", PATHS.statements]),
        ...(signingKey === undefined ? [] : ["--key", `${PATHS.key}/key.pem`]),
        ...(textfile === undefined ? [] : ["--metrics", `${PATHS.textfile}/compliance.prom`]),
        ...(gateway === undefined
            ? []
            : ["--push", `http://${gateway.service}.${gateway.namespace}.svc:${gateway.port}`]),
    ];
    return {
        schedule: settings.schedule,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 600,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
            spec: {
                backoffLimit: 1,
                activeDeadlineSeconds: minutes * 60,
                template: {
                    metadata: { labels },
                    spec: {
                        serviceAccountName: COMPLIANCE,
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        restartPolicy: "Never",
                        securityContext: podSecurity(),
                        containers: [
                            {
                                name: COMPLIANCE,
                                ...pulled(image),
                                args,
                                env: [{ name: "HOME", value: "/tmp" }],
                                securityContext: containerSecurity(),
                                resources: resourcesOf(cpu, memory),
                                volumeMounts: [
                                    { name: "tmp", mountPath: "/tmp" },
                                    { name: "api-token", mountPath: TOKEN_PATH, readOnly: true },
                                    ...mounts.map(({ name, mountPath, readOnly }) => ({
                                        name,
                                        mountPath,
                                        ...(readOnly && { readOnly }),
                                    })),
                                ],
                            },
                        ],
                        volumes: [
                            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
                            apiTokenVolume(),
                            ...mounts.map(({ name, persistentVolumeClaim, secret }) => ({
                                name,
                                ...(persistentVolumeClaim && { persistentVolumeClaim }),
                                ...(secret && { secret }),
                            })),
                        ],
                    },
                },
            },
        },
    };
}
