// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.
import type { OpenApiDocument } from '../document.ts'

export const tesDocument: OpenApiDocument = {
  "openapi": "3.0.3",
  "info": {
    "title": "Task Execution Service",
    "version": "1.1.0",
    "description": "TES runs a task: files in, commands in containers, files out. This document describes what the biocloud server does.\nOperations outside the released standard stand in `tes-extensions.yaml`.\n\nThe API is mounted at `/ga4gh/tes/v1` and, for clients that build addresses otherwise, at `/v1` and `/`.\n",
    "license": {
      "name": "Apache-2.0",
      "url": "https://www.apache.org/licenses/LICENSE-2.0"
    }
  },
  "servers": [
    {
      "url": "/ga4gh/tes/v1"
    },
    {
      "url": "/v1"
    },
    {
      "url": "/"
    }
  ],
  "security": [
    {
      "BearerAuth": []
    }
  ],
  "tags": [
    {
      "name": "TaskService",
      "description": "Tasks and the server that runs them"
    }
  ],
  "paths": {
    "/service-info": {
      "get": {
        "tags": [
          "TaskService"
        ],
        "operationId": "GetServiceInfo",
        "summary": "Self-description",
        "description": "Public. Names the storage prefixes that work for the caller and the backend parameters that are honoured.",
        "security": [
          {}
        ],
        "responses": {
          "200": {
            "description": "The description of this server",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/tesServiceInfo"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/tasks": {
      "get": {
        "tags": [
          "TaskService"
        ],
        "operationId": "ListTasks",
        "summary": "Tasks of the caller",
        "description": "Newest first. A task that is created while somebody pages is never the reason that another is skipped or\nrepeated. Query parameters unknown here are ignored, and an empty value counts as absent.\n",
        "parameters": [
          {
            "name": "name_prefix",
            "in": "query",
            "description": "Only tasks whose name begins with this text",
            "allowEmptyValue": true,
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "state",
            "in": "query",
            "description": "Only tasks in this state; two states are never taken",
            "schema": {
              "$ref": "#/components/schemas/tesState"
            }
          },
          {
            "name": "tag_key",
            "in": "query",
            "description": "Only tasks that carry this tag. May be given several times: all keys must be there. The first `tag_value`\nbelongs to the first key, and so on; without a value, or with an empty one, any value of the key will do.\n",
            "allowReserved": true,
            "allowEmptyValue": true,
            "schema": {
              "type": "array",
              "items": {
                "type": "string"
              }
            }
          },
          {
            "name": "tag_value",
            "in": "query",
            "description": "The values that belong to `tag_key`, in the same order; equal as whole strings",
            "allowReserved": true,
            "allowEmptyValue": true,
            "schema": {
              "type": "array",
              "items": {
                "type": "string"
              }
            }
          },
          {
            "name": "page_size",
            "in": "query",
            "description": "Most tasks in one answer, 256 if not given",
            "schema": {
              "type": "integer",
              "format": "int32",
              "minimum": 1,
              "maximum": 2047
            }
          },
          {
            "name": "page_token",
            "in": "query",
            "description": "The `next_page_token` of the page before, with the same filters",
            "allowEmptyValue": true,
            "schema": {
              "type": "string"
            }
          },
          {
            "$ref": "#/components/parameters/view"
          }
        ],
        "responses": {
          "200": {
            "description": "One page of tasks",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/tesListTasksResponse"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      },
      "post": {
        "tags": [
          "TaskService"
        ],
        "operationId": "CreateTask",
        "summary": "Run a task",
        "description": "Answers once the task is stored. Members that only the server sets, members unknown here and members that are\nnull are dropped first, so a task that was read from a server can be sent again as it is.\n",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/tesTask"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The id of the new task",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/tesCreateTaskResponse"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "409": {
            "$ref": "#/components/responses/409Conflict"
          },
          "413": {
            "$ref": "#/components/responses/413RequestTooLarge"
          },
          "415": {
            "$ref": "#/components/responses/415UnsupportedMediaType"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        },
        "parameters": [
          {
            "name": "Idempotency-Key",
            "in": "header",
            "x-biocloud-extension": true,
            "description": "The same key, owner and body within 24 hours give the same task; another body is 409",
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 255
            }
          }
        ]
      }
    },
    "/tasks/{id}": {
      "get": {
        "tags": [
          "TaskService"
        ],
        "operationId": "GetTask",
        "summary": "One task",
        "description": "A task of somebody else is answered like one that does not exist.",
        "parameters": [
          {
            "$ref": "#/components/parameters/id"
          },
          {
            "$ref": "#/components/parameters/view"
          }
        ],
        "responses": {
          "200": {
            "description": "The task in the wanted view. The smallest view has a schema of its own, because it lacks `executors`",
            "content": {
              "application/json": {
                "schema": {
                  "anyOf": [
                    {
                      "$ref": "#/components/schemas/tesTask"
                    },
                    {
                      "$ref": "#/components/schemas/tesTaskMinimal"
                    }
                  ]
                }
              }
            }
          },
          "304": {
            "description": "The task is still what the `ETag` in `If-None-Match` stands for"
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/tasks/{id}:cancel": {
      "post": {
        "tags": [
          "TaskService"
        ],
        "operationId": "CancelTask",
        "summary": "Cancel a task",
        "description": "Answers 200 also for a task that has ended or is being cancelled; then nothing changes.",
        "parameters": [
          {
            "$ref": "#/components/parameters/id"
          }
        ],
        "responses": {
          "200": {
            "description": "Accepted",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/tesCancelTaskResponse"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/tasks/service-info": {
      "get": {
        "tags": [
          "TaskService"
        ],
        "operationId": "GetTasksServiceInfo",
        "x-biocloud-extension": true,
        "security": [
          {}
        ],
        "summary": "Self-description for clients of TES 1.0",
        "description": "Exactly the members of TES 1.0, since such clients fail on any other. No task has this id.",
        "responses": {
          "200": {
            "description": "The description of this server",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/tesServiceInfo10"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/tasks/{id}/attempts": {
      "get": {
        "tags": [
          "TaskService"
        ],
        "operationId": "ListAttempts",
        "x-biocloud-extension": true,
        "summary": "All attempts of a task",
        "description": "Oldest first, those that do not count among them. The task itself shows only the one that counts.",
        "parameters": [
          {
            "$ref": "#/components/parameters/id"
          }
        ],
        "responses": {
          "200": {
            "description": "The attempts",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/tesListAttemptsResponse"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    },
    "/tasks/{id}/logs/{n}/{stream}": {
      "get": {
        "tags": [
          "TaskService"
        ],
        "operationId": "GetExecutorLog",
        "x-biocloud-extension": true,
        "summary": "Full output of one command",
        "description": "All that the command wrote, also while it writes. One byte range gives 206; past the end is 416; several ranges\ngive everything.\n",
        "parameters": [
          {
            "$ref": "#/components/parameters/id"
          },
          {
            "name": "n",
            "in": "path",
            "required": true,
            "description": "Number of the command, from 0",
            "schema": {
              "type": "integer",
              "minimum": 0
            }
          },
          {
            "name": "stream",
            "in": "path",
            "required": true,
            "description": "Which output",
            "schema": {
              "type": "string",
              "enum": [
                "stdout",
                "stderr"
              ]
            }
          },
          {
            "name": "attempt",
            "in": "query",
            "description": "Number of the attempt; the one that counts if absent",
            "schema": {
              "type": "integer",
              "minimum": 1
            }
          },
          {
            "name": "follow",
            "in": "query",
            "description": "Stay until the command has ended",
            "schema": {
              "type": "boolean"
            }
          },
          {
            "name": "Range",
            "in": "header",
            "description": "One byte range",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "All of it",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "206": {
            "description": "The range",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "416": {
            "description": "Past the end; `Content-Range` tells the size",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Error"
                }
              }
            }
          },
          "429": {
            "$ref": "#/components/responses/429TooManyRequests"
          },
          "500": {
            "$ref": "#/components/responses/500InternalServerError"
          },
          "503": {
            "$ref": "#/components/responses/503Unavailable"
          },
          "default": {
            "$ref": "#/components/responses/DefaultError"
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "BearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token, or the run token of a workflow run, in the `Authorization` header"
      }
    },
    "schemas": {
      "Error": {
        "type": "object",
        "description": "The body of every error",
        "required": [
          "msg",
          "status_code"
        ],
        "properties": {
          "msg": {
            "type": "string",
            "description": "What was wrong, what is allowed, what to do next"
          },
          "status_code": {
            "type": "integer",
            "format": "int32",
            "description": "The HTTP status again"
          },
          "code": {
            "type": "string",
            "description": "A stable name of the error for programs",
            "example": "task_not_found"
          },
          "required": {
            "type": "array",
            "description": "With 403: what access would take, per object or dataset",
            "items": {
              "type": "object",
              "additionalProperties": true
            }
          }
        },
        "additionalProperties": false
      },
      "Service": {
        "type": "object",
        "description": "The members that every kind of GA4GH server shares",
        "required": [
          "id",
          "name",
          "type",
          "organization",
          "version"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "World-wide name of this deployment, best in reverse domain order",
            "example": "org.example.biocloud"
          },
          "name": {
            "type": "string",
            "description": "The name shown to people",
            "example": "biocloud at Example"
          },
          "type": {
            "$ref": "#/components/schemas/ServiceType"
          },
          "description": {
            "type": "string",
            "description": "One or two sentences about this deployment"
          },
          "organization": {
            "type": "object",
            "description": "Who runs the server",
            "required": [
              "name",
              "url"
            ],
            "properties": {
              "name": {
                "type": "string",
                "description": "The operator's name",
                "example": "Example Institute"
              },
              "url": {
                "type": "string",
                "format": "uri",
                "description": "The operator's home page",
                "example": "https://example.org"
              }
            }
          },
          "contactUrl": {
            "type": "string",
            "format": "uri",
            "description": "Where to reach the operator: a page, or a `mailto:` address",
            "example": "mailto:help@example.org"
          },
          "documentationUrl": {
            "type": "string",
            "format": "uri",
            "description": "Where the use of this deployment is explained, log-in included",
            "example": "https://docs.example.org"
          },
          "createdAt": {
            "type": "string",
            "format": "date-time",
            "description": "First start of this deployment",
            "example": "2026-02-03T09:00:00Z"
          },
          "updatedAt": {
            "type": "string",
            "format": "date-time",
            "description": "Start of the version now running",
            "example": "2026-05-06T07:30:00Z"
          },
          "environment": {
            "type": "string",
            "description": "What the deployment is for, such as `prod`, `test`, `dev` or `staging`",
            "example": "test"
          },
          "version": {
            "type": "string",
            "description": "Version of the software; it changes with each release",
            "example": "0.1.0"
          }
        }
      },
      "ServiceType": {
        "type": "object",
        "description": "Which API this is",
        "required": [
          "group",
          "artifact",
          "version"
        ],
        "properties": {
          "group": {
            "type": "string",
            "description": "Reverse domain name of the body that defines the API; for GA4GH standards `org.ga4gh`",
            "example": "org.ga4gh"
          },
          "artifact": {
            "type": "string",
            "description": "Short name of the API: `drs`, `wes` or `tes`",
            "example": "drs"
          },
          "version": {
            "type": "string",
            "description": "Version of the API, not of the software",
            "example": "1.5.0"
          }
        }
      },
      "tesAttempt": {
        "type": "object",
        "description": "The log of one attempt and how it ended",
        "properties": {
          "logs": {
            "type": "array",
            "description": "One entry for each command that has ended, in order",
            "items": {
              "$ref": "#/components/schemas/tesExecutorLog"
            }
          },
          "metadata": {
            "type": "object",
            "description": "Facts by name, such as the attempt's number, the node and the image digest",
            "additionalProperties": {
              "type": "string"
            },
            "example": {
              "attempt": "1"
            }
          },
          "start_time": {
            "type": "string",
            "description": "Start, RFC 3339 in UTC",
            "example": "2026-02-03T09:00:00Z"
          },
          "end_time": {
            "type": "string",
            "description": "End, RFC 3339 in UTC",
            "example": "2026-02-03T09:05:00Z"
          },
          "outputs": {
            "type": "array",
            "description": "What was kept, file by file",
            "items": {
              "$ref": "#/components/schemas/tesOutputFileLog"
            }
          },
          "system_logs": {
            "type": "array",
            "description": "Lines about what was done around the commands: warnings, and why it failed. Only in the fullest view",
            "items": {
              "type": "string"
            }
          },
          "attempt": {
            "type": "integer",
            "minimum": 1,
            "description": "Number, from 1"
          },
          "counted": {
            "type": "boolean",
            "description": "Whether it counts against the number of retries"
          },
          "outcome": {
            "type": "string",
            "enum": [
              "complete",
              "executor-error",
              "system-error",
              "canceled",
              "preempted",
              "lost"
            ],
            "description": "How it ended; absent while it is under way"
          },
          "reason": {
            "type": "string",
            "description": "A stable name of the reason"
          }
        },
        "required": [
          "logs",
          "outputs",
          "attempt"
        ],
        "additionalProperties": false
      },
      "tesCancelTaskResponse": {
        "type": "object",
        "description": "An empty object",
        "additionalProperties": false
      },
      "tesCreateTaskResponse": {
        "type": "object",
        "required": [
          "id"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "Id of the new task"
          }
        },
        "additionalProperties": false
      },
      "tesExecutor": {
        "type": "object",
        "description": "One command in one container",
        "required": [
          "command",
          "image"
        ],
        "properties": {
          "image": {
            "type": "string",
            "description": "Container image, as the container engine names it",
            "example": "debian:12"
          },
          "command": {
            "type": "array",
            "description": "The program and its arguments. This is the whole argv: it replaces an entry point of the image, and no shell\ntakes it apart.\n",
            "items": {
              "type": "string"
            },
            "example": [
              "gzip",
              "-d",
              "/data/reads.fq.gz"
            ]
          },
          "workdir": {
            "type": "string",
            "description": "Directory to run in; the image's own if absent",
            "example": "/data"
          },
          "stdin": {
            "type": "string",
            "description": "Absolute path of a file that becomes standard input",
            "example": "/data/query.txt"
          },
          "stdout": {
            "type": "string",
            "description": "Absolute path of the file that takes standard output",
            "example": "/out/log.txt"
          },
          "stderr": {
            "type": "string",
            "description": "Absolute path of the file that takes standard error",
            "example": "/out/err.txt"
          },
          "env": {
            "type": "object",
            "description": "Environment variables; names are shell identifiers",
            "additionalProperties": {
              "type": "string"
            },
            "example": {
              "LC_ALL": "C"
            }
          },
          "ignore_error": {
            "type": "boolean",
            "description": "If true, a failure of this command is recorded and the next one runs all the same"
          }
        },
        "additionalProperties": false
      },
      "tesExecutorLog": {
        "type": "object",
        "description": "What became of one command; there only once it has ended",
        "required": [
          "exit_code"
        ],
        "properties": {
          "start_time": {
            "type": "string",
            "description": "Start, RFC 3339 in UTC",
            "example": "2026-02-03T09:00:00Z"
          },
          "end_time": {
            "type": "string",
            "description": "End, RFC 3339 in UTC",
            "example": "2026-02-03T09:01:00Z"
          },
          "stdout": {
            "type": "string",
            "description": "Beginning and end of standard output; a file named in the executor holds all of it"
          },
          "stderr": {
            "type": "string",
            "description": "Beginning and end of standard error; a file named in the executor holds all of it"
          },
          "exit_code": {
            "type": "integer",
            "format": "int32",
            "description": "Exit code of the command"
          }
        },
        "additionalProperties": false
      },
      "tesFileType": {
        "type": "string",
        "description": "One file, or a directory with all that is below it. Clients may leave it out; the server fills it in while the task runs",
        "enum": [
          "FILE",
          "DIRECTORY"
        ]
      },
      "tesInput": {
        "type": "object",
        "description": "A file or directory to put into the container",
        "required": [
          "path"
        ],
        "properties": {
          "name": {
            "type": "string",
            "description": "Text for people"
          },
          "description": {
            "type": "string",
            "description": "Text for people"
          },
          "url": {
            "type": "string",
            "description": "Where the data is: `drs://`, `https://`, `file://` or a bare absolute path, or an object store. Needed unless there is `content`",
            "example": "drs://drs.example.org/2f1c"
          },
          "path": {
            "type": "string",
            "description": "Absolute path in the container",
            "example": "/data/reads.bam"
          },
          "type": {
            "$ref": "#/components/schemas/tesFileType"
          },
          "content": {
            "type": "string",
            "description": "The file itself, UTF-8, up to 1 MiB by default. If not empty, `url` is not looked at"
          },
          "streamable": {
            "type": "boolean",
            "description": "A hint that reading a stream would do; the path exists either way"
          }
        },
        "additionalProperties": false
      },
      "tesListAttemptsResponse": {
        "type": "object",
        "required": [
          "attempts"
        ],
        "properties": {
          "attempts": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/tesAttempt"
            }
          }
        },
        "additionalProperties": false
      },
      "tesListTasksResponse": {
        "type": "object",
        "required": [
          "tasks"
        ],
        "properties": {
          "tasks": {
            "type": "array",
            "description": "The tasks in the wanted view",
            "items": {
              "anyOf": [
                {
                  "$ref": "#/components/schemas/tesTask"
                },
                {
                  "$ref": "#/components/schemas/tesTaskMinimal"
                }
              ]
            }
          },
          "next_page_token": {
            "type": "string",
            "description": "Stands for the page after this one; absent on the last"
          }
        },
        "additionalProperties": false
      },
      "tesOutput": {
        "type": "object",
        "description": "A file or directory to keep",
        "required": [
          "path",
          "url"
        ],
        "properties": {
          "name": {
            "type": "string",
            "description": "Text for people"
          },
          "description": {
            "type": "string",
            "description": "Text for people"
          },
          "url": {
            "type": "string",
            "description": "Where to put it; a directory if `path` is a pattern",
            "example": "file:///srv/results/calls.vcf"
          },
          "path": {
            "type": "string",
            "description": "Absolute path in the container. `*`, `?` and `[...]` select several files and do not cross a `/`"
          },
          "path_prefix": {
            "type": "string",
            "description": "With a pattern: the literal beginning of `path` that is taken off; what remains is put after `url`"
          },
          "type": {
            "$ref": "#/components/schemas/tesFileType"
          }
        },
        "additionalProperties": false
      },
      "tesOutputFileLog": {
        "type": "object",
        "description": "One file that was kept",
        "required": [
          "path",
          "size_bytes",
          "url"
        ],
        "properties": {
          "url": {
            "type": "string",
            "description": "Where it is"
          },
          "path": {
            "type": "string",
            "description": "Where it was in the container"
          },
          "size_bytes": {
            "type": "string",
            "format": "int64",
            "description": "Bytes, in decimal digits: a string, since JSON numbers lose precision"
          }
        },
        "additionalProperties": false
      },
      "tesResources": {
        "type": "object",
        "description": "What the task asks for",
        "properties": {
          "cpu_cores": {
            "type": "number",
            "description": "Cores. A fraction is accepted and scheduled as asked, and read back rounded up",
            "example": 4
          },
          "preemptible": {
            "type": "boolean",
            "description": "Whether capacity that may be taken away will do",
            "example": false
          },
          "ram_gb": {
            "type": "number",
            "format": "double",
            "description": "Memory; one unit is 2^30 bytes",
            "example": 8
          },
          "disk_gb": {
            "type": "number",
            "format": "double",
            "description": "Scratch space; one unit is 2^30 bytes",
            "example": 40
          },
          "zones": {
            "type": "array",
            "description": "Where the task may run",
            "items": {
              "type": "string"
            },
            "example": [
              "eu-central-1a"
            ]
          },
          "backend_parameters": {
            "type": "object",
            "description": "Further wishes. Service info lists the keys that are honoured; their letter case does not matter. Others are warned of and dropped",
            "additionalProperties": {
              "type": "string"
            },
            "example": {
              "max_runtime_seconds": "3600"
            }
          },
          "backend_parameters_strict": {
            "type": "boolean",
            "description": "If true, a wish that is not honoured refuses the task",
            "example": false
          }
        },
        "additionalProperties": false
      },
      "tesServiceInfo": {
        "type": "object",
        "description": "The members that every kind of GA4GH server shares",
        "properties": {
          "id": {
            "type": "string",
            "description": "World-wide name of this deployment, best in reverse domain order",
            "example": "org.example.biocloud"
          },
          "name": {
            "type": "string",
            "description": "The name shown to people",
            "example": "biocloud at Example"
          },
          "type": {
            "$ref": "#/components/schemas/tesServiceType"
          },
          "description": {
            "type": "string",
            "description": "One or two sentences about this deployment"
          },
          "organization": {
            "type": "object",
            "description": "Who runs the server",
            "required": [
              "name",
              "url"
            ],
            "properties": {
              "name": {
                "type": "string",
                "description": "The operator's name",
                "example": "Example Institute"
              },
              "url": {
                "type": "string",
                "format": "uri",
                "description": "The operator's home page",
                "example": "https://example.org"
              }
            },
            "additionalProperties": false
          },
          "contactUrl": {
            "type": "string",
            "format": "uri",
            "description": "Where to reach the operator: a page, or a `mailto:` address",
            "example": "mailto:help@example.org"
          },
          "documentationUrl": {
            "type": "string",
            "format": "uri",
            "description": "Where the use of this deployment is explained, log-in included",
            "example": "https://docs.example.org"
          },
          "createdAt": {
            "type": "string",
            "format": "date-time",
            "description": "First start of this deployment",
            "example": "2026-02-03T09:00:00Z"
          },
          "updatedAt": {
            "type": "string",
            "format": "date-time",
            "description": "Start of the version now running",
            "example": "2026-05-06T07:30:00Z"
          },
          "environment": {
            "type": "string",
            "description": "What the deployment is for, such as `prod`, `test`, `dev` or `staging`",
            "example": "test"
          },
          "version": {
            "type": "string",
            "description": "Version of the software; it changes with each release",
            "example": "0.1.0"
          },
          "storage": {
            "type": "array",
            "description": "URL prefixes that inputs and outputs of the caller may lie under",
            "items": {
              "type": "string"
            },
            "example": [
              "file:///srv/results/"
            ]
          },
          "tesResources_backend_parameters": {
            "type": "array",
            "description": "Keys of `backend_parameters` that are honoured",
            "items": {
              "type": "string"
            },
            "example": [
              "max_runtime_seconds"
            ]
          }
        },
        "required": [
          "id",
          "name",
          "type",
          "organization",
          "version"
        ],
        "additionalProperties": false
      },
      "tesServiceInfo10": {
        "type": "object",
        "required": [
          "name",
          "doc",
          "storage"
        ],
        "properties": {
          "name": {
            "type": "string",
            "description": "Name of the server"
          },
          "doc": {
            "type": "string",
            "description": "Text for people"
          },
          "storage": {
            "type": "array",
            "description": "URL prefixes that work for the caller",
            "items": {
              "type": "string"
            }
          }
        },
        "additionalProperties": false
      },
      "tesServiceType": {
        "type": "object",
        "description": "Which API this is",
        "properties": {
          "group": {
            "type": "string",
            "description": "Reverse domain name of the body that defines the API; for GA4GH standards `org.ga4gh`",
            "example": "org.ga4gh"
          },
          "artifact": {
            "type": "string",
            "enum": [
              "tes"
            ],
            "example": "tes"
          },
          "version": {
            "type": "string",
            "description": "Version of the API, not of the software",
            "example": "1.5.0"
          }
        },
        "required": [
          "group",
          "artifact",
          "version"
        ],
        "additionalProperties": false
      },
      "tesState": {
        "type": "string",
        "description": "Where the task is.\n\n- `QUEUED`: stored, without a place to run yet\n- `INITIALIZING`: has a place; inputs are being fetched\n- `RUNNING`: inputs are there and a command has been started\n- `PAUSED`: commands are done, and the release of the outputs waits for a decision\n- `COMPLETE`: commands succeeded and outputs are kept\n- `EXECUTOR_ERROR`: a command failed\n- `SYSTEM_ERROR`: something around the commands failed\n- `CANCELING`: cancelled, not yet cleaned up\n- `CANCELED`: cancelled and cleaned up\n- `UNKNOWN`, `PREEMPTED`: known to the standard, never given by this server\n",
        "enum": [
          "UNKNOWN",
          "QUEUED",
          "INITIALIZING",
          "RUNNING",
          "PAUSED",
          "COMPLETE",
          "EXECUTOR_ERROR",
          "SYSTEM_ERROR",
          "CANCELED",
          "PREEMPTED",
          "CANCELING"
        ],
        "example": "COMPLETE"
      },
      "tesTask": {
        "type": "object",
        "description": "A task",
        "required": [
          "executors"
        ],
        "properties": {
          "id": {
            "type": "string",
            "readOnly": true,
            "description": "Given by the server",
            "example": "06d2k8v3n1q4r7s9t0w5x8y2za"
          },
          "state": {
            "allOf": [
              {
                "$ref": "#/components/schemas/tesState"
              }
            ],
            "readOnly": true
          },
          "name": {
            "type": "string",
            "description": "Text for people; lists can be filtered by how it begins"
          },
          "description": {
            "type": "string",
            "description": "Text for people"
          },
          "inputs": {
            "type": "array",
            "description": "What is put into the containers before the first command",
            "items": {
              "$ref": "#/components/schemas/tesInput"
            }
          },
          "outputs": {
            "type": "array",
            "description": "What is kept after the last command, and after a failed one too",
            "items": {
              "$ref": "#/components/schemas/tesOutput"
            }
          },
          "resources": {
            "$ref": "#/components/schemas/tesResources"
          },
          "executors": {
            "type": "array",
            "description": "Commands, one after another in the given order; all see the same inputs and volumes. The first failure ends the row",
            "items": {
              "$ref": "#/components/schemas/tesExecutor"
            }
          },
          "volumes": {
            "type": "array",
            "description": "Directories, empty at first, that all commands share at the same path",
            "items": {
              "type": "string"
            },
            "example": [
              "/scratch"
            ]
          },
          "tags": {
            "type": "object",
            "description": "Names and values of the client; lists can be filtered by them",
            "additionalProperties": {
              "type": "string"
            },
            "example": {
              "project": "lambda"
            }
          },
          "logs": {
            "type": "array",
            "readOnly": true,
            "description": "What happened. By default one entry, for the attempt that counts",
            "items": {
              "$ref": "#/components/schemas/tesTaskLog"
            }
          },
          "creation_time": {
            "type": "string",
            "readOnly": true,
            "description": "When the server stored the task, RFC 3339 in UTC",
            "example": "2026-02-03T09:00:00Z"
          }
        },
        "additionalProperties": false
      },
      "tesTaskLog": {
        "type": "object",
        "description": "What happened in one attempt",
        "required": [
          "logs",
          "outputs"
        ],
        "properties": {
          "logs": {
            "type": "array",
            "description": "One entry for each command that has ended, in order",
            "items": {
              "$ref": "#/components/schemas/tesExecutorLog"
            }
          },
          "metadata": {
            "type": "object",
            "description": "Facts by name, such as the attempt's number, the node and the image digest",
            "additionalProperties": {
              "type": "string"
            },
            "example": {
              "attempt": "1"
            }
          },
          "start_time": {
            "type": "string",
            "description": "Start, RFC 3339 in UTC",
            "example": "2026-02-03T09:00:00Z"
          },
          "end_time": {
            "type": "string",
            "description": "End, RFC 3339 in UTC",
            "example": "2026-02-03T09:05:00Z"
          },
          "outputs": {
            "type": "array",
            "description": "What was kept, file by file",
            "items": {
              "$ref": "#/components/schemas/tesOutputFileLog"
            }
          },
          "system_logs": {
            "type": "array",
            "description": "Lines about what was done around the commands: warnings, and why it failed. Only in the fullest view",
            "items": {
              "type": "string"
            }
          }
        },
        "additionalProperties": false
      },
      "tesTaskMinimal": {
        "type": "object",
        "description": "The smallest view of a task",
        "required": [
          "id",
          "state"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "Id of the task"
          },
          "state": {
            "$ref": "#/components/schemas/tesState"
          }
        },
        "additionalProperties": false
      }
    },
    "responses": {
      "400BadRequest": {
        "description": "The request breaks a rule; the message names the field and what is allowed",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "401Unauthorized": {
        "description": "A credential was refused, or one is needed",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "403Forbidden": {
        "description": "The caller lacks access that an input takes; `required` tells which visas",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "404NotFound": {
        "description": "No such task, or not a task of the caller; on create, no such input object",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "409Conflict": {
        "description": "The same `Idempotency-Key` came with another body",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "413RequestTooLarge": {
        "description": "The body or an inline file is over the limit",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "415UnsupportedMediaType": {
        "description": "The body is not JSON",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "429TooManyRequests": {
        "description": "Too fast, or too many tasks; wait as `Retry-After` says",
        "headers": {
          "Retry-After": {
            "description": "Whole seconds to wait",
            "schema": {
              "type": "integer",
              "minimum": 0
            }
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "500InternalServerError": {
        "description": "A fault of this server; its log knows more than the message",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "503Unavailable": {
        "description": "Something this server depends on is away; `Retry-After` tells when to try again",
        "headers": {
          "Retry-After": {
            "description": "Whole seconds to wait",
            "schema": {
              "type": "integer",
              "minimum": 0
            }
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "DefaultError": {
        "description": "Any other error has the same shape",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      }
    },
    "parameters": {
      "id": {
        "name": "id",
        "in": "path",
        "required": true,
        "description": "Id of the task",
        "schema": {
          "type": "string"
        }
      },
      "view": {
        "name": "view",
        "in": "query",
        "description": "How much of each task to give. `MINIMAL`: id and state alone. `BASIC`: all but the text of the executors' output,\nthe content of inline inputs and the system log. `FULL`: everything.\n",
        "schema": {
          "type": "string",
          "default": "MINIMAL",
          "enum": [
            "MINIMAL",
            "BASIC",
            "FULL"
          ]
        }
      }
    }
  }
}

export const tesOperations = [
  {
    "operationId": "GetServiceInfo",
    "method": "get",
    "path": "/service-info",
    "extension": false
  },
  {
    "operationId": "ListTasks",
    "method": "get",
    "path": "/tasks",
    "extension": false
  },
  {
    "operationId": "CreateTask",
    "method": "post",
    "path": "/tasks",
    "extension": false
  },
  {
    "operationId": "GetTask",
    "method": "get",
    "path": "/tasks/{id}",
    "extension": false
  },
  {
    "operationId": "CancelTask",
    "method": "post",
    "path": "/tasks/{id}:cancel",
    "extension": false
  },
  {
    "operationId": "GetTasksServiceInfo",
    "method": "get",
    "path": "/tasks/service-info",
    "extension": true
  },
  {
    "operationId": "ListAttempts",
    "method": "get",
    "path": "/tasks/{id}/attempts",
    "extension": true
  },
  {
    "operationId": "GetExecutorLog",
    "method": "get",
    "path": "/tasks/{id}/logs/{n}/{stream}",
    "extension": true
  }
] as const
