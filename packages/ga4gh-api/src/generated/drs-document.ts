// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.
import type { OpenApiDocument } from '../document.ts'

export const drsDocument: OpenApiDocument = {
  "openapi": "3.0.3",
  "info": {
    "title": "Data Repository Service",
    "version": "1.5.0",
    "description": "DRS turns an id into metadata, and into links by which the bytes can be fetched. This document describes what the\nbiocloud server does. Operations outside the released standard stand in `drs-extensions.yaml`.\n\n**Ids.** Ids made here hold unreserved characters only. Any other id is percent-encoded once in a path.\n\n**Credentials.** A bearer token in the header, or passports in the body of a POST, never both. A credential that\nfails is answered 401 for every id, before anything is looked up.\n",
    "license": {
      "name": "Apache-2.0",
      "url": "https://www.apache.org/licenses/LICENSE-2.0"
    }
  },
  "servers": [
    {
      "url": "/ga4gh/drs/v1"
    }
  ],
  "security": [
    {},
    {
      "BearerAuth": []
    }
  ],
  "tags": [
    {
      "name": "Objects",
      "description": "Metadata, links and how to ask for them"
    },
    {
      "name": "Service Info",
      "description": "Self-description of the server"
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
        "description": "Public. Tells the bulk limit and, where the operator allows it, how much is held here.",
        "responses": {
          "200": {
            "$ref": "#/components/responses/200ServiceInfo"
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
    "/objects/{object_id}": {
      "get": {
        "tags": [
          "Objects"
        ],
        "operationId": "GetObject",
        "summary": "One object",
        "description": "Metadata and access methods of a blob or a bundle. Answered from the database, so never 202 here.",
        "parameters": [
          {
            "$ref": "#/components/parameters/ObjectId"
          },
          {
            "$ref": "#/components/parameters/Expand"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkDrsObject"
          },
          "202": {
            "$ref": "#/components/responses/202Accepted"
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
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
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
          "Objects"
        ],
        "operationId": "PostObject",
        "summary": "One object, by passport",
        "description": "Like GetObject, with passports in the body. Without passports it is the same call as GetObject.",
        "security": [
          {
            "PassportAuth": []
          }
        ],
        "parameters": [
          {
            "$ref": "#/components/parameters/ObjectId"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/PostObjectBody"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkDrsObject"
          },
          "202": {
            "$ref": "#/components/responses/202Accepted"
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
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
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
      },
      "options": {
        "tags": [
          "Objects"
        ],
        "operationId": "OptionsObject",
        "summary": "How to authorise for one object",
        "description": "Needs no credential. Ours always answers 200 with explicit types; `None` means that anybody may read. An object\nthat its dataset does not let be discovered is answered like a missing one.\n",
        "security": [
          {}
        ],
        "parameters": [
          {
            "$ref": "#/components/parameters/ObjectId"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkAuthorizations"
          },
          "204": {
            "$ref": "#/components/responses/AuthorizationsNotSupported"
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "405": {
            "$ref": "#/components/responses/AuthorizationsNotSupported"
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
    "/objects": {
      "post": {
        "tags": [
          "Objects"
        ],
        "operationId": "GetBulkObjects",
        "summary": "Many objects",
        "description": "Metadata of up to `maxBulkRequestLength` objects under one credential. What cannot be given is listed beside\nwhat can; the answer is 200 even if nothing resolves.\n",
        "security": [
          {
            "PassportAuth": []
          }
        ],
        "parameters": [
          {
            "$ref": "#/components/parameters/Expand"
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/BulkObjectId"
              }
            }
          }
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkDrsObjects"
          },
          "202": {
            "$ref": "#/components/responses/202Accepted"
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
            "$ref": "#/components/responses/404NotFoundDrsObject"
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
      },
      "options": {
        "tags": [
          "Objects"
        ],
        "operationId": "OptionsBulkObject",
        "summary": "How to authorise for many objects",
        "description": "The bulk form of OptionsObject. The ids are in the body; a call without a body is refused.",
        "security": [
          {}
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/BulkObjectIdNoPassport"
              }
            }
          }
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkBulkAuthorizations"
          },
          "204": {
            "$ref": "#/components/responses/AuthorizationsNotSupported"
          },
          "400": {
            "$ref": "#/components/responses/400BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/401Unauthorized"
          },
          "404": {
            "$ref": "#/components/responses/404NotFoundDrsObject"
          },
          "405": {
            "$ref": "#/components/responses/AuthorizationsNotSupported"
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
      },
      "get": {
        "tags": [
          "Objects"
        ],
        "operationId": "ListObjects",
        "x-biocloud-extension": true,
        "summary": "Objects that the caller may see",
        "description": "Ordered by id. Filters are matched as TES matches them.",
        "parameters": [
          {
            "name": "tag_key",
            "in": "query",
            "allowReserved": true,
            "allowEmptyValue": true,
            "description": "Only objects with this tag; several keys must all be there",
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
            "allowReserved": true,
            "allowEmptyValue": true,
            "description": "Values of the keys, in the same order; empty means any",
            "schema": {
              "type": "array",
              "items": {
                "type": "string"
              }
            }
          },
          {
            "name": "alias",
            "in": "query",
            "allowEmptyValue": true,
            "description": "Only objects with this alias",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "dataset",
            "in": "query",
            "allowEmptyValue": true,
            "description": "Only objects of this dataset",
            "schema": {
              "type": "string"
            }
          },
          {
            "name": "page_size",
            "in": "query",
            "description": "Most objects in one answer",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "maximum": 1000
            }
          },
          {
            "name": "page_token",
            "in": "query",
            "allowEmptyValue": true,
            "description": "The `next_page_token` of the page before, with the same filters",
            "schema": {
              "type": "string"
            }
          }
        ],
        "responses": {
          "200": {
            "description": "One page of objects",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/ListObjectsResponse"
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
    "/objects/{object_id}/access/{access_id}": {
      "get": {
        "tags": [
          "Objects"
        ],
        "operationId": "GetAccessURL",
        "summary": "A link to the bytes",
        "description": "Gives a link that lives for minutes. Bytes that have to be brought back from cold storage first are answered 202\nwith the seconds to wait.\n",
        "parameters": [
          {
            "$ref": "#/components/parameters/ObjectId"
          },
          {
            "$ref": "#/components/parameters/AccessId"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkAccess"
          },
          "202": {
            "$ref": "#/components/responses/202Accepted"
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
            "$ref": "#/components/responses/404NotFoundAccess"
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
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
          "Objects"
        ],
        "operationId": "PostAccessURL",
        "summary": "A link to the bytes, by passport",
        "description": "Like GetAccessURL, with passports in the body.",
        "security": [
          {
            "PassportAuth": []
          }
        ],
        "parameters": [
          {
            "$ref": "#/components/parameters/ObjectId"
          },
          {
            "$ref": "#/components/parameters/AccessId"
          }
        ],
        "requestBody": {
          "$ref": "#/components/requestBodies/Passports"
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkAccess"
          },
          "202": {
            "$ref": "#/components/responses/202Accepted"
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
            "$ref": "#/components/responses/404NotFoundAccess"
          },
          "410": {
            "$ref": "#/components/responses/410Gone"
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
    },
    "/objects/access": {
      "post": {
        "tags": [
          "Objects"
        ],
        "operationId": "GetBulkAccessURL",
        "summary": "Links to the bytes of many objects",
        "description": "One link for each pair of object and access method, under one credential. Pairs that give none are listed with\nthe code that the single call would have answered.\n",
        "security": [
          {
            "PassportAuth": []
          }
        ],
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/BulkObjectAccessId"
              }
            }
          }
        },
        "responses": {
          "200": {
            "$ref": "#/components/responses/200OkAccesses"
          },
          "202": {
            "$ref": "#/components/responses/202Accepted"
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
            "$ref": "#/components/responses/404NotFoundAccess"
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
    },
    "/upload-request": {
      "post": {
        "tags": [
          "Objects"
        ],
        "operationId": "PostUploadRequest",
        "x-biocloud-extension": true,
        "summary": "Where to send files",
        "description": "For each file a short-lived address that takes a PUT. Nothing is an object before it is registered.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/UploadRequestBody"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "One entry for each request, in order",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/UploadResponseBody"
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
    },
    "/objects/register": {
      "post": {
        "tags": [
          "Objects"
        ],
        "operationId": "RegisterObjects",
        "x-biocloud-extension": true,
        "summary": "Make objects of files",
        "description": "All or none. For operators, and for a run's outputs by write ticket.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RegisterObjectsBody"
              }
            }
          }
        },
        "responses": {
          "201": {
            "description": "The new objects, in order",
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "required": [
                    "objects"
                  ],
                  "properties": {
                    "objects": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/DrsObject"
                      }
                    }
                  },
                  "additionalProperties": false
                }
              }
            }
          },
          "202": {
            "description": "Taken, but a digest of some object is not known yet, so that it cannot be shown as an object. The same request\nrepeated after `Retry-After` gives 201.\n",
            "headers": {
              "Retry-After": {
                "description": "Whole seconds to wait",
                "schema": {
                  "type": "integer",
                  "minimum": 1
                }
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "type": "object",
                  "required": [
                    "objects"
                  ],
                  "properties": {
                    "objects": {
                      "type": "array",
                      "items": {
                        "$ref": "#/components/schemas/PendingObject"
                      }
                    }
                  },
                  "additionalProperties": false
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
            "$ref": "#/components/responses/404NotFoundDrsObject"
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
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "BasicAuth": {
        "type": "http",
        "scheme": "basic",
        "description": "Known to the standard; this server accepts no passwords"
      },
      "BearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token in the `Authorization` header"
      },
      "PassportAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "x-in": "body",
        "description": "Passports in the `passports` member of a POST body"
      }
    },
    "schemas": {
      "AccessMethod": {
        "type": "object",
        "description": "One way to the bytes; it has an `access_url`, an `access_id` or both",
        "required": [
          "type"
        ],
        "properties": {
          "type": {
            "type": "string",
            "description": "Protocol of the link",
            "enum": [
              "s3",
              "gs",
              "ftp",
              "gsiftp",
              "globus",
              "htsget",
              "https",
              "file"
            ]
          },
          "access_url": {
            "allOf": [
              {
                "$ref": "#/components/schemas/AccessURL"
              }
            ],
            "description": "A link that works without asking again"
          },
          "access_id": {
            "type": "string",
            "description": "Opaque name of this method, unique within the object, for the `/access` call"
          },
          "cloud": {
            "type": "string",
            "description": "Who keeps the bytes: `aws`, `gcp`, `azure` or another provider's name",
            "example": "aws"
          },
          "region": {
            "type": "string",
            "description": "Where they keep them; a hint",
            "example": "eu-central-1"
          },
          "available": {
            "type": "boolean",
            "description": "`false` while the bytes lie in cold storage",
            "example": true
          },
          "authorizations": {
            "allOf": [
              {
                "$ref": "#/components/schemas/Authorizations"
              }
            ],
            "description": "How to authorise for `/access` with this `access_id`"
          }
        },
        "additionalProperties": false
      },
      "AccessURL": {
        "type": "object",
        "required": [
          "url"
        ],
        "properties": {
          "url": {
            "type": "string",
            "description": "Where a plain GET finds the bytes"
          },
          "headers": {
            "type": "array",
            "description": "Header lines `Name: value` that the GET must carry",
            "items": {
              "type": "string"
            },
            "example": [
              "X-Example: 1"
            ]
          }
        },
        "additionalProperties": false
      },
      "Authorizations": {
        "type": "object",
        "description": "What kinds of credential can succeed",
        "properties": {
          "drs_object_id": {
            "type": "string",
            "description": "The object this is about"
          },
          "supported_types": {
            "type": "array",
            "description": "Kinds worth trying, any one of them",
            "items": {
              "type": "string",
              "enum": [
                "None",
                "BasicAuth",
                "BearerAuth",
                "PassportAuth"
              ]
            }
          },
          "passport_auth_issuers": {
            "type": "array",
            "description": "With `PassportAuth`: the `iss` of the visas that count here. Send passports only to servers you trust with them",
            "items": {
              "type": "string"
            }
          },
          "bearer_auth_issuers": {
            "type": "array",
            "description": "With `BearerAuth`: the issuers whose tokens are taken here",
            "items": {
              "type": "string"
            }
          }
        },
        "additionalProperties": false
      },
      "BulkAccessURL": {
        "type": "object",
        "required": [
          "url"
        ],
        "properties": {
          "drs_object_id": {
            "type": "string",
            "description": "Id of the object"
          },
          "drs_access_id": {
            "type": "string",
            "description": "Its access method"
          },
          "url": {
            "type": "string",
            "description": "Where a plain GET finds the bytes"
          },
          "headers": {
            "type": "array",
            "description": "Header lines `Name: value` that the GET must carry",
            "items": {
              "type": "string"
            },
            "example": [
              "X-Example: 1"
            ]
          }
        },
        "additionalProperties": false
      },
      "BulkObjectAccessId": {
        "type": "object",
        "description": "Pairs of object and access method and, if needed, passports",
        "properties": {
          "passports": {
            "type": "array",
            "description": "Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over",
            "items": {
              "type": "string"
            }
          },
          "bulk_object_access_ids": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "bulk_object_id": {
                  "type": "string",
                  "description": "Id of the object"
                },
                "bulk_access_ids": {
                  "type": "array",
                  "description": "Its access methods that are wanted",
                  "items": {
                    "type": "string"
                  }
                }
              }
            }
          }
        }
      },
      "BulkObjectId": {
        "type": "object",
        "description": "Ids and, if needed, passports",
        "properties": {
          "passports": {
            "type": "array",
            "description": "Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over",
            "items": {
              "type": "string"
            }
          },
          "bulk_object_ids": {
            "type": "array",
            "description": "Ids of objects",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "BulkObjectIdNoPassport": {
        "type": "object",
        "description": "Ids alone",
        "properties": {
          "bulk_object_ids": {
            "type": "array",
            "description": "Ids of objects",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "Checksum": {
        "type": "object",
        "required": [
          "checksum",
          "type"
        ],
        "properties": {
          "checksum": {
            "type": "string",
            "description": "The digest in hexadecimal, lower case on output"
          },
          "type": {
            "type": "string",
            "description": "Name of the algorithm: IANA's hash names, such as `sha-256`, and `md5`, `etag`, `crc32c`, `trunc512`, `sha1`",
            "example": "sha-256"
          }
        },
        "additionalProperties": false
      },
      "ContentsObject": {
        "type": "object",
        "description": "A member of a bundle",
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "type": "string",
            "description": "File name of the member inside its bundle, where it is unique: letters, digits, `.`, `-`, `_`"
          },
          "id": {
            "type": "string",
            "description": "Id of the member at this server; may be missing only deeper down"
          },
          "drs_uri": {
            "type": "array",
            "description": "URIs of the member, which may be at another server",
            "items": {
              "type": "string"
            },
            "example": [
              "drs://drs.example.org/2f1c"
            ]
          },
          "contents": {
            "type": "array",
            "description": "Members of a nested bundle, only when expanded",
            "items": {
              "$ref": "#/components/schemas/ContentsObject"
            }
          }
        },
        "additionalProperties": false
      },
      "DrsObject": {
        "type": "object",
        "description": "A blob, or a bundle if `contents` is there",
        "required": [
          "id",
          "self_uri",
          "size",
          "created_time",
          "checksums"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "Id at this server"
          },
          "name": {
            "type": "string",
            "description": "A portable file name: letters, digits, `.`, `-`, `_`"
          },
          "self_uri": {
            "type": "string",
            "description": "The object's own URI, `drs://host/id` with the id percent-encoded; no port",
            "example": "drs://drs.example.org/2f1c"
          },
          "size": {
            "type": "integer",
            "format": "int64",
            "description": "Bytes of the blob, or of all that the bundle lists"
          },
          "created_time": {
            "type": "string",
            "format": "date-time",
            "description": "When the content came to be (not this record)"
          },
          "updated_time": {
            "type": "string",
            "format": "date-time",
            "description": "When the content last changed; here always its creation"
          },
          "version": {
            "type": "string",
            "description": "A label without further meaning"
          },
          "mime_type": {
            "type": "string",
            "description": "Media type of the content, if known",
            "example": "application/gzip"
          },
          "checksums": {
            "type": "array",
            "minItems": 1,
            "description": "Digests of the blob's bytes, sha-256 first. For a bundle: take the digests of its direct members as text,\nsort, join, hash again; names play no part, and only an algorithm that every member has is given.\n",
            "items": {
              "$ref": "#/components/schemas/Checksum"
            }
          },
          "access_methods": {
            "type": "array",
            "minItems": 1,
            "description": "Ways to the bytes; a blob has at least one",
            "items": {
              "$ref": "#/components/schemas/AccessMethod"
            }
          },
          "contents": {
            "type": "array",
            "description": "What the bundle holds",
            "items": {
              "$ref": "#/components/schemas/ContentsObject"
            }
          },
          "description": {
            "type": "string",
            "description": "Text for people"
          },
          "aliases": {
            "type": "array",
            "description": "Other names, such as accession numbers; for search, not resolved as ids",
            "items": {
              "type": "string"
            }
          }
        },
        "additionalProperties": false
      },
      "DrsObjectCandidate": {
        "type": "object",
        "description": "What is to become an object. The server gives id, URI and times",
        "properties": {
          "name": {
            "type": "string",
            "description": "A portable file name: letters, digits, `.`, `-`, `_`"
          },
          "size": {
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "description": "Bytes; compared with what is there"
          },
          "mime_type": {
            "type": "string",
            "description": "Media type"
          },
          "version": {
            "type": "string",
            "description": "A label"
          },
          "description": {
            "type": "string",
            "description": "Text for people"
          },
          "aliases": {
            "type": "array",
            "description": "Other names",
            "items": {
              "type": "string"
            }
          },
          "checksums": {
            "type": "array",
            "description": "Digests; if absent they are computed, and the object is not readable before",
            "items": {
              "$ref": "#/components/schemas/Checksum"
            }
          },
          "access_methods": {
            "type": "array",
            "description": "Where the bytes are; each URL lies under a prefix the caller may register",
            "items": {
              "$ref": "#/components/schemas/AccessMethod"
            }
          },
          "contents": {
            "type": "array",
            "description": "For a bundle: its members",
            "items": {
              "$ref": "#/components/schemas/ContentsObject"
            }
          },
          "x_upload": {
            "type": "string",
            "description": "The `upload_id` of an upload, instead of access methods"
          },
          "x_dataset": {
            "type": "string",
            "description": "Dataset; if absent, the only one that the caller may write"
          },
          "x_tags": {
            "type": "object",
            "description": "Tags for ListObjects",
            "additionalProperties": {
              "type": "string"
            }
          },
          "x_created_time": {
            "type": "string",
            "format": "date-time",
            "description": "When the content came to be"
          }
        }
      },
      "DrsService": {
        "type": "object",
        "description": "What a DRS server adds to its self-description",
        "required": [
          "type",
          "maxBulkRequestLength"
        ],
        "properties": {
          "maxBulkRequestLength": {
            "type": "integer",
            "description": "Same number as `drs.maxBulkRequestLength`; clients of today still look here",
            "minimum": 1
          },
          "type": {
            "type": "object",
            "required": [
              "artifact"
            ],
            "properties": {
              "artifact": {
                "type": "string",
                "enum": [
                  "drs"
                ],
                "example": "drs"
              }
            }
          },
          "drs": {
            "type": "object",
            "description": "Limits and totals",
            "required": [
              "maxBulkRequestLength"
            ],
            "properties": {
              "maxBulkRequestLength": {
                "type": "integer",
                "description": "Most ids, or pairs of id and access id, in one bulk call; more is 413",
                "minimum": 1
              },
              "objectCount": {
                "type": "integer",
                "description": "How many objects are held"
              },
              "totalObjectSize": {
                "type": "integer",
                "description": "Bytes held; copies of the same bytes count once"
              },
              "uploadRequestSupported": {
                "type": "boolean",
                "description": "Draft 1.6: files may be sent here"
              },
              "supportedUploadMethodTypes": {
                "type": "array",
                "items": {
                  "type": "string"
                },
                "description": "Draft 1.6: by which methods"
              },
              "maxUploadSize": {
                "type": "integer",
                "format": "int64",
                "description": "Draft 1.6: bytes of one file, at most"
              },
              "maxUploadRequestLength": {
                "type": "integer",
                "description": "Draft 1.6: files in one upload request, at most"
              },
              "objectRegistrationSupported": {
                "type": "boolean",
                "description": "Draft 1.6: objects may be registered here"
              },
              "maxRegisterRequestLength": {
                "type": "integer",
                "description": "Draft 1.6: candidates in one registration, at most"
              },
              "validateChecksums": {
                "type": "boolean",
                "description": "Draft 1.6: declared digests are compared with the bytes"
              },
              "validateFileSizes": {
                "type": "boolean",
                "description": "Draft 1.6: declared sizes are compared with the bytes"
              },
              "validateAccessMethods": {
                "type": "boolean",
                "description": "Draft 1.6: declared locations are looked at"
              }
            }
          }
        }
      },
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
            "description": "The HTTP status again"
          },
          "code": {
            "type": "string",
            "description": "A stable name of the error for programs",
            "example": "object_not_found"
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
      "ListObjectsResponse": {
        "type": "object",
        "required": [
          "objects"
        ],
        "properties": {
          "objects": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/DrsObject"
            }
          },
          "next_page_token": {
            "type": "string",
            "description": "Stands for the page after this one; absent on the last"
          }
        },
        "additionalProperties": false
      },
      "PendingObject": {
        "type": "object",
        "description": "What is known of an object whose digests are still computed; members as in DrsObject",
        "required": [
          "id",
          "self_uri"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "Id that the object will have"
          },
          "self_uri": {
            "type": "string",
            "description": "URI that the object will have"
          },
          "checksums": {
            "type": "array",
            "description": "Digests known so far, perhaps none",
            "items": {
              "$ref": "#/components/schemas/Checksum"
            }
          },
          "name": {
            "type": "string",
            "description": "A portable file name: letters, digits, `.`, `-`, `_`"
          },
          "size": {
            "type": "integer",
            "format": "int64",
            "description": "Bytes"
          },
          "created_time": {
            "type": "string",
            "format": "date-time",
            "description": "When the content came to be"
          },
          "updated_time": {
            "type": "string",
            "format": "date-time",
            "description": "When the content last changed; here always its creation"
          },
          "version": {
            "type": "string",
            "description": "A label without further meaning"
          },
          "mime_type": {
            "type": "string",
            "description": "Media type of the content, if known"
          },
          "access_methods": {
            "type": "array",
            "minItems": 1,
            "description": "Ways to the bytes, once they are readable",
            "items": {
              "$ref": "#/components/schemas/AccessMethod"
            }
          },
          "contents": {
            "type": "array",
            "description": "What the bundle holds",
            "items": {
              "$ref": "#/components/schemas/ContentsObject"
            }
          },
          "description": {
            "type": "string",
            "description": "Text for people"
          },
          "aliases": {
            "type": "array",
            "description": "Other names",
            "items": {
              "type": "string"
            }
          }
        },
        "additionalProperties": false
      },
      "RegisterObjectsBody": {
        "type": "object",
        "required": [
          "candidates"
        ],
        "properties": {
          "passports": {
            "type": "array",
            "description": "Passports of the caller",
            "items": {
              "type": "string"
            }
          },
          "candidates": {
            "type": "array",
            "minItems": 1,
            "items": {
              "$ref": "#/components/schemas/DrsObjectCandidate"
            }
          }
        }
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
      "UploadMethod": {
        "type": "object",
        "required": [
          "type",
          "access_url"
        ],
        "properties": {
          "type": {
            "type": "string",
            "enum": [
              "https"
            ],
            "description": "A PUT over HTTP"
          },
          "access_url": {
            "$ref": "#/components/schemas/AccessURL"
          },
          "upload_details": {
            "type": "object",
            "description": "More about the upload",
            "properties": {
              "upload_id": {
                "type": "string",
                "description": "Name of this upload, for `x_upload` at registration"
              },
              "expires_at": {
                "type": "string",
                "format": "date-time",
                "description": "The link is dead from then on"
              },
              "part_size": {
                "type": "integer",
                "format": "int64",
                "description": "Bytes of a part, if parts are taken"
              }
            },
            "additionalProperties": false
          }
        },
        "additionalProperties": false
      },
      "UploadRequest": {
        "type": "object",
        "required": [
          "name",
          "size"
        ],
        "properties": {
          "upload_methods": {
            "type": "array",
            "description": "Kinds of upload that the client knows; any if absent",
            "items": {
              "type": "string"
            }
          },
          "name": {
            "type": "string",
            "description": "File name; a label only"
          },
          "size": {
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "description": "Bytes"
          },
          "mime_type": {
            "type": "string",
            "description": "Media type"
          },
          "checksums": {
            "type": "array",
            "description": "Digests that the bytes must have",
            "items": {
              "$ref": "#/components/schemas/Checksum"
            }
          },
          "x_dataset": {
            "type": "string",
            "description": "Dataset the file will belong to; if absent, the only one that the caller may write"
          }
        }
      },
      "UploadRequestBody": {
        "type": "object",
        "required": [
          "requests"
        ],
        "properties": {
          "passports": {
            "type": "array",
            "description": "Passports of the caller",
            "items": {
              "type": "string"
            }
          },
          "requests": {
            "type": "array",
            "minItems": 1,
            "items": {
              "$ref": "#/components/schemas/UploadRequest"
            }
          }
        }
      },
      "UploadResponse": {
        "type": "object",
        "required": [
          "name",
          "size",
          "upload_methods"
        ],
        "properties": {
          "name": {
            "type": "string",
            "description": "File name; a label only"
          },
          "size": {
            "type": "integer",
            "format": "int64",
            "minimum": 0,
            "description": "Bytes"
          },
          "mime_type": {
            "type": "string",
            "description": "Media type"
          },
          "checksums": {
            "type": "array",
            "description": "Digests that the bytes must have",
            "items": {
              "$ref": "#/components/schemas/Checksum"
            }
          },
          "x_dataset": {
            "type": "string",
            "description": "Dataset the file will belong to; if absent, the only one that the caller may write"
          },
          "upload_methods": {
            "type": "array",
            "minItems": 1,
            "items": {
              "$ref": "#/components/schemas/UploadMethod"
            }
          }
        },
        "additionalProperties": false
      },
      "UploadResponseBody": {
        "type": "object",
        "required": [
          "responses"
        ],
        "properties": {
          "responses": {
            "type": "array",
            "items": {
              "$ref": "#/components/schemas/UploadResponse"
            }
          }
        },
        "additionalProperties": false
      },
      "summary": {
        "type": "object",
        "description": "Counts of distinct items (pairs in access calls)",
        "required": [
          "requested",
          "resolved",
          "unresolved"
        ],
        "properties": {
          "requested": {
            "type": "integer",
            "description": "How many were asked for"
          },
          "resolved": {
            "type": "integer",
            "description": "How many are in the answer"
          },
          "unresolved": {
            "type": "integer",
            "description": "How many are not"
          }
        },
        "additionalProperties": false
      },
      "unresolved": {
        "type": "array",
        "description": "What was not given, grouped by the status that the single call would have had",
        "items": {
          "type": "object",
          "required": [
            "error_code",
            "object_ids"
          ],
          "properties": {
            "error_code": {
              "type": "integer",
              "description": "HTTP status"
            },
            "object_ids": {
              "type": "array",
              "items": {
                "type": "string"
              }
            },
            "access_ids": {
              "type": "array",
              "description": "In access calls: the access id of each entry of `object_ids`",
              "items": {
                "type": "string"
              }
            }
          },
          "additionalProperties": false
        }
      }
    },
    "responses": {
      "200OkAccess": {
        "description": "The link",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/AccessURL"
            }
          }
        }
      },
      "200OkAccesses": {
        "description": "The links that could be given, and the rest by reason",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "summary",
                "unresolved_drs_objects",
                "resolved_drs_object_access_urls"
              ],
              "properties": {
                "summary": {
                  "$ref": "#/components/schemas/summary"
                },
                "unresolved_drs_objects": {
                  "$ref": "#/components/schemas/unresolved"
                },
                "resolved_drs_object_access_urls": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/BulkAccessURL"
                  }
                }
              },
              "additionalProperties": false
            }
          }
        }
      },
      "200OkAuthorizations": {
        "description": "How to authorise for this object",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Authorizations"
            }
          }
        }
      },
      "200OkBulkAuthorizations": {
        "description": "How to authorise for each object, and the rest by reason",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "summary",
                "unresolved_drs_objects",
                "resolved_drs_object"
              ],
              "properties": {
                "summary": {
                  "$ref": "#/components/schemas/summary"
                },
                "unresolved_drs_objects": {
                  "$ref": "#/components/schemas/unresolved"
                },
                "resolved_drs_object": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/Authorizations"
                  }
                }
              },
              "additionalProperties": false
            }
          }
        }
      },
      "200OkDrsObject": {
        "description": "The object",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/DrsObject"
            }
          }
        }
      },
      "200OkDrsObjects": {
        "description": "The objects that could be given, and the rest by reason",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "required": [
                "summary",
                "unresolved_drs_objects",
                "resolved_drs_object"
              ],
              "properties": {
                "summary": {
                  "$ref": "#/components/schemas/summary"
                },
                "unresolved_drs_objects": {
                  "$ref": "#/components/schemas/unresolved"
                },
                "resolved_drs_object": {
                  "type": "array",
                  "items": {
                    "$ref": "#/components/schemas/DrsObject"
                  }
                }
              },
              "additionalProperties": false
            }
          }
        }
      },
      "200ServiceInfo": {
        "description": "The description of this server",
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "description": "What a DRS server adds to its self-description",
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
                        "drs"
                      ],
                      "example": "drs"
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
                "maxBulkRequestLength": {
                  "type": "integer",
                  "description": "Same number as `drs.maxBulkRequestLength`; clients of today still look here",
                  "minimum": 1
                },
                "drs": {
                  "type": "object",
                  "description": "Limits and totals",
                  "required": [
                    "maxBulkRequestLength"
                  ],
                  "properties": {
                    "maxBulkRequestLength": {
                      "type": "integer",
                      "description": "Most ids, or pairs of id and access id, in one bulk call; more is 413",
                      "minimum": 1
                    },
                    "objectCount": {
                      "type": "integer",
                      "description": "How many objects are held"
                    },
                    "totalObjectSize": {
                      "type": "integer",
                      "description": "Bytes held; copies of the same bytes count once"
                    },
                    "uploadRequestSupported": {
                      "type": "boolean",
                      "description": "Draft 1.6: files may be sent here"
                    },
                    "supportedUploadMethodTypes": {
                      "type": "array",
                      "items": {
                        "type": "string"
                      },
                      "description": "Draft 1.6: by which methods"
                    },
                    "maxUploadSize": {
                      "type": "integer",
                      "format": "int64",
                      "description": "Draft 1.6: bytes of one file, at most"
                    },
                    "maxUploadRequestLength": {
                      "type": "integer",
                      "description": "Draft 1.6: files in one upload request, at most"
                    },
                    "objectRegistrationSupported": {
                      "type": "boolean",
                      "description": "Draft 1.6: objects may be registered here"
                    },
                    "maxRegisterRequestLength": {
                      "type": "integer",
                      "description": "Draft 1.6: candidates in one registration, at most"
                    },
                    "validateChecksums": {
                      "type": "boolean",
                      "description": "Draft 1.6: declared digests are compared with the bytes"
                    },
                    "validateFileSizes": {
                      "type": "boolean",
                      "description": "Draft 1.6: declared sizes are compared with the bytes"
                    },
                    "validateAccessMethods": {
                      "type": "boolean",
                      "description": "Draft 1.6: declared locations are looked at"
                    }
                  },
                  "additionalProperties": false
                }
              },
              "required": [
                "id",
                "name",
                "type",
                "organization",
                "version",
                "maxBulkRequestLength"
              ],
              "additionalProperties": false
            }
          }
        }
      },
      "202Accepted": {
        "description": "The bytes are on their way; send the same request again after the wait",
        "headers": {
          "Retry-After": {
            "description": "Whole seconds to wait, at least 1; never a date",
            "schema": {
              "type": "integer",
              "format": "int64"
            }
          }
        }
      },
      "400BadRequest": {
        "description": "The request breaks a rule that the message names",
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
        "description": "Known, but not for this caller; `required` tells which visas are asked for",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "404NotFoundAccess": {
        "description": "No such object or access method, or none that the caller may know of",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "404NotFoundDrsObject": {
        "description": "No such object, or none that the caller may know of",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "409Conflict": {
        "description": "It is there already with other content, or not in a state that allows this",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "410Gone": {
        "description": "The object has been deleted",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/Error"
            }
          }
        }
      },
      "413RequestTooLarge": {
        "description": "Over a limit: ids or pairs in one bulk call, passports, or bytes of the body",
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
        "description": "Too fast; wait as `Retry-After` says",
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
        "description": "Something this server depends on is away, such as an issuer's keys; `Retry-After` tells when to try again",
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
      "AuthorizationsNotSupported": {
        "description": "Nothing to tell; to be read as `None`. Clients must know it, our server does not send it"
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
      "AccessId": {
        "name": "access_id",
        "in": "path",
        "required": true,
        "description": "The `access_id` of one of the object's access methods",
        "schema": {
          "type": "string"
        }
      },
      "Expand": {
        "name": "expand",
        "in": "query",
        "description": "For a bundle: `true` gives the whole tree below it (at most 16 levels and 10,000 members by default), otherwise\nonly its direct members are listed. Means nothing for a blob. The letter case of the value does not matter.\n",
        "schema": {
          "type": "boolean"
        },
        "example": false
      },
      "ObjectId": {
        "name": "object_id",
        "in": "path",
        "required": true,
        "description": "Id of the object",
        "schema": {
          "type": "string"
        }
      }
    },
    "requestBodies": {
      "Passports": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "properties": {
                "passports": {
                  "type": "array",
                  "description": "Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over",
                  "items": {
                    "type": "string"
                  }
                }
              }
            }
          }
        }
      },
      "PostObjectBody": {
        "required": true,
        "content": {
          "application/json": {
            "schema": {
              "type": "object",
              "properties": {
                "expand": {
                  "type": "boolean",
                  "description": "The same as the query parameter of GetObject",
                  "example": false
                },
                "passports": {
                  "type": "array",
                  "description": "Signed passports, each with its visas inside. One that fails refuses the request; a visa that fails is passed over",
                  "items": {
                    "type": "string"
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

export const drsOperations = [
  {
    "operationId": "GetServiceInfo",
    "method": "get",
    "path": "/service-info",
    "extension": false
  },
  {
    "operationId": "GetObject",
    "method": "get",
    "path": "/objects/{object_id}",
    "extension": false
  },
  {
    "operationId": "PostObject",
    "method": "post",
    "path": "/objects/{object_id}",
    "extension": false
  },
  {
    "operationId": "OptionsObject",
    "method": "options",
    "path": "/objects/{object_id}",
    "extension": false
  },
  {
    "operationId": "GetBulkObjects",
    "method": "post",
    "path": "/objects",
    "extension": false
  },
  {
    "operationId": "OptionsBulkObject",
    "method": "options",
    "path": "/objects",
    "extension": false
  },
  {
    "operationId": "ListObjects",
    "method": "get",
    "path": "/objects",
    "extension": true
  },
  {
    "operationId": "GetAccessURL",
    "method": "get",
    "path": "/objects/{object_id}/access/{access_id}",
    "extension": false
  },
  {
    "operationId": "PostAccessURL",
    "method": "post",
    "path": "/objects/{object_id}/access/{access_id}",
    "extension": false
  },
  {
    "operationId": "GetBulkAccessURL",
    "method": "post",
    "path": "/objects/access",
    "extension": false
  },
  {
    "operationId": "PostUploadRequest",
    "method": "post",
    "path": "/upload-request",
    "extension": true
  },
  {
    "operationId": "RegisterObjects",
    "method": "post",
    "path": "/objects/register",
    "extension": true
  }
] as const
