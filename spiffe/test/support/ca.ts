import "reflect-metadata";

import * as x509 from "@peculiar/x509";

/** The certificate library, loaded after the metadata it needs. */
export { x509 };
export { TestCa } from "../../src/testing/ca.js";
export type { CertificateOptions, TestKeyType } from "../../src/testing/ca.js";
