/** `@x0tta6bl4/spiffe/jwt`: JWT-SVIDs, their bundles and a source of them. */
import "../runtime.js";

export { authenticateBearer, bearerMiddleware, callerOf } from "../http/bearer.js";
export type { BearerPolicy, BearerRequest, TokenValidator } from "../http/bearer.js";
export { JwtBundle, JwtBundleSet } from "../jwtbundle.js";
export type { JwtAuthority } from "../jwtbundle.js";
export { JWT_SVID_ALGORITHMS, JwtSvid } from "../jwtsvid.js";
export type { JwtValidationOptions } from "../jwtsvid.js";
export { JwtSource } from "../workload/jwtsource.js";
export type { JwtFetchOptions, JwtSourceOptions } from "../workload/jwtsource.js";
