export { TestCa, x509 } from "../../src/testing/ca.js";
export type { CertificateOptions, TestKeyType } from "../../src/testing/ca.js";
