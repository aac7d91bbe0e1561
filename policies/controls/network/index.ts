import type { Control } from "../../control";
import { namespacesDenyByDefault } from "./namespaces-deny-by-default";
import { podsHaveANetworkPolicy } from "./pods-have-a-network-policy";

/** Who may talk to whom, in reading order. */
export const networkControls: readonly Control[] = [namespacesDenyByDefault, podsHaveANetworkPolicy];
