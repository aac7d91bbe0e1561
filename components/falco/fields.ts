/** Where the events of a rule come from: the kernel's system calls, or the API server's audit log (k8saudit plugin). */
export type RuleSource = "syscall" | "k8s_audit";

export const RULE_SOURCES: readonly RuleSource[] = ["syscall", "k8s_audit"];

const of = (prefix: string, names: string): readonly string[] => names.split(" ").map((name) => `${prefix}.${name}`);

/** The filter fields our rules may name, by event source (Falco 0.44: libs 0.25, container plugin, k8saudit plugin). */
const FIELDS: Readonly<Record<RuleSource, ReadonlySet<string>>> = {
    syscall: new Set([
        ...of("evt", "type category res rawres is_open_read is_open_write is_open_exec time hostname"),
        ...of("evt", "arg arg.flags arg.mode arg.filename arg.path arg.pathname arg.name arg.oldpath arg.newpath"),
        ...of("evt", "arg.request arg.nstype arg.pid"),
        ...of("proc", "name exe exepath cmdline args cwd pid ppid pname pexepath pcmdline aname aexepath tty sid vpid"),
        ...of("proc", "is_exe_upper_layer is_exe_from_memfd is_exe_writable duration env stdin.type stdin.name"),
        ...of("fd", "num type typechar name filename directory ip sip cip rip lip port sport cport rport lport"),
        ...of("fd", "l4proto net snet cnet sip.name rip.name containername nameraw"),
        ...of("user", "name uid loginuid loginname"),
        ...of("group", "gid name"),
        ...of("container", "id name image image.repository image.tag image.digest privileged type start_ts"),
        ...of("k8s", "ns.name pod.name pod.uid pod.labels pod.label pod.ip"),
    ]),
    k8s_audit: new Set([
        ...of("ka", "auditid stage auth.decision auth.reason user.name user.groups impuser.name verb uri useragent"),
        ...of("ka", "target.name target.namespace target.resource target.subresource target.pod.name sourceips"),
        ...of("ka", "response.code response.reason req.pod.containers.image.repository req.binding.role"),
        ...of("jevt", "value obj time rawtime"),
    ]),
};

/** Says whether rules of this source may name `field` (an argument in brackets does not count: `proc.aname[2]`). */
export function isField(source: RuleSource, field: string): boolean {
    return FIELDS[source].has(field.replace(/\[.*\]$/, ""));
}
