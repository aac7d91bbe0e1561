import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import * as grpc from "@grpc/grpc-js";
import { Aedes } from "aedes";
import { logLevel } from "kafkajs";
import { SMTPServer } from "smtp-server";

import type { Authorizer } from "../../src/index.js";
import { authorizeId, peerOf, SpiffeId, X509BundleSet } from "../../src/index.js";
import { createTlsServer } from "../../src/tls/index.js";
import { echoCall, echoServer } from "../support/grpc-echo.js";
import { kafkaBroker } from "../support/kafka-broker.js";
import { TlsWorld } from "../support/tls-world.js";
import { connect as connectGrpc, serve as serveGrpc } from "./code/grpc.js";
import { connect as connectKafka } from "./code/kafka.js";
import { connect as connectMqtt } from "./code/mqtt.js";
import { connect as connectMail } from "./code/nodemailer.js";

const CLIENT = "spiffe://example.org/client";
const onlyServer = authorizeId(SpiffeId.parse("spiffe://example.org/server"));
const onlyOther = authorizeId(SpiffeId.parse("spiffe://example.org/other"));

describe("Recipes for brokers, mail and gRPC", () => {
    let world: TlsWorld;

    beforeEach(async () => {
        world = await TlsWorld.create();
    });
    afterEach(() => world.close());

    const policy = (authorize: Authorizer) => ({ ...world.clientPolicy, authorize });
    const rotate = async (): Promise<void> =>
        world.client.set({ svid: await world.ca.issue("/client"), bundles: new X509BundleSet([world.ca.bundle]) });

    it("let kafkajs reach the right broker, through a rotation, and no other", async () => {
        const callers: string[] = [];
        const port = await world.listen(
            createTlsServer(world.server, world.serverPolicy, (socket) => {
                callers.push(String(peerOf(socket)?.id));
                kafkaBroker(socket, (socket.address() as AddressInfo).port);
            }),
        );
        const topics = async (authorize: Authorizer): Promise<string[]> => {
            const config = { brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, retry: { retries: 0 } };
            const admin = connectKafka(world.client, policy(authorize), config).admin();
            try {
                await admin.connect();
                return await admin.listTopics();
            } finally {
                await admin.disconnect();
            }
        };
        assert.deepEqual(await topics(onlyServer), ["orders"]);
        await rotate();
        assert.deepEqual(await topics(onlyServer), ["orders"]);
        assert.deepEqual([...new Set(callers)], [CLIENT]);
        await assert.rejects(topics(onlyOther));
        assert.deepEqual([...new Set(world.verdicts("client"))], ["success", "unauthorized"]);
    });

    it("let mqtt reach the right broker, and no other", async () => {
        const broker = await Aedes.createBroker();
        world.onClose(() => new Promise<void>((resolve) => broker.close(resolve)));
        const port = await world.listen(
            createTlsServer(world.server, world.serverPolicy, (socket) => broker.handle(socket)),
        );
        const client = connectMqtt(world.client, policy(onlyServer), "127.0.0.1", port);
        await client.subscribeAsync("news");
        const arrived = new Promise((resolve) => client.once("message", (_topic, payload) => resolve(String(payload))));
        await client.publishAsync("news", "hello");
        assert.equal(await arrived, "hello");
        await client.endAsync(true);
        const refused = connectMqtt(world.client, policy(onlyOther), "127.0.0.1", port);
        const error = await new Promise<Error>((resolve) => refused.once("error", resolve));
        assert.equal(Reflect.get(error, "code"), "unauthorized");
        await refused.endAsync(true);
    });

    it("let nodemailer hand mail to the right server by STARTTLS, and to no other", async () => {
        const { svid } = world.server.snapshot();
        const received: string[] = [];
        const server = new SMTPServer({
            cert: svid.certPem(),
            key: svid.keyPem(),
            authOptional: true,
            onData: (stream, _session, done) => {
                stream.on("data", (chunk: Buffer) => received.push(chunk.toString())).on("end", () => done());
            },
        });
        server.on("error", () => {});
        server.listen(0, "127.0.0.1");
        await once(server.server, "listening");
        const { port } = server.server.address() as AddressInfo;
        const send = (authorize: Authorizer) => {
            const transport = connectMail(world.client, policy(authorize), "127.0.0.1", port);
            const mail = { from: "a@example.org", to: "b@example.org", subject: "hello", text: "secret" };
            return transport.sendMail(mail).finally(() => transport.close());
        };
        try {
            await send(onlyServer);
            assert.match(received.join(""), /secret/);
            received.length = 0;
            await assert.rejects(send(onlyOther));
            assert.deepEqual(received, []);
            assert.deepEqual(world.verdicts("client"), ["success", "unauthorized"]);
        } finally {
            await new Promise<void>((resolve) => server.close(resolve));
        }
    });

    it("let a client of grpc-js reach the right server, and no other", async () => {
        const listener = serveGrpc(
            echoServer((call) => String(listener.peerOf(call)?.id)),
            world.server,
            world.serverPolicy,
        );
        const port = await world.listen(listener.server);
        const Client = grpc.makeGenericClientConstructor({}, "Echo");
        const call = (authorize: Authorizer): Promise<string> => {
            const client = connectGrpc(Client, world.client, policy(authorize), `127.0.0.1:${port}`);
            world.onClose(() => client.close());
            return echoCall(client, "hello");
        };
        assert.equal(await call(onlyServer), `hello from ${CLIENT}`);
        await assert.rejects(call(onlyOther));
        assert.deepEqual(world.verdicts("client").slice(0, 2), ["success", "unauthorized"]);
    });
});
