import type { Schema } from "../../policies/engine/schema";
import {
    listOf,
    mapOf,
    object,
    oneOf,
    optional,
    refined,
    text,
    union,
    withDefault,
} from "../../policies/engine/schema";
import { cidr, dnsLabel } from "../../policies/engine/values";

const region = text("a region such as eu-central-1", /^[a-z0-9-]{1,64}$/);
const awsAccount = text("an AWS account's twelve digits", /^\d{12}$/);
const roleName = text("the name of an IAM role", /^[\w+=,.@/-]{1,128}$/);
const arn = text("an ARN", /^arn:/);
const project = text("the ID of a Google Cloud project", /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
const uuid = text("a UUID", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const hostName = text("a full host name", /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/);

/** Attestors of machines by their cloud. What they show is there for every process of the machine, so each attests once only. */
export const CLOUD_ATTESTORS = {
    awsIid: {
        /** Role that the server takes on in each account, to look the instance up. */
        assumeRole: roleName,
        /** The organization whose accounts' instances are admitted. */
        organization: object({ managementAccount: awsAccount, role: roleName, region: optional(region) }),
        /** The partition of AWS; SPIRE takes no others. */
        partition: optional(oneOf("aws", "aws-cn", "aws-us-gov")),
    },
    gcpIit: {
        /** Projects whose instances are admitted. */
        projects: listOf(project, 1),
        /** Labels of instances that become selectors; the server asks the Compute Engine API for them. */
        labelKeys: withDefault(listOf(text("a label's key", /^[a-z][a-z0-9_-]{0,62}$/)), []),
    },
    azureImds: {
        /** Tenants by their domain, and the subscriptions of each whose machines are admitted. */
        tenants: refined(mapOf(object({ subscriptions: listOf(uuid, 1) })), (tenants) =>
            Object.keys(tenants).length === 0 ? "must name a tenant" : undefined,
        ),
    },
};

/** Upstream authorities beside those of Vault, cert-manager, AWS Private CA and another SPIRE. */
export function upstreams<A>(trustAnchor: Schema<A, A>) {
    return {
        gcpCas: {
            project,
            region,
            pool: text("the name of a CA pool", /^[A-Za-z0-9_-]{1,63}$/),
            /** Label of the authorities of the pool that are used. */
            labelKey: text(),
            labelValue: text(),
        },
        ejbca: {
            hostname: hostName,
            trustAnchor,
            /** Secret of type kubernetes.io/tls with the client's certificate. */
            clientCertificate: dnsLabel,
            ca: text(),
            endEntityProfile: text(),
            certificateProfile: text(),
        },
        awsSecret: {
            region,
            /** Secrets of AWS Secrets Manager with the authority's certificate and key. */
            certificateArn: arn,
            keyArn: arn,
            bundleArn: optional(arn),
            assumeRoleArn: optional(arn),
        },
    };
}

/** One of these attestors; `model.ts` takes its type from here. */
export const cloudAttestor = union("type", CLOUD_ATTESTORS);

/** How what is outside of the cluster reaches the server: agents of other clusters and machines, nested servers, foreign servers. */
export const exposure = withDefault(
    union("type", {
        none: {},
        loadBalancer: {
            /** Who may connect to the server's API. */
            sourceRanges: refined(listOf(cidr, 1), (ranges) =>
                ranges.some((range) => range.endsWith("/0"))
                    ? "opens every address; name those of the agents"
                    : undefined,
            ),
            annotations: withDefault(mapOf(text()), {}),
        },
        gateway: {
            /** A Gateway of the Gateway API with a listener of protocol TLS in mode Passthrough. */
            gateway: object({ namespace: dnsLabel, name: dnsLabel, listener: optional(dnsLabel) }),
            /** Name by which agents call the server: the gateway knows it by the name asked for in the TLS handshake. */
            hostname: hostName,
            /** Name of the federation's endpoint, where there is one. */
            federationHostname: optional(hostName),
            /** Where the gateway's proxies run, and their labels. */
            proxies: object({ namespace: dnsLabel, labels: mapOf(text()) }),
        },
    }),
    { type: "none" },
);

/** What the cloud is told of the server's pod, so that plugins log in without a credential. */
export const workloadIdentity = withDefault(
    object({
        /** Annotations of the server's ServiceAccount, such as eks.amazonaws.com/role-arn. */
        accountAnnotations: withDefault(mapOf(text()), {}),
        /** Labels of the server's pods, such as azure.workload.identity/use. */
        podLabels: withDefault(mapOf(text()), {}),
    }),
    {},
);
