import "../runtime.js";

export { faultIn, parseLogLine } from "./log.js";
export type { AgentFault, AgentFaultCode, LogLine } from "./log.js";
export { AgentError } from "./error.js";
export { SpireAgentManager } from "./manager.js";
export type { AgentEvents, AgentManagerOptions, AgentState } from "./manager.js";
export type { ExitStatus } from "./process.js";
export { AgentSettingsError, checkAgentSettings, renderAgentConfig } from "./settings.js";
export type { AgentSettings, NodeAttestation, WorkloadAttestation } from "./settings.js";
