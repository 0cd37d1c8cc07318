// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.

export interface paths {
    "/data/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Bytes of a signed link
         * @description The token in the path is the whole credential. One range gives 206, several give `multipart/byteranges`, at most
         *     16 of them. A token that was altered, ran out or was revoked is 403 in each case.
         */
        get: operations["GetData"];
        /**
         * Send bytes by a signed link
         * @description Takes exactly the bytes that the upload request announced; other lengths or digests are refused.
         */
        put: operations["PutData"];
        post?: never;
        delete?: never;
        options?: never;
        /**
         * Headers of a signed link
         * @description What GetData would answer, without the bytes.
         */
        head: operations["HeadData"];
        patch?: never;
        trace?: never;
    };
    "/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A token of the local issuer
         * @description Two grant types: a local user with the secret of the data folder gets an access token, and an access token is
         *     exchanged for a passport (RFC 8693). Errors have the shape of RFC 6749.
         */
        post: operations["IssueToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/userinfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who the caller is
         * @description OpenID Connect userinfo of the local issuer, with the user's visas.
         */
        get: operations["GetUserinfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/openid-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metadata of the local issuer
         * @description OpenID Connect Discovery.
         */
        get: operations["GetOpenidConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Public keys of the local issuer and the STS
         * @description A JSON Web Key Set; no private member is ever in it.
         */
        get: operations["GetJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sts/v1/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a caller's token for a grant
         * @description Policy is evaluated now, for every object. A refusal names the visas that are missing; an object that may not be
         *     discovered is answered like a missing one.
         */
        post: operations["CreateGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sts/v1/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A short-lived ticket under a grant
         * @description `read` gives a single-use ticket for objects of the grant, `write` one for registering a run's outputs, `run` a
         *     further run token of a run's grant. The grant, its revocation and the policy are checked again each time.
         */
        post: operations["CreateTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sts/v1/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a run token stands for
         * @description A token that is unknown, dead or revoked is merely not active.
         */
        post: operations["IntrospectToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sts/v1/revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a grant
         * @description Its run tokens and live tickets end with it. Repeating the call changes nothing.
         */
        post: operations["RevokeGrant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Checksum: {
            /** @description The digest in hexadecimal, lower case on output */
            checksum: string;
            /**
             * @description Name of the algorithm: IANA's hash names, such as `sha-256`, and `md5`, `etag`, `crc32c`, `trunc512`, `sha1`
             * @example sha-256
             */
            type: string;
        };
        /** @description The body of every error */
        Error: {
            /** @description What was wrong, what is allowed, what to do next */
            msg: string;
            /** @description The HTTP status again */
            status_code: number;
            /**
             * @description A stable name of the error for programs
             * @example object_not_found
             */
            code?: string;
            /** @description With 403: what access would take, per object or dataset */
            required?: {
                [key: string]: unknown;
            }[];
        };
        Grant: {
            /** @description Id of the grant */
            grant_id: string;
            /**
             * Format: date-time
             * @description The grant is dead from then on
             */
            not_after: string;
            /** @description Key of the identity that it was given to */
            owner: string;
            /** @description The objects, in the order asked for */
            objects: {
                /** @description Id of the object */
                id: string;
                /** @description The URI that was sent */
                uri: string;
                /** @description File name */
                name?: string;
                /**
                 * Format: int64
                 * @description Bytes
                 */
                size: number;
                /** @description Media type */
                mime_type?: string;
                checksums: components["schemas"]["Checksum"][];
                /** @description Dataset */
                dataset: string;
                /** @description The access method to prefer */
                access_id?: string;
            }[];
            /** @description With purpose `run`: the opaque token for the run's head */
            run_token?: string;
        };
        GrantRequest: {
            /**
             * @description Kind of the assertion
             * @enum {string}
             */
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            /** @description The server's assertion; its audience is the origin of the STS */
            client_assertion: string;
            /** @description What the caller sent: an access token or a run token */
            subject_token: string;
            /**
             * @description What the grant is for
             * @enum {string}
             */
            purpose: "run" | "task";
            /** @description The run */
            run_id?: string;
            /** @description The task */
            task_id?: string;
            /** @description URIs `drs://host/id`; may be empty */
            objects: string[];
            /**
             * @description What is to be permitted
             * @enum {string}
             */
            operation: "tes:compute" | "wes:run" | "drs:access";
        };
        Introspection: {
            /** @description Whether it is alive */
            active: boolean;
            /**
             * @description Kind of token
             * @enum {string}
             */
            token_type?: "run";
            /** @description The run */
            run_id?: string;
            /** @description The run's grant */
            grant_id?: string;
            /** @description Key of the identity that submitted the run */
            owner?: string;
            /** @description Issuer of that identity */
            iss?: string;
            /** @description Subject of that identity */
            sub?: string;
            /**
             * Format: date-time
             * @description Dead from then on
             */
            not_after?: string;
        };
        IntrospectionRequest: {
            /**
             * @description Kind of the assertion
             * @enum {string}
             */
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            /** @description The server's assertion; its audience is the origin of the STS */
            client_assertion: string;
            /** @description The run token */
            token: string;
        };
        Jwks: {
            keys: ({
                kty: string;
                kid?: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        OAuthError: {
            /** @description A code of RFC 6749, such as `invalid_grant` */
            error: string;
            /** @description Text for people */
            error_description?: string;
        };
        OpenidConfiguration: {
            /** @description Issuer */
            issuer: string;
            /** @description Address of the keys */
            jwks_uri: string;
            /** @description Address for tokens */
            token_endpoint: string;
            /** @description Address of userinfo */
            userinfo_endpoint?: string;
        } & {
            [key: string]: unknown;
        };
        RevocationRequest: {
            /**
             * @description Kind of the assertion
             * @enum {string}
             */
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            /** @description The server's assertion; its audience is the origin of the STS */
            client_assertion: string;
            /** @description The grant */
            grant_id: string;
        };
        Ticket: {
            /** @description Signed; goes as a bearer token to one access or register call */
            ticket?: string;
            /** @description Seconds, at most 300 */
            expires_in?: number;
            /** @description `run`: one more run token */
            run_token?: string;
            /**
             * Format: date-time
             * @description `run`: the run token is dead from then on
             */
            not_after?: string;
        };
        TicketRequest: {
            /**
             * @description Kind of the assertion
             * @enum {string}
             */
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            /** @description The server's assertion; its audience is the origin of the STS */
            client_assertion: string;
            /** @description The grant */
            grant_id: string;
            /**
             * @description What the ticket is for
             * @enum {string}
             */
            action: "read" | "write" | "run";
            /**
             * @description `read`: who uses it
             * @example tes/task/06d2k8/attempt/1
             */
            actor?: string;
            /** @description `read`: URIs or ids that are in the grant */
            objects?: string[];
            /** @description `write` and `run`: the run */
            run_id?: string;
            /**
             * @description `write`: where the outputs lie
             * @example file:///srv/biocloud/wes/runs/06d2k8/outputs/
             */
            prefix?: string;
        };
        TokenRequest: {
            /**
             * @description What is asked for
             * @enum {string}
             */
            grant_type: "urn:biocloud:params:oauth:grant-type:local-user" | "urn:ietf:params:oauth:grant-type:token-exchange";
            /** @description Local user */
            username?: string;
            /** @description Contents of `cli-secret` in the data folder */
            secret?: string;
            /** @description The client */
            client_id?: string;
            /** @description Scopes wanted */
            scope?: string;
            /** @description Exchange: the access token */
            subject_token?: string;
            /** @description Exchange: `urn:ietf:params:oauth:token-type:access_token` */
            subject_token_type?: string;
            /** @description Exchange: `urn:ga4gh:params:oauth:token-type:passport` */
            requested_token_type?: string;
            /** @description Exchange: for whom the passport is */
            resource?: string | string[];
            /** @description Exchange: for whom the passport is */
            audience?: string | string[];
        };
        TokenResponse: {
            /** @description The token */
            access_token: string;
            /** @description `Bearer`, or `N_A` for a passport */
            token_type: string;
            /** @description Exchange: what kind of token it is */
            issued_token_type?: string;
            /** @description Seconds */
            expires_in: number;
            /** @description Scopes given */
            scope?: string;
        };
        Userinfo: {
            /** @description Subject */
            sub: string;
            /** @description Name */
            name?: string;
            /** @description Signed visas */
            ga4gh_passport_v1?: string[];
        } & {
            [key: string]: unknown;
        };
    };
    responses: {
        /** @description The request breaks a rule that the message names */
        "400BadRequest": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A credential was refused, or one is needed */
        "401Unauthorized": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Known, but not for this caller; `required` tells which visas are asked for */
        "403Forbidden": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No such object, or none that the caller may know of */
        "404NotFoundDrsObject": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description It is there already with other content, or not in a state that allows this */
        "409Conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The object has been deleted */
        "410Gone": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The `Content-Length` is missing */
        "411LengthRequired": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description `If-Match` does not hold */
        "412PreconditionFailed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Over a limit: ids or pairs in one bulk call, passports, or bytes of the body */
        "413RequestTooLarge": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is not JSON */
        "415UnsupportedMediaType": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No range lies inside; `Content-Range` tells the size */
        "416RangeNotSatisfiable": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Too fast; wait as `Retry-After` says */
        "429TooManyRequests": {
            headers: {
                /** @description Whole seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A fault of this server; its log knows more than the message */
        "500InternalServerError": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Something this server depends on is away, such as an issuer's keys; `Retry-After` tells when to try again */
        "503Unavailable": {
            headers: {
                /** @description Whole seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The store is full */
        "507InsufficientStorage": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Any other error has the same shape */
        DefaultError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    GetData: {
        parameters: {
            query?: never;
            header?: {
                /** @description Byte ranges */
                Range?: string;
                /** @description An entity tag: ranges count only while it holds */
                "If-Range"?: string;
                /** @description Entity tags of which one must hold */
                "If-Match"?: string;
                /** @description Entity tags of which none may hold */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The signed token */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The bytes of the ranges */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            410: components["responses"]["410Gone"];
            412: components["responses"]["412PreconditionFailed"];
            416: components["responses"]["416RangeNotSatisfiable"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    PutData: {
        parameters: {
            query?: never;
            header?: {
                /** @description Where a part belongs, for an upload in parts */
                "Content-Range"?: string;
            };
            path: {
                /** @description The signed token */
                token: string;
            };
            cookie?: never;
        };
        /** @description The bytes */
        requestBody?: {
            content: {
                "*/*": string;
            };
        };
        responses: {
            /** @description Stored, as it was before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Stored */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Stored */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            409: components["responses"]["409Conflict"];
            411: components["responses"]["411LengthRequired"];
            412: components["responses"]["412PreconditionFailed"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            416: components["responses"]["416RangeNotSatisfiable"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            507: components["responses"]["507InsufficientStorage"];
            default: components["responses"]["DefaultError"];
        };
    };
    HeadData: {
        parameters: {
            query?: never;
            header?: {
                /** @description Byte ranges */
                Range?: string;
                /** @description An entity tag: ranges count only while it holds */
                "If-Range"?: string;
                /** @description Entity tags of which one must hold */
                "If-Match"?: string;
                /** @description Entity tags of which none may hold */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The signed token */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All bytes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The bytes of the ranges */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            410: components["responses"]["410Gone"];
            412: components["responses"]["412PreconditionFailed"];
            416: components["responses"]["416RangeNotSatisfiable"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    IssueToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description Refused; `error` tells why */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    GetUserinfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Claims of the user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Userinfo"];
                };
            };
            /** @description Refused; `error` tells why */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    GetOpenidConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenidConfiguration"];
                };
            };
            /** @description Refused; `error` tells why */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    GetJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Jwks"];
                };
            };
            /** @description Refused; `error` tells why */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description Refused; `error` tells why */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    CreateGrant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantRequest"];
            };
        };
        responses: {
            /** @description The grant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Grant"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            410: components["responses"]["410Gone"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    CreateTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketRequest"];
            };
        };
        responses: {
            /** @description The ticket or run token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            /** @description A ticket for the same attempt and objects is still alive */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            410: components["responses"]["410Gone"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    IntrospectToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntrospectionRequest"];
            };
        };
        responses: {
            /** @description The facts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Introspection"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    RevokeGrant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevocationRequest"];
            };
        };
        responses: {
            /** @description Dead */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
}
