import { checklist, mitre, nist } from "../../engine/frameworks";
import { internetPathControl } from "./internet";

export const noPathFromInternetToClusterAdmin = internetPathControl({
    name: "no-path-from-internet-to-cluster-admin",
    description: "Nothing that the Internet reaches leads on to every right in the cluster.",
    why: "Rights that are harmless one by one add up: a published program's account, a token it may ask for, a role that one may bind.",
    frameworks: [...mitre("T1190", "T1078"), ...nist("SC-7", "AC-3", "AC-6"), ...checklist("NET-3", "ACC-1")],
    to: ["cluster-admin"],
});
