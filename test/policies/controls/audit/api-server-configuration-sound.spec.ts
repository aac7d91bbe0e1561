import { apiServerConfigurationSound } from "../../../../policies/controls/audit/api-server-configuration-sound";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const file = (kind: string, fields: Manifest): Manifest => ({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind,
    metadata: { name: "api-server" },
    ...fields,
});
const authentication = (fields: Manifest) => ({ object: file("AuthenticationConfiguration", fields) });
const issuer = (claimMappings: Manifest, more: Manifest = {}) =>
    authentication({ jwt: [{ issuer: { url: "https://id.example.org" }, claimMappings, ...more }] });
const authorization = (...authorizers: readonly Manifest[]) => ({
    object: file("AuthorizationConfiguration", { authorizers }),
});
const plugin = (name: string, configuration?: Manifest) => ({
    object: file("AdmissionConfiguration", { plugins: [{ name, ...(configuration && { configuration }) }] }),
});
const BOTH = [
    { type: "Node", name: "node" },
    { type: "RBAC", name: "rbac" },
];
const unnamed = (claim: string): string =>
    `jwt[0].claimMappings.${claim}.prefix is empty, so the issuer may give out names of the cluster's own, such as system:masters. Set one.`;

describeControl(apiServerConfigurationSound, {
    refused: {
        "callers without a name everywhere": {
            ...authentication({ anonymous: { enabled: true } }),
            message: "anonymous.enabled is true for every path. Name the paths under conditions, or set it to false.",
        },
        "an issuer of any name": {
            ...issuer({ username: { claim: "sub", prefix: "" }, groups: { claim: "groups", prefix: "" } }),
            message: [unnamed("username"), unnamed("groups")],
        },
        "everybody as an administrator": {
            ...authorization({ type: "AlwaysAllow", name: "all" }, ...BOTH),
            message: 'authorizers[0].type is "AlwaysAllow": everybody is an administrator. Remove it.',
        },
        "a webhook that is passed over": {
            ...authorization(...BOTH, { type: "Webhook", name: "w", webhook: { failurePolicy: "NoOpinion" } }),
            message:
                'authorizers[2].webhook.failurePolicy is "NoOpinion": what it would refuse passes while it is down. Set it to Deny.',
        },
        "no authorizer at all": {
            ...authorization(),
            message: ["authorizers hold no Node. Add it.", "authorizers hold no RBAC. Add it."],
        },
        "images while nobody decides": {
            ...plugin("ImagePolicyWebhook", { imagePolicy: { defaultAllow: true } }),
            message:
                "plugins[0].configuration.imagePolicy.defaultAllow is true: any image runs while the webhook is down. Set it to false.",
        },
        "an open level for namespaces without one": {
            ...plugin("PodSecurity", { defaults: { enforce: "privileged" } }),
            message:
                'plugins[0].configuration.defaults.enforce is "privileged", for every namespace without a label. Set it to baseline or restricted.',
        },
        "no level for namespaces without one": {
            ...plugin("PodSecurity", {}),
            message:
                "plugins[0].configuration.defaults.enforce is not set, which means privileged, for every namespace without a label. Set it to baseline or restricted.",
        },
        "pods of a runtime that are held to nothing": {
            ...plugin("PodSecurity", {
                defaults: { enforce: "restricted" },
                exemptions: { namespaces: ["kube-system"], runtimeClasses: ["kata"] },
            }),
            message:
                'plugins[0].configuration.exemptions.runtimeClasses name "kata", so its pods are held to no standard. Label its namespace with what it needs.',
        },
    },
    allowed: {
        "the cluster's own namespace": plugin("PodSecurity", {
            defaults: { enforce: "restricted" },
            exemptions: { namespaces: ["kube-system"], usernames: [], runtimeClasses: [] },
        }),
        "callers without a name at some paths": authentication({
            anonymous: { enabled: true, conditions: [{ path: "/livez" }] },
        }),
        "an issuer whose names are marked": issuer({ username: { claim: "sub", prefix: "id:" } }),
        "an issuer whose names are looked at": issuer(
            { groups: { claim: "groups", prefix: "" } },
            { userValidationRules: [{ expression: "!user.groups.exists(g, g.startsWith('system:'))" }] },
        ),
        "names by an expression": issuer({ username: { expression: "'id:' + claims.sub" } }),
        "nodes, roles and a webhook that refuses": authorization(...BOTH, {
            type: "Webhook",
            name: "w",
            webhook: { failurePolicy: "Deny" },
        }),
        "images that wait for a decision": plugin("ImagePolicyWebhook", { imagePolicy: { defaultAllow: false } }),
        "a level for namespaces without one": plugin("PodSecurity", { defaults: { enforce: "baseline" } }),
        "a plugin whose settings are in a file of their own": plugin("PodSecurity"),
    },
});
