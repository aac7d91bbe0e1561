import assert from "node:assert/strict";

import type { Config } from "../../components/areas";
import { readConfig } from "../../components/config";
import { deployFoundation } from "../../components/deploy";
import type { Registration } from "../../hardening/sources/program/registration";
import { deploy } from "./deploy";
import { SMALLEST } from "./spire";

export type Raw = Readonly<Record<string, unknown>>;

/** The project of a stranger. */
export const PROJECT = "acme";
const DIGEST = `sha256:${"1".repeat(64)}`;

/** Settings of which every name is made of one word. */
export function strangers(word: string): Raw {
    return {
        admission: { action: "deny" },
        applications: {
            [`${word}-store`]: {
                namespace: `${word}-goods`,
                owner: `${word}-sellers`,
                image: {
                    registry: `registry.${word}.example.org`,
                    repository: `${word}/store`,
                    tag: "2.1",
                    digest: DIGEST,
                },
                port: 8282,
                metricsPath: `/${word}/metrics`,
                secretName: `${word}-goods-tls`,
                access: [{ role: "deployer", group: `${word}-pipeline` }],
                proxy: {
                    callers: [
                        {
                            namespace: `${word}-shop`,
                            serviceAccount: `${word}-web`,
                            labels: { app: `${word}-web` },
                        },
                    ],
                    port: 8543,
                    metricsPort: 9903,
                },
            },
        },
        backup: { secret: `${word}-backup`, egress: [{ name: "store", cidrs: ["10.3.0.0/28"], ports: [8643] }] },
        compliance: { namespace: `${word}-compliance`, gateway: { namespace: `${word}-metrics` } },
        canary: { enabled: true, namespace: `${word}-canary` },
        cluster: {
            name: `${word}-cluster`,
            apiServer: { cidrs: ["10.0.0.0/28"] },
            dns: { labels: { dns: `${word}-dns` } },
        },
        controlPlane: { namespace: `${word}-files` },
        externalSecrets: {
            namespace: `${word}-secrets`,
            provider: {
                kind: "vault",
                server: `https://vault.${word}.example.org`,
                auth: { method: "kubernetes", rolePrefix: word, audiences: ["vault"] },
            },
            egress: { cidrs: ["10.1.0.0/28"], port: 8243 },
            secrets: {
                [`${word}-shop`]: [{ name: `${word}-tls`, key: "shop/tls", properties: { "tls.crt": "c" } }],
                [`${word}-goods`]: [{ name: `${word}-goods-tls`, key: "goods/tls", properties: { "tls.crt": "c" } }],
            },
        },
        falco: {
            namespace: `${word}-eyes`,
            sidekick: { namespace: `${word}-relay`, egress: { cidrs: ["10.2.0.0/28"], port: 8843 } },
        },
        images: {
            mirror: `registry.${word}.example.org`,
            pullSecrets: [`${word}-pull`],
            overrides: {
                x0tta6bl4: { repository: `${word}/shop` },
                probe: { repository: `${word}/probe`, digest: DIGEST },
                backup: { repository: `${word}/backup`, digest: DIGEST },
                envoy: { digest: DIGEST },
                compliance: { repository: `${word}/compliance`, digest: DIGEST },
            },
        },
        monitoring: {
            namespace: `${word}-metrics`,
            prometheusPort: 9191,
            prometheusLabels: { app: `${word}-prometheus` },
            selectorLabels: { team: word },
            dashboardLabels: { board: word },
            runbooks: `https://${word}.example.org/runbooks`,
        },
        platform: {
            namespace: `${word}-shop`,
            app: `${word}-web`,
            owner: `${word}-team`,
            port: 8181,
            metricsPort: 9292,
            secretName: `${word}-tls`,
            access: [{ role: "viewer", group: `${word}-people` }],
        },
        shield: {
            host: `shop.${word}.example.org`,
            certificateSecret: `${word}-tls`,
            gatewayClass: `${word}-gateway`,
            proxyNamespace: `${word}-edge`,
            exposure: { sourceRanges: ["10.0.0.0/8"] },
            backendTls: { hostname: `${word}-web.${word}-shop.svc`, authority: `${word}-ca`, svid: true },
        },
        spire: {
            ...SMALLEST,
            trustDomain: `${word}.trust`,
            clusterName: `${word}-cluster`,
            server: { replicas: 1, dataStore: { type: "sqlite" }, caSubject: { organization: word } },
        },
    };
}

/** What the program reads of settings by the keys of their areas, and what is wrong with them. */
export function readAs(settings: Raw, project = PROJECT): ReturnType<typeof readConfig> {
    const values = Object.entries(settings).map(([key, value]): [string, unknown] => [`${project}:${key}`, value]);
    return readConfig(Object.fromEntries(values), project);
}

export function configOf(settings: Raw, project = PROJECT): Config {
    const { config, faults } = readAs(settings, project);
    assert.deepEqual(faults, []);
    return config;
}

/** The objects that a stack of these settings registers. */
export async function objectsOf(settings: Raw, project = PROJECT): Promise<readonly Registration[]> {
    const config = configOf(settings, project);
    const { registrations } = await deploy(() => deployFoundation(config, project, { risks: [] }), project, "live");
    return registrations.filter(({ type }) => type.startsWith("kubernetes:"));
}
