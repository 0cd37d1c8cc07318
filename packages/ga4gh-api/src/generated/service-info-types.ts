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
         * @description Public. The base URL of the API is this address without its last segment.
         */
        get: operations["getServiceInfo"];
        put?: never;
        post?: never;
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
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getServiceInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The description of this server */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                };
            };
        };
    };
}
