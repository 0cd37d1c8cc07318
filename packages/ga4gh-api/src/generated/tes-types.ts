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
         * @description Public. Names the storage prefixes that work for the caller and the backend parameters that are honoured.
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
    "/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tasks of the caller
         * @description Newest first. A task that is created while somebody pages is never the reason that another is skipped or
         *     repeated. Query parameters unknown here are ignored, and an empty value counts as absent.
         */
        get: operations["ListTasks"];
        put?: never;
        /**
         * Run a task
         * @description Answers once the task is stored. Members that only the server sets, members unknown here and members that are
         *     null are dropped first, so a task that was read from a server can be sent again as it is.
         */
        post: operations["CreateTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One task
         * @description A task of somebody else is answered like one that does not exist.
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
    "/tasks/{id}:cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a task
         * @description Answers 200 also for a task that has ended or is being cancelled; then nothing changes.
         */
        post: operations["CancelTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/service-info": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Self-description for clients of TES 1.0
         * @description Exactly the members of TES 1.0, since such clients fail on any other. No task has this id.
         */
        get: operations["GetTasksServiceInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All attempts of a task
         * @description Oldest first, those that do not count among them. The task itself shows only the one that counts.
         */
        get: operations["ListAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{id}/logs/{n}/{stream}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Full output of one command
         * @description All that the command wrote, also while it writes. One byte range gives 206; past the end is 416; several ranges
         *     give everything.
         */
        get: operations["GetExecutorLog"];
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
        /** @description The body of every error */
        Error: {
            /** @description What was wrong, what is allowed, what to do next */
            msg: string;
            /**
             * Format: int32
             * @description The HTTP status again
             */
            status_code: number;
            /**
             * @description A stable name of the error for programs
             * @example task_not_found
             */
            code?: string;
            /** @description With 403: what access would take, per object or dataset */
            required?: {
                [key: string]: unknown;
            }[];
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
        /** @description The log of one attempt and how it ended */
        tesAttempt: {
            /** @description One entry for each command that has ended, in order */
            logs: components["schemas"]["tesExecutorLog"][];
            /**
             * @description Facts by name, such as the attempt's number, the node and the image digest
             * @example {
             *       "attempt": "1"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * @description Start, RFC 3339 in UTC
             * @example 2026-02-03T09:00:00Z
             */
            start_time?: string;
            /**
             * @description End, RFC 3339 in UTC
             * @example 2026-02-03T09:05:00Z
             */
            end_time?: string;
            /** @description What was kept, file by file */
            outputs: components["schemas"]["tesOutputFileLog"][];
            /** @description Lines about what was done around the commands: warnings, and why it failed. Only in the fullest view */
            system_logs?: string[];
            /** @description Number, from 1 */
            attempt: number;
            /** @description Whether it counts against the number of retries */
            counted?: boolean;
            /**
             * @description How it ended; absent while it is under way
             * @enum {string}
             */
            outcome?: "complete" | "executor-error" | "system-error" | "canceled" | "preempted" | "lost";
            /** @description A stable name of the reason */
            reason?: string;
        };
        /** @description An empty object */
        tesCancelTaskResponse: Record<string, never>;
        tesCreateTaskResponse: {
            /** @description Id of the new task */
            id: string;
        };
        /** @description One command in one container */
        tesExecutor: {
            /**
             * @description Container image, as the container engine names it
             * @example debian:12
             */
            image: string;
            /**
             * @description The program and its arguments. This is the whole argv: it replaces an entry point of the image, and no shell
             *     takes it apart.
             * @example [
             *       "gzip",
             *       "-d",
             *       "/data/reads.fq.gz"
             *     ]
             */
            command: string[];
            /**
             * @description Directory to run in; the image's own if absent
             * @example /data
             */
            workdir?: string;
            /**
             * @description Absolute path of a file that becomes standard input
             * @example /data/query.txt
             */
            stdin?: string;
            /**
             * @description Absolute path of the file that takes standard output
             * @example /out/log.txt
             */
            stdout?: string;
            /**
             * @description Absolute path of the file that takes standard error
             * @example /out/err.txt
             */
            stderr?: string;
            /**
             * @description Environment variables; names are shell identifiers
             * @example {
             *       "LC_ALL": "C"
             *     }
             */
            env?: {
                [key: string]: string;
            };
            /** @description If true, a failure of this command is recorded and the next one runs all the same */
            ignore_error?: boolean;
        };
        /** @description What became of one command; there only once it has ended */
        tesExecutorLog: {
            /**
             * @description Start, RFC 3339 in UTC
             * @example 2026-02-03T09:00:00Z
             */
            start_time?: string;
            /**
             * @description End, RFC 3339 in UTC
             * @example 2026-02-03T09:01:00Z
             */
            end_time?: string;
            /** @description Beginning and end of standard output; a file named in the executor holds all of it */
            stdout?: string;
            /** @description Beginning and end of standard error; a file named in the executor holds all of it */
            stderr?: string;
            /**
             * Format: int32
             * @description Exit code of the command
             */
            exit_code: number;
        };
        /**
         * @description One file, or a directory with all that is below it. Clients may leave it out; the server fills it in while the task runs
         * @enum {string}
         */
        tesFileType: "FILE" | "DIRECTORY";
        /** @description A file or directory to put into the container */
        tesInput: {
            /** @description Text for people */
            name?: string;
            /** @description Text for people */
            description?: string;
            /**
             * @description Where the data is: `drs://`, `https://`, `file://` or a bare absolute path, or an object store. Needed unless there is `content`
             * @example drs://drs.example.org/2f1c
             */
            url?: string;
            /**
             * @description Absolute path in the container
             * @example /data/reads.bam
             */
            path: string;
            type?: components["schemas"]["tesFileType"];
            /** @description The file itself, UTF-8, up to 1 MiB by default. If not empty, `url` is not looked at */
            content?: string;
            /** @description A hint that reading a stream would do; the path exists either way */
            streamable?: boolean;
        };
        tesListAttemptsResponse: {
            attempts: components["schemas"]["tesAttempt"][];
        };
        tesListTasksResponse: {
            /** @description The tasks in the wanted view */
            tasks: (components["schemas"]["tesTask"] | components["schemas"]["tesTaskMinimal"])[];
            /** @description Stands for the page after this one; absent on the last */
            next_page_token?: string;
        };
        /** @description A file or directory to keep */
        tesOutput: {
            /** @description Text for people */
            name?: string;
            /** @description Text for people */
            description?: string;
            /**
             * @description Where to put it; a directory if `path` is a pattern
             * @example file:///srv/results/calls.vcf
             */
            url: string;
            /** @description Absolute path in the container. `*`, `?` and `[...]` select several files and do not cross a `/` */
            path: string;
            /** @description With a pattern: the literal beginning of `path` that is taken off; what remains is put after `url` */
            path_prefix?: string;
            type?: components["schemas"]["tesFileType"];
        };
        /** @description One file that was kept */
        tesOutputFileLog: {
            /** @description Where it is */
            url: string;
            /** @description Where it was in the container */
            path: string;
            /**
             * Format: int64
             * @description Bytes, in decimal digits: a string, since JSON numbers lose precision
             */
            size_bytes: string;
        };
        /** @description What the task asks for */
        tesResources: {
            /**
             * @description Cores. A fraction is accepted and scheduled as asked, and read back rounded up
             * @example 4
             */
            cpu_cores?: number;
            /**
             * @description Whether capacity that may be taken away will do
             * @example false
             */
            preemptible?: boolean;
            /**
             * Format: double
             * @description Memory; one unit is 2^30 bytes
             * @example 8
             */
            ram_gb?: number;
            /**
             * Format: double
             * @description Scratch space; one unit is 2^30 bytes
             * @example 40
             */
            disk_gb?: number;
            /**
             * @description Where the task may run
             * @example [
             *       "eu-central-1a"
             *     ]
             */
            zones?: string[];
            /**
             * @description Further wishes. Service info lists the keys that are honoured; their letter case does not matter. Others are warned of and dropped
             * @example {
             *       "max_runtime_seconds": "3600"
             *     }
             */
            backend_parameters?: {
                [key: string]: string;
            };
            /**
             * @description If true, a wish that is not honoured refuses the task
             * @example false
             */
            backend_parameters_strict?: boolean;
        };
        /** @description The members that every kind of GA4GH server shares */
        tesServiceInfo: {
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
            type: components["schemas"]["tesServiceType"];
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
            /**
             * @description URL prefixes that inputs and outputs of the caller may lie under
             * @example [
             *       "file:///srv/results/"
             *     ]
             */
            storage?: string[];
            /**
             * @description Keys of `backend_parameters` that are honoured
             * @example [
             *       "max_runtime_seconds"
             *     ]
             */
            tesResources_backend_parameters?: string[];
        };
        tesServiceInfo10: {
            /** @description Name of the server */
            name: string;
            /** @description Text for people */
            doc: string;
            /** @description URL prefixes that work for the caller */
            storage: string[];
        };
        /** @description Which API this is */
        tesServiceType: {
            /**
             * @description Reverse domain name of the body that defines the API; for GA4GH standards `org.ga4gh`
             * @example org.ga4gh
             */
            group: string;
            /**
             * @example tes
             * @enum {string}
             */
            artifact: "tes";
            /**
             * @description Version of the API, not of the software
             * @example 1.5.0
             */
            version: string;
        };
        /**
         * @description Where the task is.
         *
         *     - `QUEUED`: stored, without a place to run yet
         *     - `INITIALIZING`: has a place; inputs are being fetched
         *     - `RUNNING`: inputs are there and a command has been started
         *     - `PAUSED`: commands are done, and the release of the outputs waits for a decision
         *     - `COMPLETE`: commands succeeded and outputs are kept
         *     - `EXECUTOR_ERROR`: a command failed
         *     - `SYSTEM_ERROR`: something around the commands failed
         *     - `CANCELING`: cancelled, not yet cleaned up
         *     - `CANCELED`: cancelled and cleaned up
         *     - `UNKNOWN`, `PREEMPTED`: known to the standard, never given by this server
         * @example COMPLETE
         * @enum {string}
         */
        tesState: "UNKNOWN" | "QUEUED" | "INITIALIZING" | "RUNNING" | "PAUSED" | "COMPLETE" | "EXECUTOR_ERROR" | "SYSTEM_ERROR" | "CANCELED" | "PREEMPTED" | "CANCELING";
        /** @description A task */
        tesTask: {
            /**
             * @description Given by the server
             * @example 06d2k8v3n1q4r7s9t0w5x8y2za
             */
            readonly id?: string;
            readonly state?: components["schemas"]["tesState"];
            /** @description Text for people; lists can be filtered by how it begins */
            name?: string;
            /** @description Text for people */
            description?: string;
            /** @description What is put into the containers before the first command */
            inputs?: components["schemas"]["tesInput"][];
            /** @description What is kept after the last command, and after a failed one too */
            outputs?: components["schemas"]["tesOutput"][];
            resources?: components["schemas"]["tesResources"];
            /** @description Commands, one after another in the given order; all see the same inputs and volumes. The first failure ends the row */
            executors: components["schemas"]["tesExecutor"][];
            /**
             * @description Directories, empty at first, that all commands share at the same path
             * @example [
             *       "/scratch"
             *     ]
             */
            volumes?: string[];
            /**
             * @description Names and values of the client; lists can be filtered by them
             * @example {
             *       "project": "lambda"
             *     }
             */
            tags?: {
                [key: string]: string;
            };
            /** @description What happened. By default one entry, for the attempt that counts */
            readonly logs?: components["schemas"]["tesTaskLog"][];
            /**
             * @description When the server stored the task, RFC 3339 in UTC
             * @example 2026-02-03T09:00:00Z
             */
            readonly creation_time?: string;
        };
        /** @description What happened in one attempt */
        tesTaskLog: {
            /** @description One entry for each command that has ended, in order */
            logs: components["schemas"]["tesExecutorLog"][];
            /**
             * @description Facts by name, such as the attempt's number, the node and the image digest
             * @example {
             *       "attempt": "1"
             *     }
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * @description Start, RFC 3339 in UTC
             * @example 2026-02-03T09:00:00Z
             */
            start_time?: string;
            /**
             * @description End, RFC 3339 in UTC
             * @example 2026-02-03T09:05:00Z
             */
            end_time?: string;
            /** @description What was kept, file by file */
            outputs: components["schemas"]["tesOutputFileLog"][];
            /** @description Lines about what was done around the commands: warnings, and why it failed. Only in the fullest view */
            system_logs?: string[];
        };
        /** @description The smallest view of a task */
        tesTaskMinimal: {
            /** @description Id of the task */
            id: string;
            state: components["schemas"]["tesState"];
        };
    };
    responses: {
        /** @description The request breaks a rule; the message names the field and what is allowed */
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
        /** @description The caller lacks access that an input takes; `required` tells which visas */
        "403Forbidden": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No such task, or not a task of the caller; on create, no such input object */
        "404NotFound": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The same `Idempotency-Key` came with another body */
        "409Conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body or an inline file is over the limit */
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
        /** @description Too fast, or too many tasks; wait as `Retry-After` says */
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
        /** @description Something this server depends on is away; `Retry-After` tells when to try again */
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
        /** @description Id of the task */
        id: string;
        /**
         * @description How much of each task to give. `MINIMAL`: id and state alone. `BASIC`: all but the text of the executors' output,
         *     the content of inline inputs and the system log. `FULL`: everything.
         */
        view: "MINIMAL" | "BASIC" | "FULL";
    };
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
                    "application/json": components["schemas"]["tesServiceInfo"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    ListTasks: {
        parameters: {
            query?: {
                /** @description Only tasks whose name begins with this text */
                name_prefix?: string;
                /** @description Only tasks in this state; two states are never taken */
                state?: components["schemas"]["tesState"];
                /**
                 * @description Only tasks that carry this tag. May be given several times: all keys must be there. The first `tag_value`
                 *     belongs to the first key, and so on; without a value, or with an empty one, any value of the key will do.
                 */
                tag_key?: string[];
                /** @description The values that belong to `tag_key`, in the same order; equal as whole strings */
                tag_value?: string[];
                /** @description Most tasks in one answer, 256 if not given */
                page_size?: number;
                /** @description The `next_page_token` of the page before, with the same filters */
                page_token?: string;
                /**
                 * @description How much of each task to give. `MINIMAL`: id and state alone. `BASIC`: all but the text of the executors' output,
                 *     the content of inline inputs and the system log. `FULL`: everything.
                 */
                view?: components["parameters"]["view"];
            };
            header?: never;
            path?: never;
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
                    "application/json": components["schemas"]["tesListTasksResponse"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    CreateTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key, owner and body within 24 hours give the same task; another body is 409 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["tesTask"];
            };
        };
        responses: {
            /** @description The id of the new task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["tesCreateTaskResponse"];
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
    GetTask: {
        parameters: {
            query?: {
                /**
                 * @description How much of each task to give. `MINIMAL`: id and state alone. `BASIC`: all but the text of the executors' output,
                 *     the content of inline inputs and the system log. `FULL`: everything.
                 */
                view?: components["parameters"]["view"];
            };
            header?: never;
            path: {
                /** @description Id of the task */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task in the wanted view. The smallest view has a schema of its own, because it lacks `executors` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["tesTask"] | components["schemas"]["tesTaskMinimal"];
                };
            };
            /** @description The task is still what the `ETag` in `If-None-Match` stands for */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    CancelTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the task */
                id: components["parameters"]["id"];
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
                    "application/json": components["schemas"]["tesCancelTaskResponse"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetTasksServiceInfo: {
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
                    "application/json": components["schemas"]["tesServiceInfo10"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    ListAttempts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the task */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The attempts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["tesListAttemptsResponse"];
                };
            };
            400: components["responses"]["400BadRequest"];
            401: components["responses"]["401Unauthorized"];
            404: components["responses"]["404NotFound"];
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
    GetExecutorLog: {
        parameters: {
            query?: {
                /** @description Number of the attempt; the one that counts if absent */
                attempt?: number;
                /** @description Stay until the command has ended */
                follow?: boolean;
            };
            header?: {
                /** @description One byte range */
                Range?: string;
            };
            path: {
                /** @description Id of the task */
                id: components["parameters"]["id"];
                /** @description Number of the command, from 0 */
                n: number;
                /** @description Which output */
                stream: "stdout" | "stderr";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it */
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
            404: components["responses"]["404NotFound"];
            /** @description Past the end; `Content-Range` tells the size */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            429: components["responses"]["429TooManyRequests"];
            500: components["responses"]["500InternalServerError"];
            503: components["responses"]["503Unavailable"];
            default: components["responses"]["DefaultError"];
        };
    };
}
