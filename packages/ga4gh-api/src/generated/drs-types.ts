// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.

export interface paths {
    "/service-info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Self-description
         * @description Public. Tells the bulk limit and, where the operator allows it, how much is held here.
         */
        get: operations["GetServiceInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/objects/{object_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One object
         * @description Metadata and access methods of a blob or a bundle. Answered from the database, so never 202 here.
         */
        get: operations["GetObject"];
        put?: never;
        /**
         * One object, by passport
         * @description Like GetObject, with passports in the body. Without passports it is the same call as GetObject.
         */
        post: operations["PostObject"];
        delete?: never;
        /**
         * How to authorise for one object
         * @description Needs no credential. Ours always answers 200 with explicit types; `None` means that anybody may read. An object
         *     that its dataset does not let be discovered is answered like a missing one.
         */
        options: operations["OptionsObject"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/objects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Objects that the caller may see
         * @description Ordered by id. Filters are matched as TES matches them.
         */
        get: operations["ListObjects"];
        put?: never;
        /**
         * Many objects
         * @description Metadata of up to `maxBulkRequestLength` objects under one credential. What cannot be given is listed beside
         *     what can; the answer is 200 even if nothing resolves.
         */
        post: operations["GetBulkObjects"];
        delete?: never;
        /**
         * How to authorise for many objects
         * @description The bulk form of OptionsObject. The ids are in the body; a call without a body is refused.
         */
        options: operations["OptionsBulkObject"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/objects/{object_id}/access/{access_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A link to the bytes
         * @description Gives a link that lives for minutes. Bytes that have to be brought back from cold storage first are answered 202
         *     with the seconds to wait.
         */
        get: operations["GetAccessURL"];
        put?: never;
        /**
         * A link to the bytes, by passport
         * @description Like GetAccessURL, with passports in the body.
         */
        post: operations["PostAccessURL"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/objects/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Links to the bytes of many objects
         * @description One link for each pair of object and access method, under one credential. Pairs that give none are listed with
         *     the code that the single call would have answered.
         */
        post: operations["GetBulkAccessURL"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/upload-request": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Where to send files
         * @description For each file a short-lived address that takes a PUT. Nothing is an object before it is registered.
         */
        post: operations["PostUploadRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/objects/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make objects of files
         * @description All or none. For operators, and for a run's outputs by write ticket.
         */
        post: operations["RegisterObjects"];
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
        /** @description One way to the bytes; it has an `access_url`, an `access_id` or both */
        AccessMethod: {
            /**
             * @description Protocol of the link
             * @enum {string}
             */
            type: "s3" | "gs" | "ftp" | "gsiftp" | "globus" | "htsget" | "https" | "file";
            /** @description A link that works without asking again */
            access_url?: components["schemas"]["AccessURL"];
            /** @description Opaque name of this method, unique within the object, for the `/access` call */
            access_id?: string;
            /**
             * @description Who keeps the bytes: `aws`, `gcp`, `azure` or another provider's name
             * @example aws
             */
            cloud?: string;
            /**
             * @description Where they keep them; a hint
             * @example eu-central-1
             */
            region?: string;
            /**
             * @description `false` while the bytes lie in cold storage
             * @example true
             */
            available?: boolean;
            /** @description How to authorise for `/access` with this `access_id` */
            authorizations?: components["schemas"]["Authorizations"];
        };
        AccessURL: {
            /** @description Where a plain GET finds the bytes */
            url: string;
            /**
             * @description Header lines `Name: value` that the GET must carry
             * @example [
             *       "X-Example: 1"
             *     ]
             */
            headers?: string[];
        };
        /** @description What kinds of credential can succeed */
        Authorizations: {
            /** @description The object this is about */
            drs_object_id?: string;
            /** @description Kinds worth trying, any one of them */
            supported_types?: ("None" | "BasicAuth" | "BearerAuth" | "PassportAuth")[];
            /** @description With `PassportAuth`: the `iss` of the visas that count here. Send passports only to servers you trust with them */
            passport_auth_issuers?: string[];
            /** @description With `BearerAuth`: the issuers whose tokens are taken here */
            bearer_auth_issuers?: string[];
        };
        BulkAccessURL: {
            /** @description Id of the object */
            drs_object_id?: string;
            /** @description Its access method */
            drs_access_id?: string;
            /** @description Where a plain GET finds the bytes */
            url: string;
            /**
             * @description Header lines `Name: value` that the GET must carry
             * @example [
             *       "X-Example: 1"
             *     ]
             */
            headers?: string[];
        };
        /** @description Pairs of object and access method and, if needed, passports */
        BulkObjectAccessId: {
            /** @description Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over */
            passports?: string[];
            bulk_object_access_ids?: {
                /** @description Id of the object */
                bulk_object_id?: string;
                /** @description Its access methods that are wanted */
                bulk_access_ids?: string[];
            }[];
        };
        /** @description Ids and, if needed, passports */
        BulkObjectId: {
            /** @description Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over */
            passports?: string[];
            /** @description Ids of objects */
            bulk_object_ids?: string[];
        };
        /** @description Ids alone */
        BulkObjectIdNoPassport: {
            /** @description Ids of objects */
            bulk_object_ids?: string[];
        };
        Checksum: {
            /** @description The digest in hexadecimal, lower case on output */
            checksum: string;
            /**
             * @description Name of the algorithm: IANA's hash names, such as `sha-256`, and `md5`, `etag`, `crc32c`, `trunc512`, `sha1`
             * @example sha-256
             */
            type: string;
        };
        /** @description A member of a bundle */
        ContentsObject: {
            /** @description File name of the member inside its bundle, where it is unique: letters, digits, `.`, `-`, `_` */
            name: string;
            /** @description Id of the member at this server; may be missing only deeper down */
            id?: string;
            /**
             * @description URIs of the member, which may be at another server
             * @example [
             *       "drs://drs.example.org/2f1c"
             *     ]
             */
            drs_uri?: string[];
            /** @description Members of a nested bundle, only when expanded */
            contents?: components["schemas"]["ContentsObject"][];
        };
        /** @description A blob, or a bundle if `contents` is there */
        DrsObject: {
            /** @description Id at this server */
            id: string;
            /** @description A portable file name: letters, digits, `.`, `-`, `_` */
            name?: string;
            /**
             * @description The object's own URI, `drs://host/id` with the id percent-encoded; no port
             * @example drs://drs.example.org/2f1c
             */
            self_uri: string;
            /**
             * Format: int64
             * @description Bytes of the blob, or of all that the bundle lists
             */
            size: number;
            /**
             * Format: date-time
             * @description When the content came to be (not this record)
             */
            created_time: string;
            /**
             * Format: date-time
             * @description When the content last changed; here always its creation
             */
            updated_time?: string;
            /** @description A label without further meaning */
            version?: string;
            /**
             * @description Media type of the content, if known
             * @example application/gzip
             */
            mime_type?: string;
            /**
             * @description Digests of the blob's bytes, sha-256 first. For a bundle: take the digests of its direct members as text,
             *     sort, join, hash again; names play no part, and only an algorithm that every member has is given.
             */
            checksums: components["schemas"]["Checksum"][];
            /** @description Ways to the bytes; a blob has at least one */
            access_methods?: components["schemas"]["AccessMethod"][];
            /** @description What the bundle holds */
            contents?: components["schemas"]["ContentsObject"][];
            /** @description Text for people */
            description?: string;
            /** @description Other names, such as accession numbers; for search, not resolved as ids */
            aliases?: string[];
        };
        /** @description What is to become an object. The server gives id, URI and times */
        DrsObjectCandidate: {
            /** @description A portable file name: letters, digits, `.`, `-`, `_` */
            name?: string;
            /**
             * Format: int64
             * @description Bytes; compared with what is there
             */
            size?: number;
            /** @description Media type */
            mime_type?: string;
            /** @description A label */
            version?: string;
            /** @description Text for people */
            description?: string;
            /** @description Other names */
            aliases?: string[];
            /** @description Digests; if absent they are computed, and the object is not readable before */
            checksums?: components["schemas"]["Checksum"][];
            /** @description Where the bytes are; each URL lies under a prefix the caller may register */
            access_methods?: components["schemas"]["AccessMethod"][];
            /** @description For a bundle: its members */
            contents?: components["schemas"]["ContentsObject"][];
            /** @description The `upload_id` of an upload, instead of access methods */
            x_upload?: string;
            /** @description Dataset; if absent, the only one that the caller may write */
            x_dataset?: string;
            /** @description Tags for ListObjects */
            x_tags?: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description When the content came to be
             */
            x_created_time?: string;
        };
        /** @description What a DRS server adds to its self-description */
        DrsService: {
            /** @description Same number as `drs.maxBulkRequestLength`; clients of today still look here */
            maxBulkRequestLength: number;
            type: {
                /**
                 * @example drs
                 * @enum {string}
                 */
                artifact: "drs";
            };
            /** @description Limits and totals */
            drs?: {
                /** @description Most ids, or pairs of id and access id, in one bulk call; more is 413 */
                maxBulkRequestLength: number;
                /** @description How many objects are held */
                objectCount?: number;
                /** @description Bytes held; copies of the same bytes count once */
                totalObjectSize?: number;
                /** @description Draft 1.6: files may be sent here */
                uploadRequestSupported?: boolean;
                /** @description Draft 1.6: by which methods */
                supportedUploadMethodTypes?: string[];
                /**
                 * Format: int64
                 * @description Draft 1.6: bytes of one file, at most
                 */
                maxUploadSize?: number;
                /** @description Draft 1.6: files in one upload request, at most */
                maxUploadRequestLength?: number;
                /** @description Draft 1.6: objects may be registered here */
                objectRegistrationSupported?: boolean;
                /** @description Draft 1.6: candidates in one registration, at most */
                maxRegisterRequestLength?: number;
                /** @description Draft 1.6: declared digests are compared with the bytes */
                validateChecksums?: boolean;
                /** @description Draft 1.6: declared sizes are compared with the bytes */
                validateFileSizes?: boolean;
                /** @description Draft 1.6: declared locations are looked at */
                validateAccessMethods?: boolean;
            };
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
        ListObjectsResponse: {
            objects: components["schemas"]["DrsObject"][];
            /** @description Stands for the page after this one; absent on the last */
            next_page_token?: string;
        };
        /** @description What is known of an object whose digests are still computed; members as in DrsObject */
        PendingObject: {
            /** @description Id that the object will have */
            id: string;
            /** @description URI that the object will have */
            self_uri: string;
            /** @description Digests known so far, perhaps none */
            checksums?: components["schemas"]["Checksum"][];
            /** @description A portable file name: letters, digits, `.`, `-`, `_` */
            name?: string;
            /**
             * Format: int64
             * @description Bytes
             */
            size?: number;
            /**
             * Format: date-time
             * @description When the content came to be
             */
            created_time?: string;
            /**
             * Format: date-time
             * @description When the content last changed; here always its creation
             */
            updated_time?: string;
            /** @description A label without further meaning */
            version?: string;
            /** @description Media type of the content, if known */
            mime_type?: string;
            /** @description Ways to the bytes, once they are readable */
            access_methods?: components["schemas"]["AccessMethod"][];
            /** @description What the bundle holds */
            contents?: components["schemas"]["ContentsObject"][];
            /** @description Text for people */
            description?: string;
            /** @description Other names */
            aliases?: string[];
        };
        RegisterObjectsBody: {
            /** @description Passports of the caller */
            passports?: string[];
            candidates: components["schemas"]["DrsObjectCandidate"][];
        };
        /** @description The members that every kind of GA4GH server shares */
        Service: {
            /**
             * @description World-wide name of this deployment, best in reverse domain order
             * @example org.example.biocloud
             */
            id: string;
            /**
             * @description The name shown to people
             * @example biocloud at Example
             */
            name: string;
            type: components["schemas"]["ServiceType"];
            /** @description One or two sentences about this deployment */
            description?: string;
            /** @description Who runs the server */
            organization: {
                /**
                 * @description The operator's name
                 * @example Example Institute
                 */
                name: string;
                /**
                 * Format: uri
                 * @description The operator's home page
                 * @example https://example.org
                 */
                url: string;
            };
            /**
             * Format: uri
             * @description Where to reach the operator: a page, or a `mailto:` address
             * @example mailto:help@example.org
             */
            contactUrl?: string;
            /**
             * Format: uri
             * @description Where the use of this deployment is explained, log-in included
             * @example https://docs.example.org
             */
            documentationUrl?: string;
            /**
             * Format: date-time
             * @description First start of this deployment
             * @example 2026-02-03T09:00:00Z
             */
            createdAt?: string;
            /**
             * Format: date-time
             * @description Start of the version now running
             * @example 2026-05-06T07:30:00Z
             */
            updatedAt?: string;
            /**
             * @description What the deployment is for, such as `prod`, `test`, `dev` or `staging`
             * @example test
             */
            environment?: string;
            /**
             * @description Version of the software; it changes with each release
             * @example 0.1.0
             */
            version: string;
        };
        /** @description Which API this is */
        ServiceType: {
            /**
             * @description Reverse domain name of the body that defines the API; for GA4GH standards `org.ga4gh`
             * @example org.ga4gh
             */
            group: string;
            /**
             * @description Short name of the API: `drs`, `wes` or `tes`
             * @example drs
             */
            artifact: string;
            /**
             * @description Version of the API, not of the software
             * @example 1.5.0
             */
            version: string;
        };
        UploadMethod: {
            /**
             * @description A PUT over HTTP
             * @enum {string}
             */
            type: "https";
            access_url: components["schemas"]["AccessURL"];
            /** @description More about the upload */
            upload_details?: {
                /** @description Name of this upload, for `x_upload` at registration */
                upload_id?: string;
                /**
                 * Format: date-time
                 * @description The link is dead from then on
                 */
                expires_at?: string;
                /**
                 * Format: int64
                 * @description Bytes of a part, if parts are taken
                 */
                part_size?: number;
            };
        };
        UploadRequest: {
            /** @description Kinds of upload that the client knows; any if absent */
            upload_methods?: string[];
            /** @description File name; a label only */
            name: string;
            /**
             * Format: int64
             * @description Bytes
             */
            size: number;
            /** @description Media type */
            mime_type?: string;
            /** @description Digests that the bytes must have */
            checksums?: components["schemas"]["Checksum"][];
            /** @description Dataset the file will belong to; if absent, the only one that the caller may write */
            x_dataset?: string;
        };
        UploadRequestBody: {
            /** @description Passports of the caller */
            passports?: string[];
            requests: components["schemas"]["UploadRequest"][];
        };
        UploadResponse: {
            /** @description File name; a label only */
            name: string;
            /**
             * Format: int64
             * @description Bytes
             */
            size: number;
            /** @description Media type */
            mime_type?: string;
            /** @description Digests that the bytes must have */
            checksums?: components["schemas"]["Checksum"][];
            /** @description Dataset the file will belong to; if absent, the only one that the caller may write */
            x_dataset?: string;
            upload_methods: components["schemas"]["UploadMethod"][];
        };
        UploadResponseBody: {
            responses: components["schemas"]["UploadResponse"][];
        };
        /** @description Counts of distinct items (pairs in access calls) */
        summary: {
            /** @description How many were asked for */
            requested: number;
            /** @description How many are in the answer */
            resolved: number;
            /** @description How many are not */
            unresolved: number;
        };
        /** @description What was not given, grouped by the status that the single call would have had */
        unresolved: {
            /** @description HTTP status */
            error_code: number;
            object_ids: string[];
            /** @description In access calls: the access id of each entry of `object_ids` */
            access_ids?: string[];
        }[];
    };
    responses: {
        /** @description The link */
        "200OkAccess": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["AccessURL"];
            };
        };
        /** @description The links that could be given, and the rest by reason */
        "200OkAccesses": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    summary: components["schemas"]["summary"];
                    unresolved_drs_objects: components["schemas"]["unresolved"];
                    resolved_drs_object_access_urls: components["schemas"]["BulkAccessURL"][];
                };
            };
        };
        /** @description How to authorise for this object */
        "200OkAuthorizations": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Authorizations"];
            };
        };
        /** @description How to authorise for each object, and the rest by reason */
        "200OkBulkAuthorizations": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    summary: components["schemas"]["summary"];
                    unresolved_drs_objects: components["schemas"]["unresolved"];
                    resolved_drs_object: components["schemas"]["Authorizations"][];
                };
            };
        };
        /** @description The object */
        "200OkDrsObject": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["DrsObject"];
            };
        };
        /** @description The objects that could be given, and the rest by reason */
        "200OkDrsObjects": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    summary: components["schemas"]["summary"];
                    unresolved_drs_objects: components["schemas"]["unresolved"];
                    resolved_drs_object: components["schemas"]["DrsObject"][];
                };
            };
        };
        /** @description The description of this server */
        "200ServiceInfo": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /**
                     * @description World-wide name of this deployment, best in reverse domain order
                     * @example org.example.biocloud
                     */
                    id: string;
                    /**
                     * @description The name shown to people
                     * @example biocloud at Example
                     */
                    name: string;
                    /** @description Which API this is */
                    type: {
                        /**
                         * @description Reverse domain name of the body that defines the API; for GA4GH standards `org.ga4gh`
                         * @example org.ga4gh
                         */
                        group: string;
                        /**
                         * @example drs
                         * @enum {string}
                         */
                        artifact: "drs";
                        /**
                         * @description Version of the API, not of the software
                         * @example 1.5.0
                         */
                        version: string;
                    };
                    /** @description One or two sentences about this deployment */
                    description?: string;
                    /** @description Who runs the server */
                    organization: {
                        /**
                         * @description The operator's name
                         * @example Example Institute
                         */
                        name: string;
                        /**
                         * Format: uri
                         * @description The operator's home page
                         * @example https://example.org
                         */
                        url: string;
                    };
                    /**
                     * Format: uri
                     * @description Where to reach the operator: a page, or a `mailto:` address
                     * @example mailto:help@example.org
                     */
                    contactUrl?: string;
                    /**
                     * Format: uri
                     * @description Where the use of this deployment is explained, log-in included
                     * @example https://docs.example.org
                     */
                    documentationUrl?: string;
                    /**
                     * Format: date-time
                     * @description First start of this deployment
                     * @example 2026-02-03T09:00:00Z
                     */
                    createdAt?: string;
                    /**
                     * Format: date-time
                     * @description Start of the version now running
                     * @example 2026-05-06T07:30:00Z
                     */
                    updatedAt?: string;
                    /**
                     * @description What the deployment is for, such as `prod`, `test`, `dev` or `staging`
                     * @example test
                     */
                    environment?: string;
                    /**
                     * @description Version of the software; it changes with each release
                     * @example 0.1.0
                     */
                    version: string;
                    /** @description Same number as `drs.maxBulkRequestLength`; clients of today still look here */
                    maxBulkRequestLength: number;
                    /** @description Limits and totals */
                    drs?: {
                        /** @description Most ids, or pairs of id and access id, in one bulk call; more is 413 */
                        maxBulkRequestLength: number;
                        /** @description How many objects are held */
                        objectCount?: number;
                        /** @description Bytes held; copies of the same bytes count once */
                        totalObjectSize?: number;
                        /** @description Draft 1.6: files may be sent here */
                        uploadRequestSupported?: boolean;
                        /** @description Draft 1.6: by which methods */
                        supportedUploadMethodTypes?: string[];
                        /**
                         * Format: int64
                         * @description Draft 1.6: bytes of one file, at most
                         */
                        maxUploadSize?: number;
                        /** @description Draft 1.6: files in one upload request, at most */
                        maxUploadRequestLength?: number;
                        /** @description Draft 1.6: objects may be registered here */
                        objectRegistrationSupported?: boolean;
                        /** @description Draft 1.6: candidates in one registration, at most */
                        maxRegisterRequestLength?: number;
                        /** @description Draft 1.6: declared digests are compared with the bytes */
                        validateChecksums?: boolean;
                        /** @description Draft 1.6: declared sizes are compared with the bytes */
                        validateFileSizes?: boolean;
                        /** @description Draft 1.6: declared locations are looked at */
                        validateAccessMethods?: boolean;
                    };
                };
            };
        };
        /** @description The bytes are on their way; send the same request again after the wait */
        "202Accepted": {
            headers: {
                /** @description Whole seconds to wait, at least 1; never a date */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content?: never;
        };
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
        /** @description No such object or access method, or none that the caller may know of */
        "404NotFoundAccess": {
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
        /** @description Nothing to tell; to be read as `None`. Clients must know it, our server does not send it */
        AuthorizationsNotSupported: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
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
    parameters: {
        /** @description The `access_id` of one of the object's access methods */
        AccessId: string;
        /**
         * @description For a bundle: `true` gives the whole tree below it (at most 16 levels and 10,000 members by default), otherwise
         *     only its direct members are listed. Means nothing for a blob. The letter case of the value does not matter.
         * @example false
         */
        Expand: boolean;
        /** @description Id of the object */
        ObjectId: string;
    };
    requestBodies: {
        Passports: {
            content: {
                "application/json": {
                    /** @description Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over */
                    passports?: string[];
                };
            };
        };
        PostObjectBody: {
            content: {
                "application/json": {
                    /**
                     * @description The same as the query parameter of GetObject
                     * @example false
                     */
                    expand?: boolean;
                    /** @description Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over */
                    passports?: string[];
                };
            };
        };
    };
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    GetServiceInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["200ServiceInfo"];
            401: components["responses"]["401Unauthorized"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetObject: {
        parameters: {
            query?: {
                /**
                 * @description For a bundle: `true` gives the whole tree below it (at most 16 levels and 10,000 members by default), otherwise
                 *     only its direct members are listed. Means nothing for a blob. The letter case of the value does not matter.
                 * @example false
                 */
                expand?: components["parameters"]["Expand"];
            };
            header?: never;
            path: {
                /** @description Id of the object */
                object_id: components["parameters"]["ObjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["200OkDrsObject"];
            202: components["responses"]["202Accepted"];
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            410: components["responses"]["410Gone"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    PostObject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the object */
                object_id: components["parameters"]["ObjectId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["PostObjectBody"];
        responses: {
            200: components["responses"]["200OkDrsObject"];
            202: components["responses"]["202Accepted"];
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
    OptionsObject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the object */
                object_id: components["parameters"]["ObjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["200OkAuthorizations"];
            204: components["responses"]["AuthorizationsNotSupported"];
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            404: components["responses"]["404NotFoundDrsObject"];
            405: components["responses"]["AuthorizationsNotSupported"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    ListObjects: {
        parameters: {
            query?: {
                /** @description Only objects with this tag; several keys must all be there */
                tag_key?: string[];
                /** @description Values of the keys, in the same order; empty means any */
                tag_value?: string[];
                /** @description Only objects with this alias */
                alias?: string;
                /** @description Only objects of this dataset */
                dataset?: string;
                /** @description Most objects in one answer */
                page_size?: number;
                /** @description The `next_page_token` of the page before, with the same filters */
                page_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of objects */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListObjectsResponse"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetBulkObjects: {
        parameters: {
            query?: {
                /**
                 * @description For a bundle: `true` gives the whole tree below it (at most 16 levels and 10,000 members by default), otherwise
                 *     only its direct members are listed. Means nothing for a blob. The letter case of the value does not matter.
                 * @example false
                 */
                expand?: components["parameters"]["Expand"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkObjectId"];
            };
        };
        responses: {
            200: components["responses"]["200OkDrsObjects"];
            202: components["responses"]["202Accepted"];
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
    OptionsBulkObject: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkObjectIdNoPassport"];
            };
        };
        responses: {
            200: components["responses"]["200OkBulkAuthorizations"];
            204: components["responses"]["AuthorizationsNotSupported"];
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            404: components["responses"]["404NotFoundDrsObject"];
            405: components["responses"]["AuthorizationsNotSupported"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetAccessURL: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the object */
                object_id: components["parameters"]["ObjectId"];
                /** @description The `access_id` of one of the object's access methods */
                access_id: components["parameters"]["AccessId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["200OkAccess"];
            202: components["responses"]["202Accepted"];
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundAccess"];
            410: components["responses"]["410Gone"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    PostAccessURL: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the object */
                object_id: components["parameters"]["ObjectId"];
                /** @description The `access_id` of one of the object's access methods */
                access_id: components["parameters"]["AccessId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Passports"];
        responses: {
            200: components["responses"]["200OkAccess"];
            202: components["responses"]["202Accepted"];
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundAccess"];
            410: components["responses"]["410Gone"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetBulkAccessURL: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkObjectAccessId"];
            };
        };
        responses: {
            200: components["responses"]["200OkAccesses"];
            202: components["responses"]["202Accepted"];
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundAccess"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    PostUploadRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadRequestBody"];
            };
        };
        responses: {
            /** @description One entry for each request, in order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadResponseBody"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    RegisterObjects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterObjectsBody"];
            };
        };
        responses: {
            /** @description The new objects, in order */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        objects: components["schemas"]["DrsObject"][];
                    };
                };
            };
            /**
             * @description Taken, but a digest of some object is not known yet, so that it cannot be shown as an object. The same request
             *     repeated after `Retry-After` gives 201.
             */
            202: {
                headers: {
                    /** @description Whole seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        objects: components["schemas"]["PendingObject"][];
                    };
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFoundDrsObject"];
            409: components["responses"]["409Conflict"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
}
