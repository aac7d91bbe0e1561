export { concatDer, FakeWorkloadApi, x509Message } from "../../src/testing/workload-api.js";
export type { WorkloadMethod, X509Message } from "../../src/testing/workload-api.js";
