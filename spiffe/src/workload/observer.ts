/** A call of the Workload API that failed, or an answer that could not be used. */
export interface WorkloadFailure {
    /** The RPC by its name in the standard, such as `FetchX509SVID`. */
    readonly method: string;
    /**
     * The `code` of the `WorkloadApiError`: the gRPC status in lower case (`invalid_argument` where the security header got lost,
     * `resource_exhausted` for a message beyond the limit), `no_identity_issued` or `malformed_response`.
     */
    readonly reason: string;
    /** For people; carries no key material. */
    readonly message: string;
}

/** Hears of what goes wrong with the Workload API. */
export type WorkloadObserver = (failure: WorkloadFailure) => void;
