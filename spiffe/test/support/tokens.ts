export { TokenIssuer } from "../../src/testing/tokens.js";
export type { TokenOptions } from "../../src/testing/tokens.js";
