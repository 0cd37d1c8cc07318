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
         * @description Public. Lists only languages and engines that are installed and were found to work.
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
    "/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Runs of the caller
         * @description Newest first. The pages show the runs that were there when the first page was asked for. Query parameters
         *     unknown here are ignored.
         */
        get: operations["ListRuns"];
        put?: never;
        /**
         * Start a run
         * @description As `multipart/form-data` each field is text, three of them JSON text, and files go along as `workflow_attachment`.
         *     Their names may hold directories; names that would leave the run's folder are refused. As `application/json` the
         *     body is the run request itself, and there are no files.
         *
         *     Access of the caller to every `drs://` input is checked before the answer.
         */
        post: operations["RunWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All about one run
         * @description Request, state, log and outputs. A run of somebody else is answered like one that does not exist.
         */
        get: operations["GetRunLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * State of one run
         * @description The cheapest way to follow a run.
         */
        get: operations["GetRunStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tasks of one run
         * @description In the order of their creation, the same as in `RunLog.task_logs`.
         */
        get: operations["ListTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One task of one run
         * @description The same entry as in the list.
         */
        get: operations["GetTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a run
         * @description Answers 200 also for a run that has ended or is being cancelled; then nothing changes.
         */
        post: operations["CancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/stdout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Standard output of the engine
         * @description Text so far, also while the run goes on.
         */
        get: operations["GetRunStdout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/stderr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Standard error of the engine
         * @description Text so far, also while the run goes on.
         */
        get: operations["GetRunStderr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/tasks/{task_id}/stdout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Standard output of a step
         * @description Fetched from the TES that runs it.
         */
        get: operations["GetTaskStdout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/tasks/{task_id}/stderr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Standard error of a step
         * @description Fetched from the TES that runs it.
         */
        get: operations["GetTaskStderr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/outputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Output files of a run
         * @description A flat list, ordered by name.
         */
        get: operations["ListRunOutputs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/outputs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One output file
         * @description Its bytes. A `/` in the name is sent as `%2F`.
         */
        get: operations["GetRunOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reports of a run's head
         * @description For the process beside the engine, with the run token. Reports are numbered and may come again; what was
         *     acknowledged need not.
         */
        post: operations["PostRunReports"];
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
        /** @description A parameter that an engine takes */
        DefaultWorkflowEngineParameter: {
            /** @description `engine.parameter` */
            name?: string;
            /** @description Type of the value */
            type?: string;
            /** @description Value if not given, as text */
            default_value?: string;
        };
        /** @description The body of every error */
        ErrorResponse: {
            /** @description What was wrong, what is allowed, what to do next */
            msg: string;
            /**
             * Format: int32
             * @description The HTTP status again
             */
            status_code: number;
        };
        /** @description A command and what became of it */
        Log: {
            /** @description Name of the workflow or step */
            name?: string;
            /** @description The argv */
            cmd?: string[];
            /** @description Start, `YYYY-MM-DDTHH:MM:SSZ` */
            start_time?: string;
            /** @description End, `YYYY-MM-DDTHH:MM:SSZ` */
            end_time?: string;
            /** @description Address of standard output, to be opened with the same token */
            stdout?: string;
            /** @description Address of standard error, to be opened with the same token */
            stderr?: string;
            /**
             * Format: int32
             * @description Exit code
             */
            exit_code?: number;
            /** @description Lines about what was done around the command, and why it failed */
            system_logs?: string[];
        };
        RunId: {
            /** @description Id of the run */
            run_id: string;
        };
        RunListResponse: {
            /** @description Runs of the caller */
            runs: components["schemas"]["RunSummary"][];
            /** @description Stands for the page after this one; empty on the last */
            next_page_token: string;
        };
        /** @description All about a run */
        RunLog: {
            /** @description Id of the run */
            run_id: string;
            request: components["schemas"]["RunRequest"];
            state: components["schemas"]["State"];
            run_log?: components["schemas"]["Log"];
            /** @description Address of the list of tasks */
            task_logs_url?: string;
            /**
             * @deprecated
             * @description The first page of the list of tasks, for clients that do not know `task_logs_url`
             */
            task_logs: components["schemas"]["TaskLog"][];
            /** @description Outputs by name, in the form that the language gives them; empty until the run is complete */
            outputs: {
                [key: string]: unknown;
            };
        };
        RunOutput: {
            /** @description Path below the run's outputs */
            name: string;
            /**
             * Format: int64
             * @description Bytes
             */
            size: number;
            checksums?: {
                /** @description Name of the algorithm */
                type: string;
                /** @description The digest in hexadecimal */
                checksum: string;
            }[];
            /** @description URI of the file once it is registered */
            drs_uri?: string;
            /** @description Address of the bytes, to be opened with the same token */
            location: string;
        };
        RunOutputList: {
            outputs: components["schemas"]["RunOutput"][];
            /** @description Stands for the page after this one; empty on the last */
            next_page_token: string;
        };
        RunReports: {
            reports: ({
                /** @description Number of the report */
                n: number;
                /** @description When it happened */
                time: string;
                /** @description What is reported */
                type: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        RunReportsAcknowledged: {
            /** @description Number of the last report taken */
            acknowledged: number;
        };
        /** @description What to run */
        RunRequest: {
            /** @description Inputs, in the form that the language asks for. Empty if not given */
            workflow_params?: {
                [key: string]: unknown;
            };
            /**
             * @description Language: `CWL`, `WDL`, `NFL` or `SMK`, as service info lists it; letter case does not matter
             * @example CWL
             */
            workflow_type: string;
            /**
             * @description Version of the language, with or without a `v` in front
             * @example v1.2
             */
            workflow_type_version: string;
            /** @description Names and values of the client; names that begin with `wes_` are taken */
            tags?: {
                [key: string]: string;
            };
            /** @description Parameters that service info lists for the engine */
            workflow_engine_parameters?: {
                [key: string]: string;
            };
            /**
             * @description Engine to use; needed if a version of it is given
             * @example cwltool
             */
            workflow_engine?: string;
            /**
             * @description Its version
             * @example 3.1.20240112164112
             */
            workflow_engine_version?: string;
            /**
             * @description The workflow: the name of an attachment, or an absolute `https` URL
             * @example workflow.cwl
             */
            workflow_url: string;
        };
        /** @description A run request as JSON. The three members that are objects may also be JSON text, as in a form */
        RunRequestBody: {
            /** @description Inputs */
            workflow_params?: {
                [key: string]: unknown;
            } | string;
            /**
             * @description Language: `CWL`, `WDL`, `NFL` or `SMK`, as service info lists it; letter case does not matter
             * @example CWL
             */
            workflow_type: string;
            /**
             * @description Version of the language, with or without a `v` in front
             * @example v1.2
             */
            workflow_type_version: string;
            /** @description Names and values of the client; numbers and booleans become text */
            tags?: {
                [key: string]: unknown;
            } | string;
            /** @description Parameters of the engine; numbers and booleans become text */
            workflow_engine_parameters?: {
                [key: string]: unknown;
            } | string;
            /**
             * @description Engine to use; needed if a version of it is given
             * @example cwltool
             */
            workflow_engine?: string;
            /**
             * @description Its version
             * @example 3.1.20240112164112
             */
            workflow_engine_version?: string;
            /**
             * @description The workflow: the name of an attachment, or an absolute `https` URL
             * @example workflow.cwl
             */
            workflow_url: string;
        };
        RunStatus: {
            /** @description Id of the run */
            run_id: string;
            state: components["schemas"]["State"];
        };
        /** @description A run in short */
        RunSummary: {
            /** @description Id of the run */
            run_id: string;
            state: components["schemas"]["State"];
            /** @description When the engine was started, `YYYY-MM-DDTHH:MM:SSZ` */
            start_time?: string;
            /** @description When the run ended, `YYYY-MM-DDTHH:MM:SSZ` */
            end_time?: string;
            /** @description Tags of the request */
            tags: {
                [key: string]: string;
            };
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
        /** @description The members that every kind of GA4GH server shares */
        ServiceInfo: {
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
            /** @description By language: its versions that run here */
            workflow_type_versions: {
                [key: string]: components["schemas"]["WorkflowTypeVersion"];
            };
            /**
             * @description Versions of this API that clients may count on
             * @example [
             *       "1.1.0"
             *     ]
             */
            supported_wes_versions: string[];
            /**
             * @description Schemes of URLs that parameters may hold
             * @example [
             *       "drs",
             *       "https"
             *     ]
             */
            supported_filesystem_protocols: string[];
            /** @description By engine: its versions that are installed here */
            workflow_engine_versions: {
                [key: string]: components["schemas"]["WorkflowEngineVersion"];
            };
            /** @description Parameters that engines take, named `engine.parameter` */
            default_workflow_engine_parameters: components["schemas"]["DefaultWorkflowEngineParameter"][];
            /** @description The caller's own runs by state */
            system_state_counts: {
                [key: string]: number;
            };
            /** @description A page that tells people how to get a token */
            auth_instructions_url: string;
            /** @description Further facts by name */
            tags: {
                [key: string]: string;
            };
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
        /**
         * @description Where the run is.
         *
         *     - `QUEUED`: stored, not begun
         *     - `INITIALIZING`: the workflow is being fetched and its engine started
         *     - `RUNNING`: the engine works
         *     - `PAUSED`: held by policy
         *     - `COMPLETE`: done, and the outputs are stored and registered
         *     - `EXECUTOR_ERROR`: the workflow, its parameters or a step failed
         *     - `SYSTEM_ERROR`: this server or something below it failed; worth another try
         *     - `CANCELING`: cancelled, steps are being stopped
         *     - `CANCELED`: cancelled, nothing runs any more
         *     - `UNKNOWN`, `PREEMPTED`: known to the standard, never given by this server
         * @enum {string}
         */
        State: "UNKNOWN" | "QUEUED" | "INITIALIZING" | "RUNNING" | "PAUSED" | "COMPLETE" | "EXECUTOR_ERROR" | "SYSTEM_ERROR" | "CANCELED" | "CANCELING" | "PREEMPTED";
        TaskListResponse: {
            /** @description Tasks of the run */
            task_logs: components["schemas"]["TaskLog"][];
            /** @description Stands for the page after this one; empty on the last */
            next_page_token: string;
        };
        /** @description A step of a run */
        TaskLog: {
            /** @description Name of the workflow or step */
            name: string;
            /** @description The argv */
            cmd?: string[];
            /** @description Start, `YYYY-MM-DDTHH:MM:SSZ` */
            start_time?: string;
            /** @description End, `YYYY-MM-DDTHH:MM:SSZ` */
            end_time?: string;
            /** @description Address of standard output, to be opened with the same token */
            stdout?: string;
            /** @description Address of standard error, to be opened with the same token */
            stderr?: string;
            /**
             * Format: int32
             * @description Exit code
             */
            exit_code?: number;
            /** @description Lines about what was done around the step, and why it failed */
            system_logs?: string[];
            /** @description Id of the task */
            id: string;
            /** @description Address of the task at the TES that runs it */
            tes_uri?: string;
        };
        WorkflowEngineVersion: {
            /** @description Versions of the engine */
            workflow_engine_version?: string[];
        };
        WorkflowTypeVersion: {
            /** @description Versions of the language */
            workflow_type_version?: string[];
        };
    };
    responses: {
        /** @description The request breaks a rule; the message names the field and what is allowed */
        "400BadRequest": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description A credential was refused, or one is needed */
        "401Unauthorized": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description The caller lacks access that the message explains */
        "403Forbidden": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description No such run or task, or not one of the caller; on start, no such input */
        "404NotFound": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description The same `Idempotency-Key` came with another request */
        "409Conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description A field, a file, their number or the whole body is over the limit */
        "413RequestTooLarge": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description The body is neither a form nor JSON */
        "415UnsupportedMediaType": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description Too fast, or too many runs; wait as `Retry-After` says */
        "429TooManyRequests": {
            headers: {
                /** @description Whole seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description A fault of this server; its log knows more than the message */
        "500InternalServerError": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description Something this server depends on is away; `Retry-After` tells when to try again */
        "503Unavailable": {
            headers: {
                /** @description Whole seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
            };
        };
        /** @description Any other error has the same shape */
        DefaultError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorResponse"];
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
    GetServiceInfo: {
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
                    "application/json": components["schemas"]["ServiceInfo"];
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
    ListRuns: {
        parameters: {
            query?: {
                /** @description Most entries in one answer; above the maximum of this server the maximum is taken */
                page_size?: number;
                /** @description The `next_page_token` of the page before */
                page_token?: string;
                /** @description Only runs in this state */
                state?: components["schemas"]["State"];
                /** @description Only runs with this tag, as `key:value`; several must all be there */
                tag?: string[];
                /** @description Only runs of this language */
                type?: string;
                /** @description Only runs submitted at or after this time, RFC 3339 */
                since?: string;
                /** @description Only runs submitted before this time, RFC 3339 */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunListResponse"];
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
    RunWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key, owner and request give the same run; another request is 409 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "multipart/form-data": {
                    /** @description A JSON object */
                    workflow_params?: string;
                    /** @description Language of the workflow */
                    workflow_type?: string;
                    /** @description Version of the language */
                    workflow_type_version?: string;
                    /** @description A JSON object of strings */
                    tags?: string;
                    /** @description Name of an engine */
                    workflow_engine?: string;
                    /** @description Version of that engine */
                    workflow_engine_version?: string;
                    /** @description A JSON object of strings */
                    workflow_engine_parameters?: string;
                    /** @description Where the workflow is: the name of an attachment, or an absolute URL */
                    workflow_url?: string;
                    /** @description Files of the run, each part with a filename */
                    workflow_attachment?: string[];
                };
                "application/json": components["schemas"]["RunRequestBody"];
            };
        };
        responses: {
            /** @description The id of the new run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunId"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            409: components["responses"]["409Conflict"];
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetRunLog: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunLog"];
                };
            };
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetRunStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStatus"];
                };
            };
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    ListTasks: {
        parameters: {
            query?: {
                /** @description Most entries in one answer; above the maximum of this server the maximum is taken */
                page_size?: number;
                /** @description The `next_page_token` of the page before */
                page_token?: string;
            };
            header?: never;
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of tasks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskListResponse"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the run */
                run_id: string;
                /** @description Id of the task */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskLog"];
                };
            };
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    CancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunId"];
                };
            };
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetRunStdout: {
        parameters: {
            query?: never;
            header?: {
                /** @description One byte range */
                Range?: string;
            };
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it; empty before the first byte */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The range */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            /** @description Past the end; `Content-Range` tells the size */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetRunStderr: {
        parameters: {
            query?: never;
            header?: {
                /** @description One byte range */
                Range?: string;
            };
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it; empty before the first byte */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The range */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            /** @description Past the end; `Content-Range` tells the size */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetTaskStdout: {
        parameters: {
            query?: never;
            header?: {
                /** @description One byte range */
                Range?: string;
            };
            path: {
                /** @description Id of the run */
                run_id: string;
                /** @description Id of the task */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it; empty before the first byte */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The range */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            /** @description Past the end; `Content-Range` tells the size */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetTaskStderr: {
        parameters: {
            query?: never;
            header?: {
                /** @description One byte range */
                Range?: string;
            };
            path: {
                /** @description Id of the run */
                run_id: string;
                /** @description Id of the task */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it; empty before the first byte */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The range */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            /** @description Past the end; `Content-Range` tells the size */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    ListRunOutputs: {
        parameters: {
            query?: {
                /** @description Most files in one answer */
                page_size?: number;
                /** @description The `next_page_token` of the page before */
                page_token?: string;
            };
            header?: never;
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunOutputList"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetRunOutput: {
        parameters: {
            query?: never;
            header?: {
                /** @description One byte range */
                Range?: string;
            };
            path: {
                /** @description Id of the run */
                run_id: string;
                /** @description Name of the file as the list gives it */
                name: string;
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
            /** @description The range */
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
            404: components["responses"]["404NotFound"];
            /** @description Past the end; `Content-Range` tells the size */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    PostRunReports: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the run */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunReports"];
            };
        };
        responses: {
            /** @description How far the reports have been taken */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunReportsAcknowledged"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            403: components["responses"]["403Forbidden"];
            404: components["responses"]["404NotFound"];
            /** @description The run has ended */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            413: components["responses"]["413RequestTooLarge"];
            415: components["responses"]["415UnsupportedMediaType"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
}
