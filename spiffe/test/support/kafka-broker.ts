import type { Duplex } from "node:stream";

/** Keys of the Kafka protocol (its guide, "API Keys") and the one version of each that the stub speaks. */
const METADATA = 3;
const API_VERSIONS = 18;

const int16 = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return bytes;
};
const int32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
};
const text = (value: string): Buffer => Buffer.concat([int16(value.length), Buffer.from(value)]);

/** Speaks as much of the Kafka protocol as a client needs to list topics: it has one, `orders`. */
export function kafkaBroker(connection: Duplex, port: number): void {
    const answers = new Map<number, (version: number) => Buffer>([
        [
            API_VERSIONS,
            (version) =>
                Buffer.concat([
                    ...[int16(0), int32(2)],
                    ...[METADATA, API_VERSIONS].flatMap((key) => [int16(key), int16(0), int16(0)]),
                    ...(version > 0 ? [int32(0)] : []),
                ]),
        ],
        [
            METADATA,
            () =>
                Buffer.concat([
                    ...[int32(1), int32(0), text("127.0.0.1"), int32(port)],
                    ...[int32(1), int16(0), text("orders"), int32(0)],
                ]),
        ],
    ]);
    let pending = Buffer.alloc(0);
    connection.on("error", () => {});
    connection.on("data", (chunk: Buffer) => {
        pending = Buffer.concat([pending, chunk]);
        while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
            const request = pending.subarray(4, 4 + pending.readInt32BE(0));
            pending = pending.subarray(4 + request.length);
            const body = answers.get(request.readInt16BE(0))?.(request.readInt16BE(2));
            if (body === undefined) {
                connection.destroy();
                return;
            }
            connection.write(Buffer.concat([int32(body.length + 4), request.subarray(4, 8), body]));
        }
    });
}
