/** A resource as every source hands it over: the Pulumi program, manifest files, a live cluster, or the policy pack's engine. */
export interface Resource {
    /** Where it comes from, as a person would name it: a file path, `stack staging`, `cluster prod`. */
    readonly source: string;
    /** Zero-based index of the YAML document within `source`; 0 where a source has no documents. */
    readonly document: number;
    /** Pulumi type token, e.g. `kubernetes:apps/v1:Deployment`. */
    readonly type: string;
    /** The resource's inputs. For a Kubernetes object this is its manifest. Reading an unknown value throws. */
    readonly props: Readonly<Record<string, unknown>>;
    /** Pulumi URN, where there is one. */
    readonly urn?: string;
    /** Why the objects that it stands for can't be seen, where that is so; half a sentence. */
    readonly opaque?: string;
    /** What its objects have a controller fetch and apply is among the other resources. */
    readonly shown?: boolean;
}

/** The type token Pulumi's Kubernetes provider gives an object of this `apiVersion` and `kind`. */
export function typeToken(apiVersion: string, kind: string): string {
    return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}
