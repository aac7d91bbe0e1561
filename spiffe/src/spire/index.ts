import "../runtime.js";

export { Agents, JoinToken } from "./agents.js";
export type { AttestedAgent } from "./agents.js";
export { Authorities } from "./authorities.js";
export type { Authority, AuthorityLifecycle, AuthorityStates } from "./authorities.js";
export { Bundles } from "./bundles.js";
export type { FederatedDeletion, ServerBundle } from "./bundles.js";
export { SpireServerClient } from "./client.js";
export { SpireApiError } from "./connection.js";
export type { SpireConnectionOptions } from "./connection.js";
export { BATCH_SIZE, Entries } from "./entries.js";
export type { EntryFailure, EntryFilter, EntrySpec, RegisteredEntry, RegistrationResult, Selector } from "./entries.js";
export { Federation } from "./federation.js";
export type { FederationRelation } from "./federation.js";
