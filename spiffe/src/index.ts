export * from "./authorize.js";
export * from "./bundle.js";
export * from "./der.js";
export * from "./errors.js";
export * from "./id.js";
export * from "./source.js";
export * from "./verify.js";
export * from "./x509svid.js";
