// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.
import type { OpenApiDocument } from '../document.ts'

export const wesDocument: OpenApiDocument = {
  "openapi": "3.0.3",
  "info": {
    "title": "Workflow Execution Service",
    "version": "1.1.0",
    "description": "WES runs a workflow that somebody wrote in a known language on data that somebody named. This document describes what\nthe biocloud server does. Operations outside the released standard stand in `wes-extensions.yaml`.\n",
    "license": {
      "name": "Apache-2.0",
      "url": "https://www.apache.org/licenses/LICENSE-2.0"
    }
  },
  "servers": [
    {
      "url": "/ga4gh/wes/v1"
    }
  ],
  "security": [
    {
      "BearerAuth": []
    }
  ],
  "tags": [
    {
      "name": "Service Info",
      "description": "Self-description of the server"
    },
    {
      "name": "Workflow Runs",
      "description": "Start, follow and cancel runs"
    }
  ],
  "paths": {
    "/service-info": {
      "get": {
        "tags": [
          "Service Info"
        ],
        "operationId": "GetServiceInfo",
        "summary": "Self-description",
        "description": "Public. Lists only languages and engines that are installed and were found to work.",
        "security": [
          {}
        ],
        "responses": {
          "200": {
            "description": "The description of this server",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ServiceInfo"
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
    "/runs": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "ListRuns",
        "summary": "Runs of the caller",
        "description": "Newest first. The pages show the runs that were there when the first page was asked for. Query parameters\nunknown here are ignored.\n",
        "parameters": [
          {
            "name": "page_size",
            "in": "query",
            "style": "form",
            "explode": true,
            "description": "Most entries in one answer; above the maximum of this server the maximum is taken",
            "schema": {
              "type": "integer",
              "format": "int64",
              "minimum": 1
            }
          },
          {
            "name": "page_token",
            "in": "query",
            "style": "form",
            "explode": true,
            "description": "The `next_page_token` of the page before",
            "allowEmptyValue": true,
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "state",
            "in": "query",
            "x-biocloud-extension": true,
            "description": "Only runs in this state",
            "schema": {
              "$ref": "#/components/schemas/State"
            }
          },
          {
            "name": "tag",
            "in": "query",
            "x-biocloud-extension": true,
            "allowReserved": true,
            "description": "Only runs with this tag, as `key:value`; several must all be there",
            "schema": {
              "type": "array",
              "items": {
                "type": "string"
              }
            }
          },
          {
            "name": "type",
            "in": "query",
            "x-biocloud-extension": true,
            "description": "Only runs of this language",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "since",
            "in": "query",
            "x-biocloud-extension": true,
            "allowReserved": true,
            "description": "Only runs submitted at or after this time, RFC 3339",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "until",
            "in": "query",
            "x-biocloud-extension": true,
            "allowReserved": true,
            "description": "Only runs submitted before this time, RFC 3339",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "One page of runs",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RunListResponse"
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
          "Workflow Runs"
        ],
        "operationId": "RunWorkflow",
        "summary": "Start a run",
        "description": "As `multipart/form-data` each field is text, three of them JSON text, and files go along as `workflow_attachment`.\nTheir names may hold directories; names that would leave the run's folder are refused. As `application/json` the\nbody is the run request itself, and there are no files.\n\nAccess of the caller to every `drs://` input is checked before the answer.\n",
        "requestBody": {
          "required": false,
          "content": {
            "multipart/form-data": {
              "schema": {
                "type": "object",
                "properties": {
                  "workflow_params": {
                    "type": "string",
                    "description": "A JSON object"
                  },
                  "workflow_type": {
                    "type": "string",
                    "description": "Language of the workflow"
                  },
                  "workflow_type_version": {
                    "type": "string",
                    "description": "Version of the language"
                  },
                  "tags": {
                    "type": "string",
                    "description": "A JSON object of strings"
                  },
                  "workflow_engine": {
                    "type": "string",
                    "description": "Name of an engine"
                  },
                  "workflow_engine_version": {
                    "type": "string",
                    "description": "Version of that engine"
                  },
                  "workflow_engine_parameters": {
                    "type": "string",
                    "description": "A JSON object of strings"
                  },
                  "workflow_url": {
                    "type": "string",
                    "description": "Where the workflow is: the name of an attachment, or an absolute URL"
                  },
                  "workflow_attachment": {
                    "type": "array",
                    "description": "Files of the run, each part with a filename",
                    "items": {
                      "type": "string",
                      "format": "binary"
                    }
                  }
                }
              }
            },
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RunRequestBody"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The id of the new run",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RunId"
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
            "description": "The same key, owner and request give the same run; another request is 409",
            "schema": {
              "type": "string",
              "minLength": 1,
              "maxLength": 255
            }
          }
        ]
      }
    },
    "/runs/{run_id}": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetRunLog",
        "summary": "All about one run",
        "description": "Request, state, log and outputs. A run of somebody else is answered like one that does not exist.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "style": "simple",
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The run",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RunLog"
                }
              }
            }
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
    "/runs/{run_id}/status": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetRunStatus",
        "summary": "State of one run",
        "description": "The cheapest way to follow a run.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "style": "simple",
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The state",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RunStatus"
                }
              }
            }
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
    "/runs/{run_id}/tasks": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "ListTasks",
        "summary": "Tasks of one run",
        "description": "In the order of their creation, the same as in `RunLog.task_logs`.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "style": "simple",
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "page_size",
            "in": "query",
            "style": "form",
            "explode": true,
            "description": "Most entries in one answer; above the maximum of this server the maximum is taken",
            "schema": {
              "type": "integer",
              "format": "int64",
              "minimum": 1
            }
          },
          {
            "name": "page_token",
            "in": "query",
            "style": "form",
            "explode": true,
            "description": "The `next_page_token` of the page before",
            "allowEmptyValue": true,
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "One page of tasks",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TaskListResponse"
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
    "/runs/{run_id}/tasks/{task_id}": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetTask",
        "summary": "One task of one run",
        "description": "The same entry as in the list.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "style": "simple",
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "task_id",
            "in": "path",
            "required": true,
            "style": "simple",
            "description": "Id of the task",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "The task",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/TaskLog"
                }
              }
            }
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
    "/runs/{run_id}/cancel": {
      "post": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "CancelRun",
        "summary": "Cancel a run",
        "description": "Answers 200 also for a run that has ended or is being cancelled; then nothing changes.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "style": "simple",
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "Accepted",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RunId"
                }
              }
            }
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
    "/runs/{run_id}/stdout": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetRunStdout",
        "x-biocloud-extension": true,
        "summary": "Standard output of the engine",
        "description": "Text so far, also while the run goes on.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "description": "Id of the run",
            "schema": {
              "type": "string"
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
            "description": "All of it; empty before the first byte",
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
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "416": {
            "description": "Past the end; `Content-Range` tells the size",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ErrorResponse"
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
    },
    "/runs/{run_id}/stderr": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetRunStderr",
        "x-biocloud-extension": true,
        "summary": "Standard error of the engine",
        "description": "Text so far, also while the run goes on.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "description": "Id of the run",
            "schema": {
              "type": "string"
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
            "description": "All of it; empty before the first byte",
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
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "416": {
            "description": "Past the end; `Content-Range` tells the size",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ErrorResponse"
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
    },
    "/runs/{run_id}/tasks/{task_id}/stdout": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetTaskStdout",
        "x-biocloud-extension": true,
        "summary": "Standard output of a step",
        "description": "Fetched from the TES that runs it.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "task_id",
            "in": "path",
            "required": true,
            "description": "Id of the task",
            "schema": {
              "type": "string"
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
            "description": "All of it; empty before the first byte",
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
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "416": {
            "description": "Past the end; `Content-Range` tells the size",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ErrorResponse"
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
    },
    "/runs/{run_id}/tasks/{task_id}/stderr": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetTaskStderr",
        "x-biocloud-extension": true,
        "summary": "Standard error of a step",
        "description": "Fetched from the TES that runs it.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "task_id",
            "in": "path",
            "required": true,
            "description": "Id of the task",
            "schema": {
              "type": "string"
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
            "description": "All of it; empty before the first byte",
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
          "403": {
            "$ref": "#/components/responses/403Forbidden"
          },
          "404": {
            "$ref": "#/components/responses/404NotFound"
          },
          "416": {
            "description": "Past the end; `Content-Range` tells the size",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ErrorResponse"
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
    },
    "/runs/{run_id}/outputs": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "ListRunOutputs",
        "x-biocloud-extension": true,
        "summary": "Output files of a run",
        "description": "A flat list, ordered by name.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "page_size",
            "in": "query",
            "description": "Most files in one answer",
            "schema": {
              "type": "integer",
              "minimum": 1
            }
          },
          {
            "name": "page_token",
            "in": "query",
            "allowEmptyValue": true,
            "description": "The `next_page_token` of the page before",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "One page of files",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RunOutputList"
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
    "/runs/{run_id}/outputs/{name}": {
      "get": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "GetRunOutput",
        "x-biocloud-extension": true,
        "summary": "One output file",
        "description": "Its bytes. A `/` in the name is sent as `%2F`.",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "name",
            "in": "path",
            "required": true,
            "description": "Name of the file as the list gives it",
            "schema": {
              "type": "string"
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
            "description": "All bytes",
            "content": {
              "*/*": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "206": {
            "description": "The range",
            "content": {
              "*/*": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "304": {
            "description": "Not changed"
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
          "416": {
            "description": "Past the end; `Content-Range` tells the size",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ErrorResponse"
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
    },
    "/runs/{run_id}/reports": {
      "post": {
        "tags": [
          "Workflow Runs"
        ],
        "operationId": "PostRunReports",
        "x-biocloud-extension": true,
        "summary": "Reports of a run's head",
        "description": "For the process beside the engine, with the run token. Reports are numbered and may come again; what was\nacknowledged need not.\n",
        "parameters": [
          {
            "name": "run_id",
            "in": "path",
            "required": true,
            "description": "Id of the run",
            "schema": {
              "type": "string"
            }
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RunReports"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "How far the reports have been taken",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/RunReportsAcknowledged"
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
            "description": "The run has ended",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ErrorResponse"
                }
              }
            }
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
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "BearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token in the `Authorization` header"
      }
    },
    "schemas": {
      "DefaultWorkflowEngineParameter": {
        "type": "object",
        "description": "A parameter that an engine takes",
        "properties": {
          "name": {
            "type": "string",
            "description": "`engine.parameter`"
          },
          "type": {
            "type": "string",
            "description": "Type of the value"
          },
          "default_value": {
            "type": "string",
            "description": "Value if not given, as text"
          }
        },
        "additionalProperties": false
      },
      "ErrorResponse": {
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
          }
        },
        "additionalProperties": false
      },
      "Log": {
        "type": "object",
        "description": "A command and what became of it",
        "properties": {
          "name": {
            "type": "string",
            "description": "Name of the workflow or step"
          },
          "cmd": {
            "type": "array",
            "description": "The argv",
            "items": {
              "type": "string"
            }
          },
          "start_time": {
            "type": "string",
            "description": "Start, `YYYY-MM-DDTHH:MM:SSZ`"
          },
          "end_time": {
            "type": "string",
            "description": "End, `YYYY-MM-DDTHH:MM:SSZ`"
          },
          "stdout": {
            "type": "string",
            "description": "Address of standard output, to be opened with the same token"
          },
          "stderr": {
            "type": "string",
            "description": "Address of standard error, to be opened with the same token"
          },
          "exit_code": {
            "type": "integer",
            "format": "int32",
            "description": "Exit code"
          },
          "system_logs": {
            "type": "array",
            "description": "Lines about what was done around the command, and why it failed",
            "items": {
              "type": "string"
            }
          }
        },
        "additionalProperties": false
      },
      "RunId": {
        "type": "object",
        "required": [
          "run_id"
        ],
        "properties": {
          "run_id": {
            "type": "string",
            "description": "Id of the run"
          }
        },
        "additionalProperties": false
      },
      "RunListResponse": {
        "type": "object",
        "required": [
          "runs",
          "next_page_token"
        ],
        "properties": {
          "runs": {
            "type": "array",
            "description": "Runs of the caller",
            "items": {
              "$ref": "#/components/schemas/RunSummary"
            }
          },
          "next_page_token": {
            "type": "string",
            "description": "Stands for the page after this one; empty on the last"
          }
        },
        "additionalProperties": false
      },
      "RunLog": {
        "type": "object",
        "description": "All about a run",
        "required": [
          "run_id",
          "request",
          "state",
          "task_logs",
          "outputs"
        ],
        "properties": {
          "run_id": {
            "type": "string",
            "description": "Id of the run"
          },
          "request": {
            "$ref": "#/components/schemas/RunRequest"
          },
          "state": {
            "$ref": "#/components/schemas/State"
          },
          "run_log": {
            "$ref": "#/components/schemas/Log"
          },
          "task_logs_url": {
            "type": "string",
            "description": "Address of the list of tasks"
          },
          "task_logs": {
            "type": "array",
            "deprecated": true,
            "description": "The first page of the list of tasks, for clients that do not know `task_logs_url`",
            "items": {
              "$ref": "#/components/schemas/TaskLog"
            }
          },
          "outputs": {
            "type": "object",
            "description": "Outputs by name, in the form that the language gives them; empty until the run is complete",
            "additionalProperties": true
          }
        },
        "additionalProperties": false
      },
      "RunOutput": {
        "type": "object",
        "required": [
          "name",
          "size",
          "location"
        ],
        "properties": {
          "name": {
            "type": "string",
            "description": "Path below the run's outputs"
          },
          "size": {
            "type": "integer",
            "format": "int64",
            "description": "Bytes"
          },
          "checksums": {
            "type": "array",
            "items": {
              "type": "object",
              "required": [
                "type",
                "checksum"
              ],
              "properties": {
                "type": {
                  "type": "string",
                  "description": "Name of the algorithm"
                },
                "checksum": {
                  "type": "string",
                  "description": "The digest in hexadecimal"
                }
              },
              "additionalProperties": false
            }
          },
          "drs_uri": {
            "type": "string",
            "description": "URI of the file once it is registered"
          },
          "location": {
            "type": "string",
            "description": "Address of the bytes, to be opened with the same token"
          }
        },
        "additionalProperties": false
      },
      "RunOutputList": {
        "type": "object",
        "required": [
          "outputs",
          "next_page_token"
        ],
        "properties": {
          "outputs": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/RunOutput"
            }
          },
          "next_page_token": {
            "type": "string",
            "description": "Stands for the page after this one; empty on the last"
          }
        },
        "additionalProperties": false
      },
      "RunReports": {
        "type": "object",
        "required": [
          "reports"
        ],
        "properties": {
          "reports": {
            "type": "array",
            "minItems": 1,
            "items": {
              "type": "object",
              "required": [
                "n",
                "time",
                "type"
              ],
              "additionalProperties": true,
              "properties": {
                "n": {
                  "type": "integer",
                  "minimum": 1,
                  "description": "Number of the report"
                },
                "time": {
                  "type": "string",
                  "description": "When it happened"
                },
                "type": {
                  "type": "string",
                  "description": "What is reported"
                }
              }
            }
          }
        }
      },
      "RunReportsAcknowledged": {
        "type": "object",
        "required": [
          "acknowledged"
        ],
        "properties": {
          "acknowledged": {
            "type": "integer",
            "description": "Number of the last report taken"
          }
        },
        "additionalProperties": false
      },
      "RunRequest": {
        "type": "object",
        "description": "What to run",
        "required": [
          "workflow_type",
          "workflow_type_version",
          "workflow_url"
        ],
        "properties": {
          "workflow_params": {
            "type": "object",
            "description": "Inputs, in the form that the language asks for. Empty if not given",
            "additionalProperties": true
          },
          "workflow_type": {
            "type": "string",
            "description": "Language: `CWL`, `WDL`, `NFL` or `SMK`, as service info lists it; letter case does not matter",
            "example": "CWL"
          },
          "workflow_type_version": {
            "type": "string",
            "description": "Version of the language, with or without a `v` in front",
            "example": "v1.2"
          },
          "tags": {
            "type": "object",
            "description": "Names and values of the client; names that begin with `wes_` are taken",
            "additionalProperties": {
              "type": "string"
            }
          },
          "workflow_engine_parameters": {
            "type": "object",
            "description": "Parameters that service info lists for the engine",
            "additionalProperties": {
              "type": "string"
            }
          },
          "workflow_engine": {
            "type": "string",
            "description": "Engine to use; needed if a version of it is given",
            "example": "cwltool"
          },
          "workflow_engine_version": {
            "type": "string",
            "description": "Its version",
            "example": "3.1.20240112164112"
          },
          "workflow_url": {
            "type": "string",
            "description": "The workflow: the name of an attachment, or an absolute `https` URL",
            "example": "workflow.cwl"
          }
        },
        "additionalProperties": false
      },
      "RunRequestBody": {
        "type": "object",
        "description": "A run request as JSON. The three members that are objects may also be JSON text, as in a form",
        "required": [
          "workflow_type",
          "workflow_type_version",
          "workflow_url"
        ],
        "properties": {
          "workflow_params": {
            "description": "Inputs",
            "oneOf": [
              {
                "type": "object",
                "additionalProperties": true
              },
              {
                "type": "string"
              }
            ]
          },
          "workflow_type": {
            "type": "string",
            "description": "Language: `CWL`, `WDL`, `NFL` or `SMK`, as service info lists it; letter case does not matter",
            "example": "CWL"
          },
          "workflow_type_version": {
            "type": "string",
            "description": "Version of the language, with or without a `v` in front",
            "example": "v1.2"
          },
          "tags": {
            "description": "Names and values of the client; numbers and booleans become text",
            "oneOf": [
              {
                "type": "object",
                "additionalProperties": true
              },
              {
                "type": "string"
              }
            ]
          },
          "workflow_engine_parameters": {
            "description": "Parameters of the engine; numbers and booleans become text",
            "oneOf": [
              {
                "type": "object",
                "additionalProperties": true
              },
              {
                "type": "string"
              }
            ]
          },
          "workflow_engine": {
            "type": "string",
            "description": "Engine to use; needed if a version of it is given",
            "example": "cwltool"
          },
          "workflow_engine_version": {
            "type": "string",
            "description": "Its version",
            "example": "3.1.20240112164112"
          },
          "workflow_url": {
            "type": "string",
            "description": "The workflow: the name of an attachment, or an absolute `https` URL",
            "example": "workflow.cwl"
          }
        }
      },
      "RunStatus": {
        "type": "object",
        "required": [
          "run_id",
          "state"
        ],
        "properties": {
          "run_id": {
            "type": "string",
            "description": "Id of the run"
          },
          "state": {
            "$ref": "#/components/schemas/State"
          }
        },
        "additionalProperties": false
      },
      "RunSummary": {
        "type": "object",
        "properties": {
          "run_id": {
            "type": "string",
            "description": "Id of the run"
          },
          "state": {
            "$ref": "#/components/schemas/State"
          },
          "start_time": {
            "type": "string",
            "description": "When the engine was started, `YYYY-MM-DDTHH:MM:SSZ`"
          },
          "end_time": {
            "type": "string",
            "description": "When the run ended, `YYYY-MM-DDTHH:MM:SSZ`"
          },
          "tags": {
            "type": "object",
            "description": "Tags of the request",
            "additionalProperties": {
              "type": "string"
            }
          }
        },
        "required": [
          "run_id",
          "state",
          "tags"
        ],
        "description": "A run in short",
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
      "ServiceInfo": {
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
          "workflow_type_versions": {
            "type": "object",
            "description": "By language: its versions that run here",
            "additionalProperties": {
              "$ref": "#/components/schemas/WorkflowTypeVersion"
            }
          },
          "supported_wes_versions": {
            "type": "array",
            "description": "Versions of this API that clients may count on",
            "items": {
              "type": "string"
            },
            "example": [
              "1.1.0"
            ]
          },
          "supported_filesystem_protocols": {
            "type": "array",
            "description": "Schemes of URLs that parameters may hold",
            "items": {
              "type": "string"
            },
            "example": [
              "drs",
              "https"
            ]
          },
          "workflow_engine_versions": {
            "type": "object",
            "description": "By engine: its versions that are installed here",
            "additionalProperties": {
              "$ref": "#/components/schemas/WorkflowEngineVersion"
            }
          },
          "default_workflow_engine_parameters": {
            "type": "array",
            "description": "Parameters that engines take, named `engine.parameter`",
            "items": {
              "$ref": "#/components/schemas/DefaultWorkflowEngineParameter"
            }
          },
          "system_state_counts": {
            "type": "object",
            "description": "The caller's own runs by state",
            "additionalProperties": {
              "type": "integer",
              "format": "int64"
            }
          },
          "auth_instructions_url": {
            "type": "string",
            "description": "A page that tells people how to get a token"
          },
          "tags": {
            "type": "object",
            "description": "Further facts by name",
            "additionalProperties": {
              "type": "string"
            }
          }
        },
        "required": [
          "id",
          "name",
          "type",
          "organization",
          "version",
          "workflow_type_versions",
          "supported_wes_versions",
          "supported_filesystem_protocols",
          "workflow_engine_versions",
          "default_workflow_engine_parameters",
          "system_state_counts",
          "auth_instructions_url",
          "tags"
        ],
        "additionalProperties": false
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
        },
        "additionalProperties": false
      },
      "State": {
        "type": "string",
        "description": "Where the run is.\n\n- `QUEUED`: stored, not begun\n- `INITIALIZING`: the workflow is being fetched and its engine started\n- `RUNNING`: the engine works\n- `PAUSED`: held by policy\n- `COMPLETE`: done, and the outputs are stored and registered\n- `EXECUTOR_ERROR`: the workflow, its parameters or a step failed\n- `SYSTEM_ERROR`: this server or something below it failed; worth another try\n- `CANCELING`: cancelled, steps are being stopped\n- `CANCELED`: cancelled, nothing runs any more\n- `UNKNOWN`, `PREEMPTED`: known to the standard, never given by this server\n",
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
          "CANCELING",
          "PREEMPTED"
        ]
      },
      "TaskListResponse": {
        "type": "object",
        "required": [
          "task_logs",
          "next_page_token"
        ],
        "properties": {
          "task_logs": {
            "type": "array",
            "description": "Tasks of the run",
            "items": {
              "$ref": "#/components/schemas/TaskLog"
            }
          },
          "next_page_token": {
            "type": "string",
            "description": "Stands for the page after this one; empty on the last"
          }
        },
        "additionalProperties": false
      },
      "TaskLog": {
        "type": "object",
        "description": "A step of a run",
        "properties": {
          "name": {
            "type": "string",
            "description": "Name of the workflow or step"
          },
          "cmd": {
            "type": "array",
            "description": "The argv",
            "items": {
              "type": "string"
            }
          },
          "start_time": {
            "type": "string",
            "description": "Start, `YYYY-MM-DDTHH:MM:SSZ`"
          },
          "end_time": {
            "type": "string",
            "description": "End, `YYYY-MM-DDTHH:MM:SSZ`"
          },
          "stdout": {
            "type": "string",
            "description": "Address of standard output, to be opened with the same token"
          },
          "stderr": {
            "type": "string",
            "description": "Address of standard error, to be opened with the same token"
          },
          "exit_code": {
            "type": "integer",
            "format": "int32",
            "description": "Exit code"
          },
          "system_logs": {
            "type": "array",
            "description": "Lines about what was done around the step, and why it failed",
            "items": {
              "type": "string"
            }
          },
          "id": {
            "type": "string",
            "description": "Id of the task"
          },
          "tes_uri": {
            "type": "string",
            "description": "Address of the task at the TES that runs it"
          }
        },
        "required": [
          "id",
          "name"
        ],
        "additionalProperties": false
      },
      "WorkflowEngineVersion": {
        "type": "object",
        "properties": {
          "workflow_engine_version": {
            "type": "array",
            "description": "Versions of the engine",
            "items": {
              "type": "string"
            }
          }
        },
        "additionalProperties": false
      },
      "WorkflowTypeVersion": {
        "type": "object",
        "properties": {
          "workflow_type_version": {
            "type": "array",
            "description": "Versions of the language",
            "items": {
              "type": "string"
            }
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
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "401Unauthorized": {
        "description": "A credential was refused, or one is needed",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "403Forbidden": {
        "description": "The caller lacks access that the message explains",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "404NotFound": {
        "description": "No such run or task, or not one of the caller; on start, no such input",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "409Conflict": {
        "description": "The same `Idempotency-Key` came with another request",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "413RequestTooLarge": {
        "description": "A field, a file, their number or the whole body is over the limit",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "415UnsupportedMediaType": {
        "description": "The body is neither a form nor JSON",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "429TooManyRequests": {
        "description": "Too fast, or too many runs; wait as `Retry-After` says",
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
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "500InternalServerError": {
        "description": "A fault of this server; its log knows more than the message",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
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
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      },
      "DefaultError": {
        "description": "Any other error has the same shape",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorResponse"
            }
          }
        }
      }
    }
  }
}

export const wesOperations = [
  {
    "operationId": "GetServiceInfo",
    "method": "get",
    "path": "/service-info",
    "extension": false
  },
  {
    "operationId": "ListRuns",
    "method": "get",
    "path": "/runs",
    "extension": false
  },
  {
    "operationId": "RunWorkflow",
    "method": "post",
    "path": "/runs",
    "extension": false
  },
  {
    "operationId": "GetRunLog",
    "method": "get",
    "path": "/runs/{run_id}",
    "extension": false
  },
  {
    "operationId": "GetRunStatus",
    "method": "get",
    "path": "/runs/{run_id}/status",
    "extension": false
  },
  {
    "operationId": "ListTasks",
    "method": "get",
    "path": "/runs/{run_id}/tasks",
    "extension": false
  },
  {
    "operationId": "GetTask",
    "method": "get",
    "path": "/runs/{run_id}/tasks/{task_id}",
    "extension": false
  },
  {
    "operationId": "CancelRun",
    "method": "post",
    "path": "/runs/{run_id}/cancel",
    "extension": false
  },
  {
    "operationId": "GetRunStdout",
    "method": "get",
    "path": "/runs/{run_id}/stdout",
    "extension": true
  },
  {
    "operationId": "GetRunStderr",
    "method": "get",
    "path": "/runs/{run_id}/stderr",
    "extension": true
  },
  {
    "operationId": "GetTaskStdout",
    "method": "get",
    "path": "/runs/{run_id}/tasks/{task_id}/stdout",
    "extension": true
  },
  {
    "operationId": "GetTaskStderr",
    "method": "get",
    "path": "/runs/{run_id}/tasks/{task_id}/stderr",
    "extension": true
  },
  {
    "operationId": "ListRunOutputs",
    "method": "get",
    "path": "/runs/{run_id}/outputs",
    "extension": true
  },
  {
    "operationId": "GetRunOutput",
    "method": "get",
    "path": "/runs/{run_id}/outputs/{name}",
    "extension": true
  },
  {
    "operationId": "PostRunReports",
    "method": "post",
    "path": "/runs/{run_id}/reports",
    "extension": true
  }
] as const
