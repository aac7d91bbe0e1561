import type { Control } from "../../control";
import { noCredentialsInArguments } from "./no-credentials-in-arguments";
import { noCredentialsInConfigmaps } from "./no-credentials-in-configmaps";
import { noCredentialsInEnv } from "./no-credentials-in-env";

/** Where credentials may be, in reading order. */
export const secretsControls: readonly Control[] = [
    noCredentialsInEnv,
    noCredentialsInArguments,
    noCredentialsInConfigmaps,
];
