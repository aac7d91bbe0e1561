import { pattern, texts } from "../../engine/cel";
import { SOCKET_NAME, SOCKETS } from "../../kubernetes/host-paths";

/** In Common Expression Language: true where a directory neither is the runtime's socket nor holds one. */
export function sparesSocket(directory: string): string {
    const isAbove = `s == ${directory} || s.startsWith(${directory} == '/' ? '/' : ${directory} + '/')`;
    return `!${directory}.matches(${pattern(SOCKET_NAME)}) && !${texts(SOCKETS)}.exists(s, ${isAbove})`;
}
