/** What the graph can't see, said in every report on it. */
export const LIMITS: readonly string[] = [
    "Flaws of programs: whatever is reached from outside is taken to be lost, and nothing else by the network alone unless that is asked for.",
    "Rights in a cloud or a secret store beyond what annotations, SecretStores and SecretProviderClasses name.",
    "Which node a pod runs on: one node stands for all of them.",
    "Admission policies beside Pod Security Admission and quotas of no pods, other authorizers than RBAC, and who is a member of which group of the identity provider.",
    "Objects that are not in the stack, and those that could not be read.",
];
