import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { OWNER } from "../deployment";
import { refuse } from "../refuse";
import { API_VERSION, STORE } from "./store";

export interface SyncedSecretArgs {
    readonly namespace: string;
    /** Name of the Secret, and of the ExternalSecret that makes it. */
    readonly secret: string;
    /** Path of the entry in the secrets manager. */
    readonly key: string;
    /** Keys of the Secret, and the property of the entry that each comes from. */
    readonly properties: Readonly<Record<string, string>>;
    /** How often the entry is read again, as Go writes durations. */
    readonly refreshInterval: string;
    /**
     * Keys that are made of others by External Secrets' template engine, e.g. `{{ .user }}`. With any, only these are kept.
     * @default none
     */
    readonly template?: Readonly<Record<string, string>>;
    /**
     * What happens to the Secret when its entry disappears from the secrets manager. `Retain` keeps the last one, so that
     * an outage or a mistake there does not stop what runs here.
     * @default "Retain"
     */
    readonly deletionPolicy?: "Retain" | "Delete";
}

/** More often than this a secrets manager meters or throttles; less often a rotated secret is out of date for too long. */
const INTERVAL_SECONDS = { minimum: 60, maximum: 24 * 3600 };

/** Seconds of a duration such as `1h30m`. */
export function seconds(duration: string): number {
    const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
    return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
        (sum, [, amount = "0", unit = "s"]) => sum + Number(amount) * (units[unit] ?? 0),
        0,
    );
}

/** What is wrong with the arguments; one line each. */
export function syncedSecretFaults(args: SyncedSecretArgs): readonly string[] {
    const interval = seconds(args.refreshInterval);
    const badKey = /[^A-Za-z0-9._-]/;
    const keys = [...Object.keys(args.properties), ...Object.keys(args.template ?? {})];
    return [
        ...(interval < INTERVAL_SECONDS.minimum || interval > INTERVAL_SECONDS.maximum
            ? [
                  `${args.secret}: refreshInterval must be from 1m to 24h, found ${args.refreshInterval}; 0 would never refresh, and a rotated secret would never arrive`,
              ]
            : []),
        ...(Object.keys(args.properties).length === 0
            ? [`${args.secret}: properties must name at least one key; an entry is never copied whole`]
            : []),
        ...keys
            .filter((key) => badKey.test(key))
            .map(
                (key) =>
                    `${args.secret}: "${key}" is no key of a Secret; allowed are letters, digits, ".", "_" and "-"`,
            ),
        ...templateFaults(args),
    ];
}

/** A template that names what is not read would render "<no value>" into the Secret. */
function templateFaults({ secret, properties, template }: SyncedSecretArgs): readonly string[] {
    return Object.entries(template ?? {}).flatMap(([key, text]) =>
        [...text.matchAll(/\{\{[^}]*?\.([A-Za-z0-9_]+)/g)]
            .map(([, name = ""]) => name)
            .filter((name) => !(name in properties))
            .map((name) => `${secret}: template "${key}" uses .${name}, which properties does not read`),
    );
}

/** `spec` of the ExternalSecret. */
export function syncedSecretSpec(args: SyncedSecretArgs): Readonly<Record<string, unknown>> {
    return {
        secretStoreRef: { kind: "SecretStore", name: STORE },
        refreshPolicy: "Periodic",
        refreshInterval: args.refreshInterval,
        target: {
            name: args.secret,
            creationPolicy: "Owner",
            deletionPolicy: args.deletionPolicy ?? "Retain",
            template: {
                type: "Opaque",
                engineVersion: "v2",
                metadata: { labels: { owner: OWNER } },
                ...(args.template && { data: { ...args.template } }),
            },
        },
        data: Object.entries(args.properties).map(([secretKey, property]) => ({
            secretKey,
            remoteRef: {
                key: args.key,
                property,
                conversionStrategy: "Default",
                decodingStrategy: "None",
                metadataPolicy: "None",
            },
        })),
    };
}

/** A Secret kept in step with the secrets manager. No value passes through the program, its state or its output. */
export class SyncedSecret extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:external-secrets:SyncedSecret";

    constructor(name: string, args: SyncedSecretArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SyncedSecret.__pulumiType, name, args, opts);
        refuse(this, name, syncedSecretFaults(args));
        new k8s.apiextensions.CustomResource(
            `${name}-external-secret`,
            {
                apiVersion: API_VERSION,
                kind: "ExternalSecret",
                metadata: { name: args.secret, namespace: args.namespace, labels: { owner: OWNER } },
                spec: syncedSecretSpec(args),
            },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
