/**
 * Everything this library throws on purpose is a {@link SpiffeError}. `code` is short, stable and free of input data, so it
 * serves as a metric label; `message` is for people and never carries key material or a token.
 */
export class SpiffeError extends Error {
    constructor(
        /** Stable reason, lower case with underscores. */
        readonly code: string,
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
        this.name = new.target.name;
    }
}

/** A SPIFFE ID or trust domain name breaks SPIFFE-ID section 2. Codes: `invalid_id`, `invalid_trust_domain`. */
export class SpiffeIdError extends SpiffeError {}

/** Bytes that should be DER (X.690) are not. Code: `malformed_der`. */
export class DerError extends SpiffeError {
    constructor(message: string) {
        super("malformed_der", message);
    }
}

/** Why a certificate chain was refused; the labels of authentication failures. */
export type X509VerificationCode =
    | "empty_chain"
    | "chain_too_long"
    | "malformed"
    | "no_uri_san"
    | "many_uri_sans"
    | "invalid_id"
    | "root_path"
    | "ca_leaf"
    | "key_usage"
    | "ext_key_usage"
    | "expired"
    | "not_yet_valid"
    | "no_bundle"
    | "untrusted"
    | "not_a_ca"
    | "path_length"
    | "name_constraints"
    | "unknown_critical_extension";

/** A presented chain is not a valid X.509-SVID of a known trust domain (X509-SVID section 5). */
export class X509VerificationError extends SpiffeError {
    declare readonly code: X509VerificationCode;

    constructor(code: X509VerificationCode, message: string, options?: ErrorOptions) {
        super(code, message, options);
    }
}

/** A valid peer is not allowed here. Code: `unauthorized`. */
export class AuthorizationError extends SpiffeError {
    constructor(message: string) {
        super("unauthorized", message);
    }
}

/** An X.509-SVID handed to us (by file or Workload API) can't be used. Codes: `invalid_svid`, `key_mismatch`, and those of verification. */
export class X509SvidError extends SpiffeError {}

/** A bundle or bundle document can't be used. Codes: `invalid_bundle`, `no_bundle`. */
export class BundleError extends SpiffeError {}
