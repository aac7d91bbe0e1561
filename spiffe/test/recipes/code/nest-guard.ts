import { type CanActivate, HttpException } from "@nestjs/common";
import type { Request, Response } from "express";
import type { BearerError } from "@x0tta6bl4/spiffe";
import { authenticateBearer, type BearerPolicy, type TokenValidator } from "@x0tta6bl4/spiffe/jwt";

export const jwtSvidGuard = (tokens: TokenValidator, policy: BearerPolicy): CanActivate => ({
    async canActivate(context) {
        const [request, response] = context.getArgs<[Request, Response]>();
        return authenticateBearer(request, tokens, policy).then(Boolean, (error: unknown) => {
            const { headers, message, statusCode } = error as BearerError;
            response.set(headers);
            throw new HttpException(message, statusCode, { cause: error });
        });
    },
});
