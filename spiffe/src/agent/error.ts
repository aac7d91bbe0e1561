import { SpiffeError } from "../errors.js";

/**
 * The agent didn't start. Codes: `start_timeout`, `not_executable`, `exited`, `stopped`, `already_started`, `address_in_use`,
 * `unsafe_folder`, and those of `AgentFault`.
 */
export class AgentError extends SpiffeError {}
