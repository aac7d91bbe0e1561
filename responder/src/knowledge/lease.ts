import type { KubernetesApi, KubernetesObject } from "../kubernetes/objects.js";
import { isApiError, KINDS } from "../kubernetes/objects.js";

export interface LeaseOptions {
    readonly namespace: string;
    readonly name: string;
    /** Name of this pod. */
    readonly holder: string;
    /** How long a holder that isn't heard of keeps it, in seconds. */
    readonly seconds: number;
    /** Milliseconds since 1970. */
    readonly now: () => number;
}

/**
 * Leadership by a Lease, as client-go's leader election has it: who holds it renews it, and whoever sees the same renewal for as long as
 * the lease lasts, by its own clock, may take it. Clocks of different nodes are never compared.
 */
export class LeaderLease {
    private seen: { readonly version: string; readonly at: number } | undefined;
    private renewedAt = -Infinity;

    constructor(
        private readonly api: KubernetesApi,
        private readonly options: LeaseOptions,
    ) {}

    /** Whether this process may act now: what it last renewed lasts on for longer than a renewal takes. */
    get held(): boolean {
        return this.options.now() - this.renewedAt < this.options.seconds * 1_000 * (2 / 3);
    }

    /** Takes or renews the lease, if it can. @returns whether this process holds it */
    async attempt(): Promise<boolean> {
        const { namespace, name, holder, now, seconds } = this.options;
        const startedAt = now();
        try {
            const lease = await this.api.get({ kind: "Lease", namespace, name });
            if (lease === undefined) {
                await this.api.create(this.leaseOf({}, 0));
            } else {
                const owner = lease.spec?.["holderIdentity"];
                const version = lease.metadata.resourceVersion ?? "";
                if (this.seen?.version !== version) {
                    this.seen = { version, at: startedAt };
                }
                const expired = startedAt - this.seen.at >= seconds * 1_000;
                if (owner !== holder && owner !== "" && owner !== undefined && !expired) {
                    this.renewedAt = -Infinity;
                    return false;
                }
                const before = Number(lease.spec?.["leaseTransitions"] ?? 0);
                await this.api.replace(this.leaseOf(lease.metadata, owner === holder ? before : before + 1));
            }
            this.renewedAt = startedAt;
            return true;
        } catch (error) {
            if (isApiError(error, "Conflict", "AlreadyExists")) {
                this.renewedAt = -Infinity;
            }
            return this.held;
        }
    }

    /** Lets go of the lease, so that another replica needn't wait. */
    async release(): Promise<void> {
        const { namespace, name, holder } = this.options;
        const lease = await this.api.get({ kind: "Lease", namespace, name });
        if (lease?.spec?.["holderIdentity"] === holder) {
            await this.api.replace({ ...lease, spec: { ...lease.spec, holderIdentity: "" } });
        }
        this.renewedAt = -Infinity;
    }

    private leaseOf(metadata: object, leaseTransitions: number): KubernetesObject {
        const { apiVersion, kind } = KINDS.Lease;
        const { namespace, name, holder, seconds, now } = this.options;
        return {
            apiVersion,
            kind,
            metadata: { ...metadata, name, namespace },
            spec: {
                holderIdentity: holder,
                leaseDurationSeconds: seconds,
                renewTime: new Date(now()).toISOString().replace("Z", "000Z"),
                leaseTransitions,
            },
        };
    }
}
