/**
 * `@x0tta6bl4/spiffe/testing`: an authority and a Workload API for the tests of programs that use this library. Needs the
 * packages `@peculiar/x509` and reflect-metadata. Nothing here belongs into production: keys are made in memory and handed out freely.
 */
import "../runtime.js";

export { TestCa } from "../testing/ca.js";
export type { CertificateExtension, CertificateOptions, TestKeyType } from "../testing/ca.js";
export { TokenIssuer } from "../testing/tokens.js";
export type { TokenOptions } from "../testing/tokens.js";
export { FakeWorkloadApi, x509Message } from "../testing/workload-api.js";
export type { WorkloadMethod, X509Message } from "../testing/workload-api.js";
